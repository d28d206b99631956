using System.Diagnostics;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Leasing;
using PgGitOps.Providers.Postgres.Observing;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>Starts a stopped server. One that would come up as a primary only where no other may be one.</summary>
internal sealed class StartServerStep(StepContext context)
{
    private const string Body =
        TrialScript.Functions
        + """
            as=$5 mark=$6 major=$2 config=
            bin=$(find_bin "$2" "$3") || exit 1
            take_lock
            has_data || refuse "there is no data directory $data"
            if server_pid "$data" > /dev/null; then echo running; exit 0; fi
            # Looked at again under the lock: what was a standby when we decided must not come up as a primary.
            if [ -f "$data/standby.signal" ]; then is=standby; else is=primary; fi
            [ "$is" = "$as" ] || refuse "$data is a $is now, and was a $as when this was decided"
            mkdir -p "$log" "$root/run" || exit 1
            said=$(start_server 2>&1) && { rm -f "$root/.auto.conf.before"; exit 0; }
            tell() { printf '%s\n' "$said" >&2; exit 1; }
            # One that is still at its recovery has not failed. And the disk may be what is full.
            server_pid "$data" > /dev/null && tell
            mkdir -p "$staging" 2> /dev/null || tell
            clean_staging
            receive "$staging" 2> /dev/null || tell
            # An access list that we wrote, and that no server reads, would be in the way for ever: it was written once, from what
            # was declared then. One that people have made, or that a server can read, is theirs.
            hba=$data/pg_hba.conf
            if printf '%s\n' "$said" | grep -qF pg_hba.conf && [ -f "$data/pggitops.conf" ] && [ "$(head -n 1 "$hba" 2> /dev/null)" = "$mark" ] && ! cmp -s "$staging/pg_hba.conf" "$hba"; then
                chmod 600 "$staging/pg_hba.conf" && cp -p "$hba" "$hba.refused" && sync "$staging/pg_hba.conf" "$hba.refused" \
                    && mv -T "$staging/pg_hba.conf" "$hba" && sync "$data" || exit 1
                start_server
                exit
            fi
            auto=$data/postgresql.auto.conf
            touch "$auto" && cp -p "$auto" "$staging/as-found" 2> /dev/null || tell
            # Do its settings keep it down? What the trial cannot see is an address: that is bound only by a start.
            try_configuration "$staging/as-found" > /dev/null 2>&1
            at_fault=$?
            if [ $at_fault -ne 66 ] && printf '%s\n' "$said" | grep -q 'could not \(bind\|create any\|create listen\)' && grep -q -i -E '^[[:space:]]*(listen_addresses|port|unix_socket)' "$staging/as-found"; then at_fault=66; fi
            [ -f "$root/.auto.conf.before" ] && cp "$root/.auto.conf.before" "$staging/1"
            if [ $at_fault -eq 66 ]; then
                # What Git declares now, and at last without what it does not declare (any more), but for what makes a standby of it and
                # what commits wait for.
                replace_settings "$staging/as-found" "$staging/names" "$staging/lines" > "$staging/2"
                if [ -f "$data/pggitops.conf" ]; then
                    { grep -i -E '^[[:space:]]*(primary_|recovery_|restore_|archive_cleanup|synchronous_)' "$staging/as-found"; cat "$staging/lines"; } > "$staging/3"
                fi
            fi
            # The original is put back where none of them brings it up. The file it did not start with stays beside it.
            for candidate in "$staging/1" "$staging/2" "$staging/3"; do
                [ -f "$candidate" ] && ! cmp -s "$candidate" "$staging/as-found" || continue
                put_settings "$candidate" || break
                if start_server > /dev/null 2>&1; then
                    cp -p "$staging/as-found" "$auto.refused"
                    rm -f "$root/.auto.conf.before"
                    exit 0
                fi
                server_pid "$data" > /dev/null && tell
            done
            put_settings "$staging/as-found"
            tell
            """;

    public async Task<StepOutcome> RunAsync(Step step, StepAction.StartServer action, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var member = context.MemberNamed(action.Member);
        var seen = await context.Probe.LookAsync(context.Fleet, context.Cluster, member, cancel);
        if (seen is not Observation<DataDirectoryFacts>.Seen { Value: var directory })
            return seen.Match<StepOutcome>(
                _ => throw new UnreachableException(),
                a => new StepOutcome.Refused(a.Evidence),
                u => new StepOutcome.Failed(u.Reason, null)
            );
        if (!directory.StandbySignal && await WhyNoPrimaryAsync(member, directory, cancel) is { } danger)
            return new StepOutcome.Refused(danger);
        if (await context.At.Lease.WhyLostAsync(cancel) is { } lost)
            return new StepOutcome.Refused(lost);
        var declared = ServerConfiguration.ParametersOf(context.Cluster);
        var script = ServerScript.Of(
            context,
            member,
            Body,
            [directory.StandbySignal ? "standby" : "primary", AccessList.Mark],
            step.Timeout - watch.Elapsed,
            ServerScript.Files(
                ("pg_hba.conf", AccessList.Text(AccessList.LinesOf(context.Environment))),
                ("names", SettingLines.Names(declared.Select(p => p.Name))),
                ("lines", SettingLines.Of(declared.Select(p => (p.Name, p.Value))))
            )
        );
        var result = await context.Hosts.RunAsync(context.HostOf(member), script, cancel);
        if (HostOutcome.Of(result) is { } outcome)
            return outcome;
        if (await Readiness.WaitAsync(context, member, step.Timeout - watch.Elapsed, cancel) is { } notReady)
            return new StepOutcome.Failed($"{notReady}; {await ServerLog.TailAsync(context, member, cancel)}", null);
        if (!directory.StandbySignal && await context.At.Lease.MoveIntoClusterAsync(member.Name, cancel) is { } reason)
            return new StepOutcome.Failed($"{member.Name} is up, but cannot be written to: {reason}", null);
        return result is HostResult.Exited { Output: "running\n" }
            ? new StepOutcome.AlreadyTrue()
            : new StepOutcome.Done(watch.Elapsed);
    }

    /// <summary>Why this former primary must stay down, or null. Every other member has to be seen: one that cannot be may have been promoted.</summary>
    private async Task<string?> WhyNoPrimaryAsync(Member member, DataDirectoryFacts directory, CancellationToken cancel)
    {
        var others = context.Cluster.Members.Where(m => m.Name != member.Name).ToArray();
        var seenAsPrimary = context.Snapshot.Primaries.FirstOrDefault(p => p.Name != member.Name);
        if (seenAsPrimary is not null)
            return $"{seenAsPrimary.Name} accepts writes: {member.Name} was replaced as primary and must rejoin as a standby";
        if (
            !IsAccepted(member)
            && MemberHistory.Of(member.Name, directory) is { } own
            && ArchiveWitness.Against(own, context.Snapshot).FirstOrDefault() is { } claim
        )
            return Words(member, own, claim);
        var dangers = await Task.WhenAll(others.Select(o => WhyDangerousAsync(member, directory, o, cancel)));
        return dangers.FirstOrDefault(d => d is not null);
    }

    private async Task<string?> WhyDangerousAsync(
        Member member,
        DataDirectoryFacts directory,
        Member other,
        CancellationToken cancel
    )
    {
        var (connection, unreachable) = await WriterConnection.OpenAsync(
            context,
            other,
            Connecting.ServerTarget.MaintenanceDatabase,
            WriterConnection.Newcomer,
            cancel
        );
        if (connection is not null)
        {
            await using (connection)
            {
                try
                {
                    await using var command = new NpgsqlCommand(
                        $"select pg_is_in_recovery(), {ServerStatements.StandbyTimeline}, {ServerStatements.StandbyPosition}::text",
                        connection
                    )
                    {
                        CommandTimeout = 10,
                    };
                    await using var row = await command.ExecuteReaderAsync(cancel);
                    await row.ReadAsync(cancel);
                    return row.GetBoolean(0)
                        ? WhyOlder(
                            member,
                            directory,
                            row.IsDBNull(1)
                                ? null
                                : new MemberHistory(
                                    other.Name,
                                    WalHistory.Of(
                                        directory.SystemIdentifier ?? "",
                                        row.GetInt32(1),
                                        row.IsDBNull(2) ? null : row.GetString(2),
                                        []
                                    ),
                                    false,
                                    true
                                )
                        )
                        : $"{other.Name} accepts writes: {member.Name} was replaced as primary and must rejoin as a standby";
                }
                catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
                {
                    unreachable = e.Message;
                }
            }
        }
        var seen = await context.Probe.LookAsync(context.Fleet, context.Cluster, other, cancel);
        return seen switch
        {
            Observation<DataDirectoryFacts>.Absent => null,
            Observation<DataDirectoryFacts>.Seen { Value: { StandbySignal: true } standby } => WhyOlder(
                member,
                directory,
                MemberHistory.Of(other.Name, standby)
            ),
            Observation<DataDirectoryFacts>.Seen { Value: { Running: false } stopped }
                when Primacy.Newest(Seen((member.Name, directory), (other.Name, stopped)), [member.Name, other.Name], Accepted)
                    == member.Name => null,
            Observation<DataDirectoryFacts>.Seen =>
                $"{other.Name} has no standby.signal either: which of the two was the last primary is for people to say",
            _ =>
                $"{other.Name} can neither be asked ({unreachable}) nor inspected, and may have been promoted; {member.Name} stays down rather than accept writes beside it",
        };
    }

    /// <summary>Seen a moment ago by whoever planned it; looked at again here, under the lock. Null where the other holds nothing newer.</summary>
    private string? WhyOlder(Member member, DataDirectoryFacts directory, MemberHistory? theirs) =>
        !IsAccepted(member)
        && theirs is not null
        && MemberHistory.Of(member.Name, directory) is { } own
        && Primacy.Between(own, theirs) is { } claim
            ? Words(member, own, claim)
            : null;

    private static string Words(Member member, MemberHistory own, HistoryClaim claim) =>
        $"{claim.Holder} holds {claim.Holds}, and {member.Name} only {own.History}: started, it would accept writes without what {claim.Holder} holds";

    private bool IsAccepted(Member member) => Accepted.Contains(member.Name);

    private IReadOnlySet<string> Accepted =>
        AcceptedPrimaries.Of(context.Fleet.Approvals, context.Cluster.Name, context.Time.GetUtcNow());

    /// <summary>The cluster as observed before, with stopped members as their hosts show them now.</summary>
    private ClusterSnapshot Seen(params (string Member, DataDirectoryFacts Directory)[] looked)
    {
        var now = context.Time.GetUtcNow();
        return context.Snapshot with
        {
            Members =
            [
                .. context.Snapshot.Members.Where(m => looked.All(l => l.Member != m.Name)),
                .. looked.Select(l => new MemberSnapshot(
                    l.Member,
                    new Observation<ServerFacts>.Unreadable(UnreadableKind.Unreachable, "it is stopped", now),
                    new Observation<DataDirectoryFacts>.Seen(l.Directory, now)
                )),
            ],
        };
    }
}
