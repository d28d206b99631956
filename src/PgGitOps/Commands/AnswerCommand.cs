using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Reporting;
using PgGitOps.Core.Reporting.Proofs;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>What an operator asks in an incident, of one context: where it is, what may be lost, who decides, and how it stands now.</summary>
internal static class AnswerCommand
{
    private static readonly Argument<string> Context = new("CONTEXT") { Description = "Name of the context's recovery policy" };
    private static readonly Switch Offline = new("--offline", "Documents only; touch no cluster");

    public static CommandDefinition Define() =>
        new(
            SourceSettings.AddTo(
                new Command("answer", "One context for an operator: objectives, paths, authority, losses, and how it stands now")
                {
                    Context,
                    Offline.Option,
                }
            ),
            RunAsync
        );

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        _ = invocation.Format(OutputFormat.Text);
        var (fleet, _, exit) = PromisedFleet.Read(invocation);
        if (fleet is null)
            return exit;
        var policy = PromisedFleet.Find(fleet, invocation.Parsed.GetValue(Context)!);
        var neighbours = fleet with { Policies = [.. fleet.Policies.Where(p => p.Cluster.Value == policy.Cluster.Value)] };
        var proof = Prover.Prove(neighbours);
        var context = proof.Find(policy.Name)!;
        if (Offline.Read(invocation.Parsed))
        {
            invocation.WriteOut(ProveAnswer.Text(proof, context));
            return ExitCode.Done;
        }
        await using var engine = new Engine(invocation);
        var (snapshot, plan) = await engine.Route().LookAsync(fleet, [policy.Cluster.Value], invocation.Stopping);
        var live = LiveProofs.Of(fleet, [context], snapshot, invocation.Time.GetUtcNow(), engine.Memory.Lag).Single();
        // Without a proven primary everything below is of no use before that is settled.
        var alerts = ClusterAlertText.Of(plan.Clusters.Select(c => (c.Cluster, c.Alert)), invocation.Color);
        invocation.WriteOut(alerts + ProveAnswer.Text(proof, context, live));
        return alerts.Length > 0 ? ExitCode.Error : ExitCode.Done;
    }
}
