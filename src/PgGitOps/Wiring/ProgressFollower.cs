using System.Globalization;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Wiring;

/// <summary>Steps as they happen: one line that is rewritten on a terminal, one line a step elsewhere.</summary>
internal sealed class ProgressFollower(TextWriter stderr, bool terminal, TimeProvider time) : IPassListener
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> begun = new(StringComparer.Ordinal);
    private readonly List<string> running = [];
    private int total;
    private int ended;

    public void Hear(PassEvent told)
    {
        switch (told)
        {
            case PassEvent.RunBegun run:
                lock (gate)
                    total = run.Steps;
                break;
            case PassEvent.StepBegun begins:
                Begin(begins.Step);
                break;
            case PassEvent.StepEnded ends:
                End(ends.Step, ends.Outcome);
                break;
        }
    }

    private void Begin(Step step)
    {
        lock (gate)
        {
            begun[step.Id] = time.GetTimestamp();
            running.Add(VisibleText.Of($"{step.Cluster}: {step.Title}"));
            if (terminal)
                Redraw();
        }
    }

    private void End(Step step, StepOutcome outcome)
    {
        lock (gate)
        {
            ended++;
            running.Remove(VisibleText.Of($"{step.Cluster}: {step.Title}"));
            var took = begun.Remove(step.Id, out var since) ? time.GetElapsedTime(since) : TimeSpan.Zero;
            var reason = OutcomeText.Reason(outcome) is { } why ? $": {VisibleText.Lines(why, 6)}" : "";
            if (terminal)
                stderr.Write("\r\e[K");
            stderr.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"[{ended}/{total}] {step.Cluster}: {VisibleText.Of(step.Title)} - {OutcomeText.Word(outcome)} ({took.TotalSeconds:0.0}s){reason}"
                )
            );
            if (terminal)
                Redraw();
        }
    }

    private void Redraw()
    {
        var line =
            running.Count == 0
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $"[{ended}/{total}] {string.Join(" | ", running)} …");
        // A line that wraps could not be rewritten.
        var width = Math.Max(20, Width() - 1);
        stderr.Write("\r\e[K" + (line.Length > width ? line[..width] : line));
    }

    private static int Width()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
