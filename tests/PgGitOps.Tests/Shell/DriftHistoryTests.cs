using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Providers.State;
using PgGitOps.State;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

public sealed class DriftHistoryTests : IDisposable
{
    private const string Here = "0123456789abcdef";

    private static readonly Change Difference = new(
        Paths.Key("role/app", "login"),
        null,
        null,
        null,
        ChangeCause.Drift,
        FieldTreatment.Enforce,
        null
    );

    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-drift-").FullName;
    private readonly List<string> said = [];

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Note_WhenItCannotBeKept_SaysSoOnce_StillKnows_AndKeepsItLater()
    {
        // A file stands where the directory would be.
        File.WriteAllText(Path.Combine(directory, "evidence"), "");
        var history = Open();

        history.Note(PlanOf("core", Difference), DateTimeOffset.UnixEpoch);
        history.Note(PlanOf("core", Difference), DateTimeOffset.UnixEpoch.AddHours(1));
        history.Note(PlanOf("tasks", Of("tasks")), DateTimeOffset.UnixEpoch.AddHours(1));
        Assert.Single(said);
        Assert.Equal(DateTimeOffset.UnixEpoch, history.Since(Difference.Key));

        File.Delete(Path.Combine(directory, "evidence"));
        // Nothing is new, and still it is saved now.
        history.Note(PlanOf("core", Difference), DateTimeOffset.UnixEpoch.AddHours(2));
        history.Note(PlanOf("tasks", Of("tasks")), DateTimeOffset.UnixEpoch.AddHours(2));
        Assert.Equal(DateTimeOffset.UnixEpoch, Open().Since(Difference.Key));
        Assert.Equal(2, said.Count);
    }

    [Fact]
    public void Note_WhenTheDirectoryIsGone_MakesItAgain()
    {
        var history = Open();
        history.Note(PlanOf("core", Difference), DateTimeOffset.UnixEpoch);
        Directory.Delete(Path.Combine(directory, "evidence"), recursive: true);

        history.Note(PlanOf("core"), DateTimeOffset.UnixEpoch);

        Assert.Null(Open().Since(Difference.Key));
        Assert.NotEmpty(Directory.GetFileSystemEntries(Path.Combine(directory, "evidence")));
    }

    [Fact]
    public void Note_AfterAnEarlierVersion_GoesOnFromItsFile()
    {
        File.WriteAllText(
            Path.Combine(directory, "drift.json"),
            """{ "core/role/app.login": "2026-01-02T03:04:05+00:00", "core-b/role/app.login": "2026-01-02T03:04:05+00:00" }"""
        );
        var since = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        Assert.Equal(since, Open().Since(Difference.Key));

        Open()
            .Note(
                PlanOf(
                    "core",
                    Difference,
                    Difference with
                    {
                        Key = Difference.Key with { Field = PgGitOps.Core.Facets.Field.Parse("superuser") },
                    }
                ),
                DateTimeOffset.MaxValue
            );

        Assert.Equal(since, Open().Since(Difference.Key));
        Open().Note(PlanOf("core"), DateTimeOffset.MaxValue);
        // Ended is ended, whatever the old file still says.
        Assert.Null(Open().Since(Difference.Key));
        Assert.Equal(since, Open().Since(Of("core-b").Key));
    }

    [Fact]
    public void Note_OfTwoProcesses_ForgetsNeithersOnset()
    {
        var (first, second) = (Open(), Open());
        first.Note(PlanOf("core", Difference), DateTimeOffset.UnixEpoch);
        var other = Difference with { Key = Difference.Key with { Field = PgGitOps.Core.Facets.Field.Parse("superuser") } };

        second.Note(PlanOf("core", Difference, other), DateTimeOffset.UnixEpoch.AddHours(1));
        first.Note(PlanOf("core", Difference, other), DateTimeOffset.UnixEpoch.AddHours(2));

        Assert.All(
            [first, second, Open()],
            h =>
                Assert.Equal(
                    [DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddHours(1)],
                    new[] { h.Since(Difference.Key), h.Since(other.Key) }.Select(s => s!.Value)
                )
        );
    }

    [Fact]
    public async Task Note_ByTwentyClustersInParallel_FourHundredTimesEach_ThrowsNothing_AndKeepsEveryOnset()
    {
        const int Passes = 400;
        var history = Open();

        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(cluster =>
                    Task.Run(() =>
                    {
                        for (var pass = 0; pass < Passes; pass++)
                        {
                            // The difference comes and goes in every tenth pass, and is there at the end.
                            history.Note(
                                PlanOf($"c{cluster}", pass % 20 >= 10 ? [Of($"c{cluster}")] : []),
                                DateTimeOffset.UnixEpoch.AddSeconds(pass)
                            );
                            _ = history.Since(Difference.Key);
                        }
                    })
                )
        );

        Assert.Empty(said);
        var kept = Open();
        Assert.All(
            Enumerable.Range(0, 20),
            c => Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(Passes - 10), kept.Since(Of($"c{c}").Key))
        );
    }

    [Fact]
    public void Note_OfForty_InTheFirstPass_KeepsAllForANextRun()
    {
        Open()
            .Note(
                new Plan(
                    "id",
                    "c0ffee",
                    DateTimeOffset.UnixEpoch,
                    [.. Enumerable.Range(0, 40).Select(c => PlanOf($"c{c}", Of($"c{c}")).Clusters.Single())]
                ),
                DateTimeOffset.UnixEpoch
            );

        var kept = Open();
        Assert.All(Enumerable.Range(0, 40), c => Assert.Equal(DateTimeOffset.UnixEpoch, kept.Since(Of($"c{c}").Key)));
    }

    private DriftHistory Open() =>
        new(
            new EvidenceFiles(Path.Combine(directory, "evidence"), TimeProvider.System),
            Here,
            Path.Combine(directory, "drift.json"),
            new StateConditions(said.Add)
        );

    private static Change Of(string cluster) => Difference with { Key = Difference.Key with { Cluster = cluster } };

    private static Plan PlanOf(string cluster, params Change[] changes) =>
        new(
            "id",
            "c0ffee",
            DateTimeOffset.UnixEpoch,
            [
                new ClusterPlan
                {
                    Cluster = cluster,
                    Mode = ReconcileMode.Enforce,
                    Changes = [.. changes],
                    Steps = [],
                    Refusals = [],
                    Reads = [],
                    Unknowns = [],
                },
            ]
        );
}
