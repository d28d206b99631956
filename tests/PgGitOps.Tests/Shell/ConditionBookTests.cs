using PgGitOps.Core.Ports;
using PgGitOps.Providers.State;
using PgGitOps.Reconciling;
using PgGitOps.State;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

public sealed class ConditionBookTests : IDisposable
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-conditions-").FullName;
    private readonly Heard heard = new();

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Note_OfAnotherMessage_IsNoNews_OfAnotherReasonOrConcern_Is()
    {
        var book = Open();

        Note(book, 0, ConditionReason.StepFailed, "permission denied (1)", "core/a");
        Note(book, 1, ConditionReason.StepFailed, "permission denied (2)", "core/a");
        Note(book, 2, ConditionReason.StepFailed, "permission denied (2)", "core/b");
        var last = Note(book, 3, ConditionReason.PlanRefused, "permission denied (2)", "core/b");

        Assert.Equal(
            [
                ("core/a", ConditionReason.StepFailed),
                ("core/b", ConditionReason.StepFailed),
                ("core/b", ConditionReason.PlanRefused),
            ],
            heard.Of<PassEvent.ConditionChanged>().Select(e => (e.After.Concerns[0], e.After.Reason))
        );
        // It has been Stalled all along.
        Assert.Equal(Start, last.Since);
    }

    [Fact]
    public void Note_AfterARestart_KnowsSinceWhen_AndTellsItsFirstLookOnce()
    {
        Note(Open(), 0, ConditionReason.NotAsDeclared, "core-2 does not stream", "core-2");

        var again = Open();
        Assert.Equal(Start, again.Of("core", Start.AddHours(9)).Since);
        Note(again, 1, ConditionReason.NotAsDeclared, "core-2 does not stream", "core-2");
        Note(again, 2, ConditionReason.NotAsDeclared, "core-2 does not stream", "core-2");
        var mended = Note(again, 3, ConditionReason.InSync, "in sync");

        Assert.Equal(["ClusterDegraded", "ClusterDegraded", "ClusterReady"], heard.Codes);
        Assert.Equal([Start, Start, Start.AddHours(3)], heard.Of<PassEvent.ConditionChanged>().Select(e => e.After.Since));
        Assert.Equal(Start.AddHours(3), Open().Of("core", Start).Since);
        Assert.Equal(mended, Open().Of("core", Start));
    }

    [Fact]
    public void Note_WhenASuspensionEnded_AlsoBetweenTwoRuns_TellsSinceWhenItHeld()
    {
        Note(Open(), 0, ConditionReason.Suspended, "suspended by dba");

        Note(Open(), 5, ConditionReason.InSync, "in sync");

        Assert.Equal(["ClusterSuspended", "ClusterResumed", "ClusterReady"], heard.Codes);
        Assert.Equal(Start, heard.Of<PassEvent.ClusterResumed>()[0].Since);
    }

    [Fact]
    public void StateOf_EveryReason_HasOne() =>
        Assert.Equal(
            Enum.GetValues<ConditionState>(),
            Enum.GetValues<ConditionReason>().Select(ClusterCondition.StateOf).Distinct().Order()
        );

    private ConditionBook Open() =>
        new(new EvidenceFiles(directory, TimeProvider.System), "0123456789abcdef", new StateConditions(_ => { }));

    private ClusterCondition Note(
        ConditionBook book,
        int hour,
        ConditionReason reason,
        string message,
        params string[] concerns
    ) => book.Note("core", new(reason, message, [.. concerns]), Start.AddHours(hour), heard);
}
