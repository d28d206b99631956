using System.Diagnostics;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Servers;

namespace PgGitOps.Providers.Postgres.Running;

/// <summary>The password a standby logs in with, onto its host: beside the file in use, or as it. One rename puts it to use.</summary>
internal sealed class WritePasswordFileStep(StepContext context)
{
    private const string Body = """
        take_lock
        has_data || refuse "there is no data directory $data"
        grep -qs 'replication\.pgpass' "$data/pggitops.conf" "$data/postgresql.auto.conf" \
            || refuse "the server of $data does not log in by $root/replication.pgpass"
        receive "$root" && sync "$root/.replication.next" || exit 1
        [ "$5" = prepare ] && exit 0
        mv "$root/.replication.next" "$root/replication.pgpass" && sync "$root"
        """;

    public async Task<StepOutcome> RunAsync(Step step, StepAction.WritePasswordFile action, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var member = context.MemberNamed(action.Member);
        if (context.Secrets.Find(action.Secret) is not SecretLookup.Found found)
            return new StepOutcome.Failed(((SecretLookup.Missing)context.Secrets.Find(action.Secret)).Reason, null);
        if (found.Secret.AsSpan().ContainsAny('\n', '\r'))
            return new StepOutcome.Failed(
                $"{action.Secret.Describe()} holds a line break, which a password file cannot carry",
                null
            );
        if (await context.At.Lease.WhyLostAsync(cancel) is { } lost)
            return new StepOutcome.Refused(lost);
        var input = ServerScript.Files((".replication.next", ServerConfiguration.PasswordLine(action.User, found.Secret)));
        var script = ServerScript.Of(
            context,
            member,
            Body,
            [action.InUse ? "use" : "prepare"],
            step.Timeout - watch.Elapsed,
            input
        );
        var result = await context.Hosts.RunAsync(context.HostOf(member), script, cancel);
        return HostOutcome.Of(result, found.Secret) ?? new StepOutcome.Done(watch.Elapsed);
    }
}
