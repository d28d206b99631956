using PgGitOps.Core.Approving;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Plans;

namespace PgGitOps.Executing;

/// <summary>One writer's way through the steps of one cluster, under its lock.</summary>
/// <param name="work">As observed, planned and decided under the lock.</param>
internal sealed class ClusterRun(
    LeaseOutcome.Taken taken,
    LeasedSteps runners,
    IJournal journal,
    IRunGround ground,
    IPassListener listener,
    string commit,
    ClusterWork work
)
{
    private readonly RunQueue queue = new(work);
    private readonly List<StepResult> results = [];

    // Why nothing more is begun on this cluster: the lock is lost, it is suspended, nothing can be journaled or recorded.
    private string? end;
    private bool failed;
    private bool suspended;
    private bool interrupted;
    private bool waits;

    public async Task<ClusterResult> RunAsync(CancellationToken stopping, CancellationToken abort)
    {
        foreach (var (step, verdict) in work.Approval.Steps)
        {
            if (await WhyNotAsync(step, verdict, stopping, abort) is { } why)
            {
                // Told before the first step.
                if (work.WithoutRunner.ContainsKey(step.Id) && verdict is StepVerdict.Go)
                {
                    results.Add(new(step, new StepOutcome.Refused(why)));
                    failed = true;
                    continue;
                }
                listener.Hear(new PassEvent.StepHeldBack(step, why));
                results.Add(new(step, new StepOutcome.Skipped(why)));
                continue;
            }
            var result = await RunAsync(step, abort);
            results.Add(result);
            if (OutcomeText.Holds(result.Outcome))
                continue;
            failed = true;
            queue.Failed(step, OutcomeText.Word(result.Outcome));
            if (abort.IsCancellationRequested)
                end ??= "the run was broken off";
        }
        var ending =
            failed ? ClusterEnding.Stopped
            : suspended ? ClusterEnding.Locked
            : interrupted ? ClusterEnding.Interrupted
            : end is not null ? ClusterEnding.Stopped
            : queue.HeldInVain ? ClusterEnding.Degraded
            : waits ? ClusterEnding.Waiting
            : results.Count == 0 ? ClusterEnding.InSync
            : ClusterEnding.Applied;
        return new(work.Cluster.Name, ending, results, suspended || (!failed && end is not null) ? end : null)
        {
            IsSuspended = suspended,
        };
    }

    /// <summary>Why a step is not begun, or null. Whatever may have changed since the plan was decided is asked again here.</summary>
    private async Task<string?> WhyNotAsync(Step step, StepVerdict verdict, CancellationToken stopping, CancellationToken abort)
    {
        if (queue.WhyNot(step, verdict) is { } held)
        {
            waits |= verdict is not StepVerdict.Go;
            return held;
        }
        if (end is null && stopping.IsCancellationRequested)
            (interrupted, end) = (true, "the run was asked to stop");
        if (end is null && PlanWords.WhyNot(ground.Decide(work, step)) is { } closed)
        {
            waits = true;
            queue.Missing(step);
            return closed;
        }
        if (end is null)
        {
            var standing = await taken.Lease.StandingAsync(abort);
            if (standing.Lost is { } lost)
                end = lost;
            else if (await ground.SuspendedAsync(work, step, standing.Suspension, abort) is { } words)
                (suspended, end) = (true, words);
        }
        return end;
    }

    private async Task<StepResult> RunAsync(Step step, CancellationToken abort)
    {
        listener.Hear(new PassEvent.StepBegun(step));
        if (Written(() => journal.Intent(step, taken.Lease.FencingToken)) is { } unwritten)
        {
            // Without a journal a killed process could not be accounted for: then nothing is done.
            end = $"the journal cannot be written: {unwritten}";
            var notBegun = new StepOutcome.Failed(end, "make room in the state directory");
            listener.Hear(new PassEvent.StepEnded(step, notBegun));
            return new(step, notBegun);
        }
        var outcome = await runners.RunAsync(step, abort);
        if (outcome is StepOutcome.Uncertain uncertain)
            outcome = await SettleAsync(step, uncertain);
        var acted = outcome is StepOutcome.Done or StepOutcome.Uncertain;
        if (OutcomeText.Holds(outcome))
        {
            // Recorded step by step: what a killed process made must be in the inventory as far as possible.
            var recorded = await taken.Record.RecordAsync([step], commit, abort);
            if (!OutcomeText.Holds(recorded))
            {
                end = $"it could not be recorded in the cluster: {OutcomeText.Reason(recorded)}";
                outcome = new StepOutcome.Failed($"done, but {end}", "the next pass records it anew");
            }
        }
        if (Written(() => journal.Outcome(step, outcome)) is { } lost && OutcomeText.Holds(outcome))
        {
            end = $"the journal cannot be written: {lost}";
            outcome = new StepOutcome.Failed($"done, but {end}", "make room in the state directory; the next run verifies it");
        }
        listener.Hear(new PassEvent.StepEnded(step, outcome));
        return new(step, outcome) { Acted = acted };
    }

    /// <returns>Why it could not be written, or null.</returns>
    private static string? Written(Action write)
    {
        try
        {
            write();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Decides a doubt by looking: a step that the new plan still holds did not happen.</summary>
    private async Task<StepOutcome> SettleAsync(Step step, StepOutcome.Uncertain uncertain)
    {
        // Also after an abort: the account has to be true.
        var seen = await ground.LookAgainAsync(work, CancellationToken.None);
        return OutcomeCheck.At(step, seen?.Plan) switch
        {
            OutcomeCheckVerdict.Happened => new StepOutcome.AlreadyTrue(),
            OutcomeCheckVerdict.DidNotHappen => new StepOutcome.Refused($"{uncertain.Reason}; verified: not applied"),
            OutcomeCheckVerdict.Unknown => uncertain,
        };
    }
}
