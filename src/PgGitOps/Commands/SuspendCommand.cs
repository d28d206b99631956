using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Observed;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>Keeps every runner's hands off a cluster for a while; drift is still reported.</summary>
internal static class SuspendCommand
{
    private static readonly Argument<string> ClusterArgument = new("CLUSTER") { Description = "Cluster to suspend" };
    private static readonly Setting<string?> Reason = new(
        "--reason",
        "TEXT",
        "Why; shown wherever the suspension is met",
        t => t,
        null
    );
    private static readonly Setting<string?> Owner = new(
        "--owner",
        "NAME",
        "Who answers for it; default: the user",
        t => t,
        null
    );
    private static readonly Setting<TimeSpan?> For = new(
        "--for",
        "2h",
        "How long; it ends by itself",
        t => DurationSetting.Parse(t),
        null
    );

    private static readonly Setting<TimeSpan?> Wait = new(
        "--wait",
        "30s",
        "How long to wait for the end of a step that a writer is at; default 30s",
        t => DurationSetting.Parse(t),
        null
    );

    private static readonly TimeSpan WaitDefault = TimeSpan.FromSeconds(30);

    public static CommandDefinition Define() =>
        new(
            SourceSettings.AddTo(
                new Command("suspend", "Change nothing on a cluster for a while; drift is still reported")
                {
                    ClusterArgument,
                    Reason.Option,
                    Owner.Option,
                    For.Option,
                    Wait.Option,
                }
            ),
            RunAsync
        );

    private static Task<ExitCode> RunAsync(Invocation invocation)
    {
        var reason = Reason.Read(invocation.Parsed)?.Trim() is { Length: > 0 } given
            ? given
            : throw new UsageException("suspend needs a --reason", "whoever meets the suspension reads it");
        var duration = For.Read(invocation.Parsed) ?? throw new UsageException("suspend needs an end: --for 2h");
        var now = invocation.Time.GetUtcNow();
        var suspension = new Suspension(
            reason,
            Owner.Read(invocation.Parsed)?.Trim() is { Length: > 0 } owner ? owner : Environment.UserName,
            now,
            now + duration
        );
        var name = invocation.Parsed.GetRequiredValue(ClusterArgument);
        var wait = Wait.Read(invocation.Parsed) ?? WaitDefault;
        return SuspensionRun.UseAsync(invocation, name, run => run.SuspendAsync(suspension, wait));
    }
}
