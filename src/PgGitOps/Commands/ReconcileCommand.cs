using System.CommandLine;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Controller;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning.Checking;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Passes;
using PgGitOps.Reconciling;
using PgGitOps.Revisions;
using PgGitOps.Wiring;

namespace PgGitOps.Commands;

/// <summary>The loop, or one turn of it.</summary>
internal static class ReconcileCommand
{
    private static readonly Switch Once = new("--once", "One pass over every chosen cluster, then end");
    private static readonly Setting<string?> Health = new(
        "--health",
        "ADDRESS:PORT",
        "Serve GET /healthz there; a port alone is on the loopback address",
        t => HealthEndpoint.Parse(t) is { } ? t : null,
        null
    );
    private static readonly Switch AcceptRewritten = new(
        "--accept-rewritten-history",
        "Take the newest revision although it does not descend from the last accepted one"
    );

    public static CommandDefinition Define() =>
        new(
            RuleSettings.AddTo(
                SourceSettings.AddTo(
                    new Command("reconcile", "Bring the clusters to what Git says and keep them there")
                    {
                        Once.Option,
                        Health.Option,
                        AcceptRewritten.Option,
                    }
                )
            ),
            RunAsync
        );

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        var once = Once.Read(invocation.Parsed);
        await using var engine = new Engine(invocation, keepConnections: !once);
        var revision = engine.RevisionInForce(AcceptRewritten.Read(invocation.Parsed), recallsRefusal: !once);
        return once ? await OnceAsync(invocation, engine, revision) : await LoopAsync(invocation, engine, revision);
    }

    private static async Task<ExitCode> OnceAsync(Invocation invocation, Engine engine, RevisionInForce revision)
    {
        var format = invocation.Format(OutputFormat.Text, OutputFormat.Json);
        revision.Refresh(invocation.Stopping);
        var refused = revision.Problem is { } problem ? Refused(invocation, problem, revision.Fleet) : ExitCode.Done;
        if (revision.Fleet is not { } fleet)
            return refused;
        foreach (var gone in revision.NoLongerDeclared)
            invocation.WriteError($"{PlanRule.DocumentGone}: no document declares cluster {gone} any more; it is left as it is");
        var clusters = FleetSelection.Of(invocation, fleet);
        var pass = await engine
            .Route()
            .PassAsync(
                fleet,
                clusters,
                Order(invocation, engine.Progress(), invocation.Stopping, invocation.Shutdown.Abort) with
                {
                    Patience = PassOrder.OnePass,
                }
            );
        invocation.Write(
            format == OutputFormat.Json ? PassReport.Json(pass) : PassReport.Text(pass),
            () => PassReport.Json(pass)
        );
        var exit = PassExit.Of(pass);
        // The clusters are as the last good revision says; that the newest one is refused is what the caller has to hear.
        return exit == ExitCode.Done ? refused : exit;
    }

    private static async Task<ExitCode> LoopAsync(Invocation invocation, Engine engine, RevisionInForce revision)
    {
        var log = invocation.Log;
        var health = new HealthState(invocation.Time, TimeSpan.FromMinutes(2));
        using var endpoint = Health.Read(invocation.Parsed) is { } address
            ? HealthEndpoint.Start(address, health, invocation.Time, log)
            : null;
        var listener = new PassListeners(new LogListener(log), health);
        engine.Conditions.TellTo(listener);
        var options = new LoopOptions(
            invocation.Environments,
            fleet => FleetSelection.Among(invocation, fleet),
            (stopping, abort) => Order(invocation, listener, stopping, abort)
        );
        using var rules = new RuleRoute(RuleSettings.Read(invocation));
        var loop = new ReconcileLoop(
            revision,
            engine.Route(),
            new PassSchedule(Random.Shared.NextDouble),
            listener,
            options,
            new RuleWatch(rules, invocation.Time)
        );
        await loop.RunAsync(invocation.Stopping, invocation.Shutdown.Abort);
        return ExitCode.Done;
    }

    private static PassOrder Order(
        Invocation invocation,
        IPassListener listener,
        CancellationToken stopping,
        CancellationToken abort
    ) =>
        new()
        {
            Consent = Consent.Enforced,
            Listener = listener,
            Command = "reconcile",
            Repository = invocation.Repository,
            Stopping = stopping,
            Abort = abort,
        };

    private static ExitCode Refused(Invocation invocation, RevisionProblem problem, ValidFleet? inForce)
    {
        var exit = ExitCode.Error;
        switch (problem)
        {
            case RevisionProblem.Invalid invalid:
                DiagnosticOutput.WriteError(invocation, invalid.Tree, invalid.Diagnostics);
                exit = invalid.Refuted || invalid.RuledOut ? ExitCode.Rejected : ExitCode.InvalidDocuments;
                break;
            case RevisionProblem.Emptied emptied:
                invocation.WriteError($"pggitops: {emptied.Describe()}");
                invocation.WriteError(
                    "  hint: was a directory lost? If it is meant, there is nothing to reconcile any more: end the loop"
                );
                exit = ExitCode.Rejected;
                break;
            case RevisionProblem.Failed failed:
                invocation.WriteError($"pggitops: {failed.Describe()}");
                break;
            case RevisionProblem.Unreadable unreadable:
                exit = RevisionFailure.Report(invocation, unreadable.Refusal);
                break;
        }
        invocation.WriteError(
            inForce is null
                ? "no earlier revision is known to be good: nothing is done"
                : $"continuing with {inForce.Revision.CommitId}"
        );
        return exit;
    }
}
