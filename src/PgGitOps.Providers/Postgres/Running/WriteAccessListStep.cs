using System.Diagnostics;
using System.Net;
using Npgsql;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>pg_hba.conf of a running server: one rename, one reload. A list that would shut the engine itself out is not written.</summary>
internal sealed class WriteAccessListStep(StepContext context, WorkSessions sessions)
{
    private const string Body = """
        mark=$5
        hba=$data/pg_hba.conf
        take_lock
        pid=$(server_pid "$data") || refuse "no server runs on $data"
        [ "$(head -n 1 "$hba" 2> /dev/null)" = "$mark" ] || refuse "$hba does not begin with the line that marks it as managed by pggitops"
        clean_staging
        receive "$staging" && chmod 600 "$staging/pg_hba.conf" && sync "$staging/pg_hba.conf" \
            && mv -T "$staging/pg_hba.conf" "$hba" && sync "$data" || exit 1
        kill -HUP "$pid"
        """;

    public async Task<StepOutcome> RunAsync(Step step, StepAction.WriteAccessList action, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var member = context.MemberNamed(action.Member);
        var (connection, unreachable) = await sessions.ConnectAsync(member, Connecting.ServerTarget.MaintenanceDatabase, cancel);
        if (connection is null)
            return new StepOutcome.Failed(unreachable!, null);
        try
        {
            if (await WhyShutOutAsync(connection, action, cancel) is { } shutOut)
                return new StepOutcome.Refused(shutOut);
            var reload = await ReloadWatch.BeforeAsync(connection, cancel);
            if (await context.At.Lease.WhyLostAsync(cancel) is { } lost)
                return new StepOutcome.Refused(lost);
            var script = ServerScript.Of(
                context,
                member,
                Body,
                [AccessList.Mark],
                step.Timeout - watch.Elapsed,
                ServerScript.Files(("pg_hba.conf", AccessList.Text(action.Lines)))
            );
            var result = await context.Hosts.RunAsync(context.HostOf(member), script, cancel);
            if (HostOutcome.Of(result) is { } outcome)
                return outcome;
            await reload.WaitAsync(cancel);
            return new StepOutcome.Done(watch.Elapsed);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return new StepOutcome.Uncertain($"the connection to {member.Name} was lost: {e.Message}");
        }
    }

    /// <summary>The engine may run where no host of the fleet is: then a client range admits it, which somebody may have just taken away.</summary>
    private async Task<string?> WhyShutOutAsync(
        NpgsqlConnection connection,
        StepAction.WriteAccessList action,
        CancellationToken cancel
    )
    {
        await using var command = new NpgsqlCommand("select host(inet_client_addr())", connection) { CommandTimeout = 10 };
        return
            await command.ExecuteScalarAsync(cancel) is string text
            && IPAddress.TryParse(text, out var address)
            && !AccessList.Admits(action.Lines, context.Access.User, address)
            ? $"the engine itself logs in from {text}, which the declared list does not admit: add its range to access.clients"
            : null;
    }
}
