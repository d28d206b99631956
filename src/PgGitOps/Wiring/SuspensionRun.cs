using System.Globalization;
using PgGitOps.Cli;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Status;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Providers.Postgres.Leasing;
using PgGitOps.State;

namespace PgGitOps.Wiring;

/// <summary>Suspends one cluster, or resumes it, in every place that counts: its record, its hosts, and this machine where no host takes it.</summary>
internal sealed class SuspensionRun(Invocation invocation, Engine engine, ValidFleet fleet, Cluster cluster)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private readonly SuspensionStore store = new(engine.Secrets);

    /// <summary>Finds the cluster at the newest revision, or at the last good one where the newest does not hold: an emergency does not wait for a commit.</summary>
    public static async Task<ExitCode> UseAsync(Invocation invocation, string name, Func<SuspensionRun, Task<ExitCode>> use)
    {
        await using var engine = new Engine(invocation);
        var exit = await FleetAtRevision.UseAsync(invocation, engine, null, (fleet, _) => At(fleet));
        if (
            exit is not (ExitCode.InvalidDocuments or ExitCode.Rejected)
            || engine.LastGoodFleet(invocation.Stopping) is not { } good
        )
            return exit;
        invocation.WriteError($"{good.Revision.CommitId}, the last good revision, is used instead");
        return await At(good);

        Task<ExitCode> At(ValidFleet fleet) =>
            use(
                new(
                    invocation,
                    engine,
                    fleet,
                    fleet.FindCluster(name)
                        ?? throw new UsageException(
                            $"there is no cluster '{name}' at {fleet.Revision.CommitId}",
                            $"clusters are {string.Join(", ", fleet.Clusters.Select(c => c.Name))}"
                        )
                )
            );
    }

    public async Task<ExitCode> SuspendAsync(Suspension suspension, TimeSpan wait)
    {
        var cancel = invocation.Stopping;
        // Hosts first: they need no server, so that a loop that is about to start one finds it as soon as can be.
        List<PlaceAnswer> answers = [.. await engine.SuspensionFiles.WriteAsync(fleet, cluster, suspension, cancel)];
        if (answers.All(a => a.Problem is not null))
            answers.Add(new(OwnSuspensions.Declared, engine.OwnSuspensions.Declare(cluster, suspension), true));
        var primaries = await PrimariesAsync();
        foreach (var primary in primaries)
        {
            answers.Add(OfRecord(primary, await store.SuspendAsync(fleet, cluster, primary, suspension, cancel)));
            if (answers[^1].Problem is null)
                engine.OwnSuspensions.Remember(cluster, suspension);
        }
        if (primaries.Count == 0)
            invocation.WriteError($"no primary of {cluster.Name} could be reached: its record does not say so");
        foreach (var failed in answers.Where(a => a.Problem is not null))
            invocation.WriteError(VisibleText.Of($"not kept on {failed.Place}: {failed.Problem}"));
        string[] kept = [.. answers.Where(a => a.Problem is null).Select(a => a.Place)];
        if (kept.Length == 0)
        {
            invocation.WriteError($"{cluster.Name} is not suspended: no place took it");
            return ExitCode.Error;
        }
        invocation.WriteOut($"{SuspensionText.Of(cluster.Name, suspension)} (in {string.Join(", ", kept)})");
        if (kept is [OwnSuspensions.Declared])
            invocation.WriteError("only this machine knows of it: a loop that runs on another one does not");
        return await WaitForWritersAsync(primaries, wait);
    }

    public async Task<ExitCode> ResumeAsync()
    {
        var cancel = invocation.Stopping;
        List<PlaceAnswer> answers = [];
        var primaries = await PrimariesAsync();
        foreach (var primary in primaries)
            answers.Add(OfRecord(primary, await store.ResumeAsync(fleet, cluster, primary, cancel)));
        if (primaries.Count == 0)
            answers.Add(new("the cluster's record", "no primary could be reached", false));
        answers.AddRange(await engine.SuspensionFiles.ClearAsync(fleet, cluster, cancel));
        var (own, problem) = engine.OwnSuspensions.Clear(cluster);
        answers.Add(new(OwnSuspensions.Declared, problem, own));
        var failed = answers.Where(a => a.Problem is not null).ToList();
        foreach (var one in failed)
            invocation.WriteError(
                VisibleText.Of(
                    $"not observed: {one.Place}: {one.Problem}; what it may say holds until its end: resume again once it answers"
                )
            );
        var inGit = cluster.Suspended is { } declared && declared.Until > invocation.Time.GetUtcNow() ? declared : null;
        if (inGit is not null)
            invocation.WriteError(
                VisibleText.Of(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Git suspends it until {inGit.Until.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: remove spec.suspended at {inGit.At}"
                    )
                )
            );
        var changed = answers.Exists(a => a.Changed);
        if (changed || (failed.Count == 0 && inGit is null))
            invocation.WriteOut(
                changed
                    ? $"{cluster.Name} is resumed{(inGit is null && failed.Count == 0 ? "" : " as far as it could be")}"
                    : $"{cluster.Name} was not suspended"
            );
        return (inGit, failed.Count) switch
        {
            (not null, _) => ExitCode.Locked,
            (_, > 0) => ExitCode.PartlyApplied,
            _ => ExitCode.Done,
        };
    }

    private async Task<IReadOnlyList<Member>> PrimariesAsync()
    {
        var snapshot = await engine.Observer.ObserveAsync(fleet, [cluster.Name], invocation.Stopping);
        return [.. snapshot.Find(cluster.Name)!.Primaries.Select(p => cluster.FindMember(p.Name)!)];
    }

    private static PlaceAnswer OfRecord(Member primary, StepOutcome outcome) =>
        new(
            $"the cluster's record on {primary.Name}",
            OutcomeText.Holds(outcome) ? null : OutcomeText.Reason(outcome) ?? OutcomeText.Word(outcome),
            outcome is StepOutcome.Done
        );

    /// <summary>A step that has begun is not broken off; whoever suspends has to know when it is over.</summary>
    private async Task<ExitCode> WaitForWritersAsync(IReadOnlyList<Member> primaries, TimeSpan wait)
    {
        var since = invocation.Time.GetTimestamp();
        while (true)
        {
            var (writer, unknown) = await WriterAsync(primaries);
            if (writer is null)
            {
                if (unknown is not null)
                    invocation.WriteError(VisibleText.Of($"whether a step is in hand is unknown: {unknown}"));
                return ExitCode.Done;
            }
            if (invocation.Time.GetElapsedTime(since) >= wait)
            {
                invocation.WriteError(VisibleText.Of($"a step in hand: {writer} is still running; no further one will be begun"));
                return ExitCode.Locked;
            }
            await Task.Delay(Pace, invocation.Time, invocation.Stopping);
        }
    }

    /// <returns>Who writes now, or null; and why that could not be told everywhere.</returns>
    private async Task<(string? Writer, string? Unknown)> WriterAsync(IReadOnlyList<Member> primaries)
    {
        string? unknown = null;
        foreach (var primary in primaries)
        {
            var (writer, problem) = await store.WriterAsync(fleet, cluster, primary, invocation.Stopping);
            if (writer is not null)
                return (writer, null);
            unknown ??= problem;
        }
        // A writer without a primary, or that made one, holds the lock on a host.
        var environment = fleet.EnvironmentOf(cluster);
        var first = cluster.Members.FirstOrDefault(m => m.Initial) ?? cluster.Members[0];
        var host = environment.Hosts.Single(h => h.Name == first.Host);
        switch (
            await engine.HostLocks.TakeAsync(
                host,
                MemberDirectory.WriterLock(environment.Access, cluster.Name),
                "pggitops suspend",
                invocation.Stopping
            )
        )
        {
            case HostLockOutcome.Taken taken:
                await taken.Lock.DisposeAsync();
                return (null, unknown);
            case HostLockOutcome.Held held:
                return (held.Holder, null);
            case HostLockOutcome.Unreachable unreachable:
                return (null, unknown ?? unreachable.Reason);
            default:
                throw new InvalidOperationException("HostLockOutcome is closed");
        }
    }
}
