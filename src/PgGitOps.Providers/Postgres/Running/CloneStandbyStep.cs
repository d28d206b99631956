using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>A base backup of the source over its slot, configured as this member, started, and seen to stream.</summary>
/// <remarks>Only into an empty place: a data directory that is there, however wrong, may be the last copy of something.</remarks>
internal sealed class CloneStandbyStep(StepContext context, WorkSessions sessions)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    /// <summary>A base backup that was killed a moment ago may still hold it.</summary>
    private static readonly TimeSpan SlotPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan AbandonedLimit = TimeSpan.FromSeconds(10);

    private const string Body = """
        port=$5 source=$6 slot=$7 user=$8
        bin=$(find_bin "$2" "$3") || exit 1
        take_lock
        has_data && refuse "$data is not empty; it is not touched"
        clean_staging
        receive "$staging" || exit 1
        new=$staging/data
        # The standby itself needs the password too, for as long as it streams.
        cat "$staging/password" > "$root/.replication.new" && mv "$root/.replication.new" "$root/replication.pgpass" || exit 1
        said=$(PGPASSFILE=$root/replication.pgpass "$bin/pg_basebackup" -D "$new" -d "$source" -w -X stream -S "$slot" -c fast 2>&1) || give_up "$said"
        passfile=$(printf '%s' "$root/replication.pgpass" | sed -e 's/\\/\\\\/g' -e "s/'/\\\\'/g")
        {
            cat "$staging/pggitops.conf"
            path_settings "$port"
            printf "primary_conninfo = '%s'\n" "$(conf_text "$source passfile='$passfile'")"
            printf "primary_slot_name = '%s'\n" "$(conf_text "$slot")"
        } > "$new/pggitops.conf" || exit 1
        # The source may keep its configuration elsewhere, or may not have been made by us.
        [ -f "$new/postgresql.conf" ] || : > "$new/postgresql.conf"
        # Its access list goes along where people keep it; one of ours may be from another time.
        if [ ! -f "$new/pg_hba.conf" ] || [ "$(head -n 1 "$new/pg_hba.conf")" = "$(head -n 1 "$staging/pg_hba.conf")" ]; then
            cat "$staging/pg_hba.conf" > "$new/pg_hba.conf" || exit 1
        fi
        [ -f "$new/pg_ident.conf" ] || : > "$new/pg_ident.conf"
        grep -q "^include = 'pggitops.conf'" "$new/postgresql.conf" \
            || printf "\n# What makes this server a member of its cluster; read last.\ninclude = 'pggitops.conf'\n" >> "$new/postgresql.conf" || exit 1
        # What ALTER SYSTEM set on the source about itself is not about this server.
        sed -i -E '/^(primary_conninfo|primary_slot_name|listen_addresses|port|cluster_name|unix_socket_directories|data_directory|hba_file|ident_file|external_pid_file|recovery_target[a-z_]*|restore_command) *=/d' \
            "$new/postgresql.auto.conf" && : > "$new/standby.signal" && rm -f "$new/recovery.signal" || exit 1
        sync "$new/pggitops.conf" "$new/postgresql.conf" "$new/postgresql.auto.conf" "$new/standby.signal" "$new" || exit 1
        move_into_place || exit 1
        start_server
        """;

    // Killed alone, pg_basebackup leaves the child that streams WAL behind: it has no parent to tell it the end, and holds slot
    // and lock for ever. One whose script still runs is at work and is left alone. What it writes is thrown away in any case.
    private const string EndAbandoned = """
        for process in /proc/[0-9]*; do
            tr '\0' '\n' < "$process/cmdline" 2> /dev/null | grep -qxF -- "$staging/data" || continue
            parent=$(sed -n 's/^PPid:[[:space:]]*//p' "$process/status" 2> /dev/null)
            case $(cat "/proc/$parent/comm" 2> /dev/null) in sh | dash | bash | pg_basebackup) continue ;; esac
            kill -9 "${process#/proc/}"
        done
        """;

    public async Task<StepOutcome> RunAsync(Step step, StepAction.CloneStandby action, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var member = context.MemberNamed(action.Member);
        var source = context.MemberNamed(action.Source);
        if (context.Access.ReplicationPassword is not { } reference)
            return new StepOutcome.Failed(
                "access.replicationPassword is not declared, and the standby could not log in to its source",
                null
            );
        if (context.Secrets.Find(reference) is not SecretLookup.Found found)
            return new StepOutcome.Failed(((SecretLookup.Missing)context.Secrets.Find(reference)).Reason, null);
        if (found.Secret.AsSpan().ContainsAny('\n', '\r'))
            return new StepOutcome.Failed($"{reference.Describe()} holds a line break, which a password file cannot carry", null);
        var (connection, unreachable) = await sessions.ConnectAsync(source, Connecting.ServerTarget.MaintenanceDatabase, cancel);
        if (connection is null)
            return new StepOutcome.Failed(unreachable!, null);
        if (await SlotProblemAsync(connection, member, source, action.Slot, cancel) is { } problem)
            return problem;
        if (await context.At.Lease.WhyLostAsync(cancel) is { } lost)
            return new StepOutcome.Refused(lost);
        var input = ServerScript.Files(
            ("password", ServerConfiguration.PasswordLine(context.Access.ReplicationUser, found.Secret)),
            ("pggitops.conf", ServerConfiguration.Identity(context, member)),
            ("pg_hba.conf", AccessList.Text(AccessList.LinesOf(context.Environment)))
        );
        string[] arguments =
        [
            member.Port.ToString(CultureInfo.InvariantCulture),
            ServerConfiguration.PrimaryConnection(context, source, member),
            action.Slot,
            context.Access.ReplicationUser,
        ];
        var script = ServerScript.Of(context, member, Body, arguments, step.Timeout - watch.Elapsed, input);
        var result = await context.Hosts.RunAsync(context.HostOf(member), script, cancel);
        if (HostOutcome.Of(result, found.Secret) is { } outcome)
            return outcome;
        return await WaitUntilStreamingAsync(connection, member, source, step.Timeout - watch.Elapsed, cancel)
            ?? new StepOutcome.Done(watch.Elapsed);
    }

    private async Task<StepOutcome?> SlotProblemAsync(
        NpgsqlConnection connection,
        Member member,
        Member source,
        string slot,
        CancellationToken cancel
    )
    {
        try
        {
            var watch = Stopwatch.StartNew();
            await using var command = new NpgsqlCommand(
                "select active from pg_replication_slots where slot_name = $1 and slot_type = 'physical'",
                connection
            )
            {
                CommandTimeout = 10,
            };
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = slot });
            var active = await command.ExecuteScalarAsync(cancel);
            if (active is true)
                await context.Hosts.RunAsync(
                    context.HostOf(member),
                    ServerScript.Of(context, member, EndAbandoned, [], AbandonedLimit),
                    cancel
                );
            while (active is true && watch.Elapsed < SlotPatience)
            {
                await Task.Delay(Pace, cancel);
                active = await command.ExecuteScalarAsync(cancel);
            }
            return active switch
            {
                false => null,
                true => new StepOutcome.Refused(
                    $"slot {slot} of {source.Name} is in use: another server streams from it already"
                ),
                _ => new StepOutcome.Refused($"{source.Name} has no physical slot {slot}"),
            };
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return new StepOutcome.Failed(
                $"{source.Name}: {Connecting.ConnectionFailure.Of(e, context.TargetOf(source, Connecting.ServerTarget.MaintenanceDatabase)).Reason}",
                null
            );
        }
    }

    private async Task<StepOutcome?> WaitUntilStreamingAsync(
        NpgsqlConnection connection,
        Member member,
        Member source,
        TimeSpan limit,
        CancellationToken cancel
    )
    {
        var watch = Stopwatch.StartNew();
        try
        {
            while (true)
            {
                await using var command = new NpgsqlCommand(
                    "select count(*) > 0 from pg_stat_replication where application_name = $1 and state = 'streaming'",
                    connection
                )
                {
                    CommandTimeout = 10,
                };
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = member.Name });
                if (await command.ExecuteScalarAsync(cancel) is true)
                    break;
                if (watch.Elapsed > limit)
                    return new StepOutcome.Failed(
                        $"{member.Name} has started, but does not stream from {source.Name}: {await ServerLog.TailAsync(context, member, cancel)}",
                        null
                    );
                await Task.Delay(Pace, cancel);
            }
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return new StepOutcome.Uncertain(
                $"{member.Name} has started, but {source.Name} cannot say whether it streams: {e.Message}"
            );
        }
        return await Readiness.WaitAsync(context, member, limit - watch.Elapsed, cancel) is { } reason
            ? new StepOutcome.Failed(reason, null)
            : null;
    }
}
