using System.Diagnostics;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Writing;

/// <summary>Fast shutdown and start, on the host.</summary>
internal sealed class RestartServerStep(WriterContext context, WriterHold hold)
{
    private const string Body = """
        bin=$(find_bin "$2" "$3") || exit 1
        take_lock
        has_data || refuse "there is no data directory $data"
        server_pid "$data" > /dev/null || refuse "no server runs on $data"
        mkdir -p "$log" "$root/run" || exit 1
        "$bin/pg_ctl" stop -s -D "$data" -m fast -w -t "$seconds" > /dev/null 2>&1 < /dev/null || { echo "it did not stop within $seconds s" >&2; log_tail >&2; exit 1; }
        start_server
        """;

    public async Task<StepOutcome> RunAsync(Step step, StepAction.RestartServer action, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var member = context.MemberNamed(action.Member);
        await hold.ForgetWorkAsync(k => k.Member == member.Name).ConfigureAwait(false);
        var isPrimary = hold.Session?.Primary == member;
        var result = await context.Hosts.RunAsync(context.HostOf(member), ServerScript.Command(context, member, Body, [], step.Timeout), cancel).ConfigureAwait(false);
        if (HostOutcome.Of(result) is { } outcome)
            return outcome;
        if (await Readiness.WaitAsync(context, member, step.Timeout - watch.Elapsed, cancel).ConfigureAwait(false) is { } notReady)
            return new StepOutcome.Failed($"{notReady}; {await ServerLog.TailAsync(context, member, cancel).ConfigureAwait(false)}", null);
        // The restart ended the session that held the lock, so somebody else may have it by now.
        return isPrimary && await hold.TakeAgainAsync(cancel).ConfigureAwait(false) is { } lost
            ? new StepOutcome.Failed($"{member.Name} was restarted, but this writer may go no further: {lost}", null)
            : new StepOutcome.Done(watch.Elapsed);
    }
}
