using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Reporting.Snapshots;
using PgGitOps.Providers.State;
using PgGitOps.State;
using PgGitOps.Tests.Builders;
using PgGitOps.Tests.Lineage;

namespace PgGitOps.Tests.Shell;

public sealed class RememberedClustersTests : IDisposable
{
    private const string Here = "0123456789abcdef";

    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-memory-").FullName;
    private readonly List<string> told = [];
    private readonly Cluster cluster = Fleets.Cluster("core-1");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private string Earlier => Path.Combine(directory, "clusters");

    private RememberedClusters Open(string repository = Here, string? at = null) =>
        new(
            new EvidenceFiles(at ?? Path.Combine(directory, "evidence"), TimeProvider.System),
            repository,
            new EarlierMemory(Earlier),
            TimeProvider.System,
            new StateConditions(told.Add)
        );

    private static RememberedCluster Remembered(
        string address = "10.0.0.1",
        int port = 5432,
        string history = "2 0/700 1@0/400"
    ) =>
        Histories.Remembered(
            history,
            "core-1",
            new RememberedMember("core-1", "host-1", address, port, "/data", true, Snapshots.At)
        ) with
        {
            Token = 7,
            Standing = "Proven",
            StandingSince = Snapshots.At,
        };

    private (RememberedCluster? Cluster, string? Problem) Recall(RememberedClusters clusters) =>
        clusters.Recall(cluster, Environment);

    private static FleetEnvironment Environment => Fleets.Environment();

    private (string Address, int Port) Place =>
        (Environment.Hosts.First(h => h.Name == cluster.Members[0].Host).Address, cluster.Members[0].Port);

    [Fact]
    public void Recall_InAnotherProcess_GivesWhatWasKept()
    {
        Open().Keep(Remembered());

        Assert.Equal((Remembered(), null), Recall(Open()));
    }

    [Fact]
    public void Recall_OfAClusterNobodyEverSaw_IsNothing_AndNoProblem() => Assert.Equal((null, null), Recall(Open()));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Recall_OfAClusterThatWasRenamed_IsAProblem_NotNothing(bool byAnEarlierVersion)
    {
        var before = Remembered(Place.Address, Place.Port) with { Cluster = "before" };
        Directory.CreateDirectory(Earlier);
        if (byAnEarlierVersion)
            File.WriteAllText(Path.Combine(Earlier, $"before.{Here}.json"), RememberedClusterJson.Write(before));
        else
            Open().Keep(before);

        var (known, problem) = Recall(Open());

        Assert.Null(known);
        Assert.Contains("cluster before is remembered, with system identifier 7001", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Recall_OfAClusterBesideOthers_IsNothing_AndNoProblem()
    {
        Open().Keep(Remembered(Place.Address, Place.Port + 1) with { Cluster = "other" });
        Open("fedcba9876543210").Keep(Remembered(Place.Address, Place.Port) with { Cluster = "other" });

        Assert.Equal((null, null), Recall(Open()));
    }

    [Fact]
    public void Recall_WhereNoWholeEntryIsLeft_IsAProblem_NotNothing_UntilAPrimaryIsKept()
    {
        Open().Keep(Remembered());
        var file = Directory.EnumerateFiles(directory, "*.jsonl", SearchOption.AllDirectories).Single();
        File.WriteAllText(file, File.ReadAllText(file)[..100]);

        var (known, problem) = Recall(Open());

        Assert.Null(known);
        Assert.Contains(file, problem, StringComparison.Ordinal);
        Open().Keep(Remembered());
        Assert.Equal((Remembered(), null), Recall(Open()));
    }

    [Fact]
    public void Recall_OfWhatAnEarlierVersionKept_GivesIt_AndKeepsItHereFromThenOn()
    {
        Directory.CreateDirectory(Earlier);
        File.WriteAllText(Path.Combine(Earlier, $"core.{Here}.json"), RememberedClusterJson.Write(Remembered()));

        Assert.Equal((Remembered(), null), Recall(Open()));
        Open().Keep(Remembered() with { Token = 8 });
        Assert.Equal(8, Recall(Open()).Cluster!.Token);
        File.WriteAllText(Path.Combine(Earlier, $"core.{Here}.json"), "torn");
        Assert.Equal(8, Recall(Open()).Cluster!.Token);
    }

    [Fact]
    public void Recall_OfATornFileOfAnEarlierVersion_IsAProblem_NotNothing()
    {
        Directory.CreateDirectory(Earlier);
        File.WriteAllText(Path.Combine(Earlier, $"core.{Here}.json"), RememberedClusterJson.Write(Remembered())[..100]);

        var (known, problem) = Recall(Open());

        Assert.Null(known);
        Assert.Contains(Earlier, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Recall_FromARepositoryThatMoved_KnowsTheClusterByItsAddresses(bool byAnEarlierVersion)
    {
        Directory.CreateDirectory(Earlier);
        if (byAnEarlierVersion)
            File.WriteAllText(
                Path.Combine(Earlier, $"core.{Here}.json"),
                RememberedClusterJson.Write(Remembered(Place.Address, Place.Port))
            );
        else
            Open().Keep(Remembered(Place.Address, Place.Port));

        Assert.NotNull(Recall(Open("fedcba9876543210")).Cluster);
    }

    [Fact]
    public void Recall_OfAnotherClusterOfTheSameName_IsNothing()
    {
        Open("fedcba9876543210").Keep(Remembered("10.99.0.1", 6000));

        Assert.Equal((null, null), Recall(Open()));
    }

    [Fact]
    public void Keep_WhereNothingCanBeWritten_TellsOnce_RemembersInTheProcess_AndSavesLater()
    {
        var blocked = Path.Combine(directory, "state");
        File.WriteAllText(blocked, "a file in the directory's place");
        var clusters = Open(at: Path.Combine(blocked, "evidence"));

        clusters.Keep(Remembered());
        clusters.Keep(Remembered() with { Token = 8 });

        Assert.Contains("cannot be kept", Assert.Single(told), StringComparison.Ordinal);
        Assert.Equal(8, Recall(clusters).Cluster!.Token);
        File.Delete(blocked);
        clusters.Keep(Remembered() with { Token = 8 });
        Assert.Equal(2, told.Count);
        Assert.Equal(8, Recall(Open(at: Path.Combine(blocked, "evidence"))).Cluster!.Token);
    }

    [Fact]
    public void Keep_OfTwoProcessesThatLookedAtTheSameTime_ForgetsNeithersNewest()
    {
        var (first, second) = (Open(), Open());
        first.Keep(Remembered());
        _ = Recall(second);

        // The one sees the promotion, the other still what was before it, and its own member.
        first.Keep(Remembered(history: "3 0/900 2@0/800,1@0/400") with { Token = 9 });
        second.Keep(
            Remembered() with
            {
                Token = 8,
                Members = [new("core-2", "host-2", "10.0.0.2", 5432, "/data", true, Snapshots.At)],
            }
        );

        var known = Recall(Open()).Cluster!;
        Assert.Equal((3, 9L), (known.Furthest.Timeline, known.Token));
        Assert.Equal(["core-1", "core-2"], known.Members.Select(m => m.Name));
    }

    [Fact]
    public void Merge_IsTheNewestOfBoth_WhicheverCameFirst()
    {
        var (older, newer) = (Remembered() with { Token = 11 }, Remembered(history: "2 0/900 1@0/400") with { Token = 5 });

        Assert.Equal(
            (11L, newer.Furthest),
            (ClusterMemory.Merge(older, newer).Token, ClusterMemory.Merge(older, newer).Furthest)
        );
        Assert.Equal(
            (11L, newer.Furthest),
            (ClusterMemory.Merge(newer, older).Token, ClusterMemory.Merge(newer, older).Furthest)
        );
        var foreign = newer with
        {
            SystemIdentifier = "7000000000000000001",
            Furthest = newer.Furthest with { SystemIdentifier = "7000000000000000001" },
        };
        Assert.Equal(older, ClusterMemory.Merge(foreign, older));
    }

    [Fact]
    public void Keep_OfClustersInParallel_LosesNone()
    {
        var clusters = Open();
        Parallel.For(
            0,
            40,
            i =>
            {
                for (var pass = 0; pass < 5; pass++)
                    clusters.Keep(Remembered() with { Cluster = $"c{i}", Token = pass });
            }
        );

        Assert.All(
            Enumerable.Range(0, 40),
            i =>
                Assert.Equal(
                    4,
                    Open().Recall(cluster with { Head = cluster.Head with { Name = $"c{i}" } }, Environment).Cluster!.Token
                )
        );
        Assert.Empty(told);
    }
}
