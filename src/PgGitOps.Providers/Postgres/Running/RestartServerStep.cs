using System.Diagnostics;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>Fast shutdown and start, on the host: not before the new configuration was tried, and with the old values where the server does not come back.</summary>
internal sealed class RestartServerStep(StepContext context, WorkSessions sessions)
{
    /// <summary>The server runs, with what it ran with before.</summary>
    private const int OldValuesCode = 67;

    // The file with the old values is beside the data directory before the server is stopped: who finds the server down after a
    // kill, be it another process, starts it with them (StartServerStep).
    private const string Body =
        TrialScript.Functions
        + """
            config=$6 major=$7
            [ "$config" = "$data/postgresql.conf" ] && config=
            bin=$(find_bin "$2" "$3") || exit 1
            take_lock
            has_data || refuse "there is no data directory $data"
            server_pid "$data" > /dev/null || refuse "no server runs on $data"
            try_configuration "$data/postgresql.auto.conf"
            tried=$?
            if [ $tried -ne 66 ]; then try_standby; tried=$?; fi
            [ $tried -eq 66 ] && exit 66
            clean_staging
            receive "$staging" || exit 1
            mkdir -p "$log" "$root/run" || exit 1
            replace_settings "$data/postgresql.auto.conf" "$staging/names" "$staging/lines" > "$root/.auto.conf.new" && chmod 600 "$root/.auto.conf.new" \
                && sync "$root/.auto.conf.new" && mv -T "$root/.auto.conf.new" "$root/.auto.conf.before" && sync "$root" || exit 1
            "$bin/pg_ctl" stop -s -D "$data" -m fast -w -t "$seconds" > /dev/null 2>&1 < /dev/null || { echo "it did not stop within $seconds s" >&2; log_tail >&2; exit 1; }
            if said=$(start_server 2>&1); then rm -f "$root/.auto.conf.before"; exit 0; fi
            # One that is still at its recovery has not failed.
            if server_pid "$data" > /dev/null; then printf '%s\n' "$said" >&2; exit 1; fi
            cp -p "$data/postgresql.auto.conf" "$data/postgresql.auto.conf.refused" && put_settings "$root/.auto.conf.before" || { printf '%s\n' "$said" >&2; exit 1; }
            start_server > /dev/null 2>&1 || { printf '%s\n' "$said" >&2; exit 1; }
            printf '%s\n' "$said" >&2
            exit 67
            """;

    public async Task<StepOutcome> RunAsync(Step step, StepAction.RestartServer action, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var member = context.MemberNamed(action.Member);
        var (connection, unreachable) = await sessions.ConnectAsync(member, Connecting.ServerTarget.MaintenanceDatabase, cancel);
        if (connection is null)
            return new StepOutcome.Failed(unreachable!, null);
        (string Name, string Value, bool Waits)[] running;
        ServerPlace? place;
        try
        {
            running = await RunningValuesAsync(connection, step, cancel);
            place = await ServerPlace.OfAsync(connection, cancel);
            if (await RecoveryTrial.WhyNotAsync(connection, cancel) is { } blocked)
                return await WithdrawAsync(connection, member, running, blocked, cancel);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return new StepOutcome.Failed($"{member.Name} could not be asked before its restart: {e.Message}", null);
        }
        if (await context.At.Lease.WhyLostAsync(cancel) is { } notOurs)
            return new StepOutcome.Refused(notOurs);
        await sessions.ForgetAsync(k => k.Member == member.Name);
        var isPrimary = context.At.Lease.Primary == member.Name;
        var input = ServerScript.Files(
            ("names", SettingLines.Names(running.Select(r => r.Name))),
            ("lines", SettingLines.Of(running.Where(r => r.Value.Length > 0).Select(r => (r.Name, r.Value))))
        );
        var script = ServerScript.Of(
            context,
            member,
            Body,
            place?.Arguments
                ?? ["", "", context.Cluster.PostgresMajor.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            step.Timeout - watch.Elapsed,
            input
        );
        var result = await context.Hosts.RunAsync(context.HostOf(member), script, cancel);
        if (result is HostResult.Exited { Code: TrialScript.WouldNotStartCode, Error: var why })
        {
            var (again, lost) = await sessions.ConnectAsync(member, Connecting.ServerTarget.MaintenanceDatabase, cancel);
            return again is null
                ? new StepOutcome.Failed($"{NotStopped(member, why)}; the values that wait could not be withdrawn: {lost}", null)
                : await WithdrawAsync(again, member, running, why, cancel);
        }
        var isBack = result is HostResult.Exited { Code: OldValuesCode };
        if (!isBack && HostOutcome.Of(result) is { } outcome)
            return outcome;
        if (await Readiness.WaitAsync(context, member, step.Timeout - watch.Elapsed, cancel) is { } notReady)
            return new StepOutcome.Failed($"{notReady}; {await ServerLog.TailAsync(context, member, cancel)}", null);
        // The restart ended the session that held the lock, so somebody else may have it by now.
        var taken = isPrimary ? await context.At.Lease.TakeAgainAsync(cancel) : null;
        if (isBack)
            return new StepOutcome.Failed(
                $"{member.Name} did not come back with what waited for the restart{Names(running)}, and runs with its old values again: {((HostResult.Exited)result).Error.Trim()}",
                null
            );
        return taken is null
            ? new StepOutcome.Done(watch.Elapsed)
            : new StepOutcome.Failed($"{member.Name} was restarted, but this writer may go no further: {taken}", null);
    }

    private static string Names((string Name, string Value, bool Waits)[] running) =>
        running.Any(r => r.Waits) ? $" ({string.Join(", ", running.Where(r => r.Waits).Select(r => r.Name))})" : "";

    private static string NotStopped(Member member, string why) =>
        $"{member.Name} was not stopped, for it would not start again: {why.Trim()}";

    // Also of what stands in postgresql.auto.conf without having been loaded. Not of settings that a session can have of its own:
    // the engine's has, and none of them keeps a server from starting.
    private const string RunningValues = """
        select name, current_setting(name, true), pending_restart or lower(name) = any ($1)
          from pg_catalog.pg_settings
         where context in ('postmaster', 'sighup')
           and (pending_restart or lower(name) = any ($1)
                or lower(name) in (select lower(f.name) from pg_catalog.pg_file_settings f where f.sourcefile like '%/postgresql.auto.conf'))
         order by name
        """;

    /// <summary>What the server runs with, of the settings that a restart may change; which of them wait for one, or are what the step is for.</summary>
    private static async Task<(string Name, string Value, bool Waits)[]> RunningValuesAsync(
        NpgsqlConnection connection,
        Step step,
        CancellationToken cancel
    )
    {
        var wanted = step
            .Effects.Where(e => e.Key.Field == Field.Value)
            .Select(e => e.Key.Object)
            .OfType<ObjectPath.Parameter>()
            .Select(p => p.Name)
            .ToArray();
        await using var command = new NpgsqlCommand(RunningValues, connection) { CommandTimeout = 10 };
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = wanted });
        await using var reader = await command.ExecuteReaderAsync(cancel);
        List<(string, string, bool)> values = [];
        while (await reader.ReadAsync(cancel))
            values.Add((reader.GetString(0), reader.IsDBNull(1) ? "" : reader.GetString(1), reader.GetBoolean(2)));
        return [.. values];
    }

    /// <summary>The values that wait would end the server at its next start, whoever causes that one.</summary>
    private static async Task<StepOutcome> WithdrawAsync(
        NpgsqlConnection connection,
        Member member,
        (string Name, string Value, bool Waits)[] running,
        string why,
        CancellationToken cancel
    )
    {
        try
        {
            foreach (
                var statement in running
                    .Where(r => r.Waits)
                    .Select(r => AlterSystem.Write(r.Name, r.Value))
                    .Append("SELECT pg_catalog.pg_reload_conf()")
            )
            {
                await using var batch = new NpgsqlBatch(connection) { Timeout = 30 };
                batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
                await batch.ExecuteNonQueryAsync(cancel);
            }
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return new StepOutcome.Failed(
                $"{NotStopped(member, why)}; the values that wait could not be withdrawn: {e.Message}",
                null
            );
        }
        return new StepOutcome.Failed(
            $"{NotStopped(member, why)}; the values that waited were withdrawn{Names(running)}",
            "correct them in Git, or provide on the host what they need"
        );
    }
}
