using PgGitOps.Core.Proofs.Live;
using PgGitOps.Providers.State;
using PgGitOps.State;

namespace PgGitOps.Tests.Shell;

public sealed class LagEvidenceTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-lag-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Recall_AfterARestart_KnowsHowLateAStandbyIsAtLeast_AndNeverMore()
    {
        var now = TimeProvider.System.GetUtcNow();
        var history = LagHistory.Empty;
        var evidence = Open();
        // A pass every ten seconds for ten minutes, 1 MiB of WAL each.
        for (var pass = 0; pass <= 60; pass++)
        {
            history = history.With(
                "7001/1/core-1",
                now.AddSeconds(10 * (pass - 60)),
                FormattableString.Invariant($"0/{pass * 0x100000:X}")
            );
            evidence.Note("core", history);
        }

        var recalled = Open().Recall("core");

        // A standby that stopped after the tenth pass misses what came 490 s ago and later.
        Assert.Equal(TimeSpan.FromSeconds(490), history.AtLeast("0/A00000", now));
        Assert.InRange(recalled.AtLeast("0/A00000", now)!.Value, TimeSpan.FromSeconds(430), TimeSpan.FromSeconds(490));
        Assert.Null(recalled.AtLeast("0/FFFFFFFF", now));
        Assert.Equal(LagHistory.Empty, Open().Recall("tasks"));
    }

    [Fact]
    public void Note_OfAnotherPrimary_IsKeptAtOnce_AndReplacesWhatWasKnown()
    {
        var now = TimeProvider.System.GetUtcNow();
        var evidence = Open();
        evidence.Note("core", LagHistory.Empty.With("7001/1/core-1", now.AddSeconds(-2), "0/100"));
        evidence.Note("core", LagHistory.Empty.With("7001/2/core-2", now.AddSeconds(-1), "0/90"));

        Assert.Equal(("7001/2/core-2", now.AddSeconds(-1), "0/90"), Open().Recall("core").Newest);
    }

    private LagEvidence Open() =>
        new(new EvidenceFiles(directory, TimeProvider.System), "0123456789abcdef", new StateConditions(_ => { }));
}
