using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Reconciling;
using PgGitOps.Tests.Builders;
using PgGitOps.Tests.Lineage;

namespace PgGitOps.Tests.Shell;

public sealed class ClusterMemoryFilesTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-memory-").FullName;
    private readonly List<string?> told = [];
    private readonly Cluster cluster = Fleets.Cluster("core-1");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private ClusterMemoryFiles Open(string repository = "https://git.example/policies", string? at = null) => new(at ?? Path.Combine(directory, "clusters"), repository, TimeProvider.System, told.Add);

    private static RememberedCluster Remembered(string address = "10.0.0.1", int port = 5432) =>
        Histories.Remembered("2 0/700 1@0/400", "core-1", new RememberedMember("core-1", "host-1", address, port, "/data", true, Snapshots.At)) with { Token = 7, Standing = "Proven", StandingSince = Snapshots.At };

    private (RememberedCluster? Cluster, string? Problem) Recall(ClusterMemoryFiles files) => files.Recall(cluster, Environment);

    private static FleetEnvironment Environment => Fleets.Environment();

    private (string Address, int Port) Place => (Environment.Hosts.First(h => h.Name == cluster.Members[0].Host).Address, cluster.Members[0].Port);

    [Fact]
    public void Recall_InAnotherProcess_GivesWhatWasKept()
    {
        Open().Keep(Remembered());

        Assert.Equal((Remembered(), null), Recall(Open()));
    }

    [Fact]
    public void Recall_OfAClusterNobodyEverSaw_IsNothing_AndNoProblem() => Assert.Equal((null, null), Recall(Open()));

    [Fact]
    public void Recall_OfAClusterThatWasRenamed_IsAProblem_NotNothing()
    {
        Open().Keep(Remembered(Place.Address, Place.Port) with { Cluster = "before" });

        var (known, problem) = Recall(Open());

        Assert.Null(known);
        Assert.Contains("cluster before is remembered, with system identifier 7001", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Recall_OfAClusterBesideOthers_IsNothing_AndNoProblem()
    {
        Open().Keep(Remembered(Place.Address, Place.Port + 1) with { Cluster = "other" });
        Open("https://git.example/another").Keep(Remembered(Place.Address, Place.Port) with { Cluster = "other" });

        Assert.Equal((null, null), Recall(Open()));
    }

    [Fact]
    public void Recall_OfATornFile_IsAProblem_NotNothing()
    {
        Open().Keep(Remembered());
        var file = Directory.EnumerateFiles(directory, "*.json", SearchOption.AllDirectories).Single();
        File.WriteAllText(file, File.ReadAllText(file)[..100]);

        var (known, problem) = Recall(Open());

        Assert.Null(known);
        Assert.Contains(file, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Recall_FromARepositoryThatMoved_KnowsTheClusterByItsAddresses()
    {
        Open().Keep(Remembered(Place.Address, Place.Port));

        Assert.NotNull(Recall(Open("/srv/policies.git")).Cluster);
    }

    [Fact]
    public void Recall_OfAnotherClusterOfTheSameName_IsNothing()
    {
        Open("/home/somebody/else").Keep(Remembered("10.99.0.1", 6000));

        Assert.Equal((null, null), Recall(Open()));
    }

    [Fact]
    public void Keep_WhereNothingCanBeWritten_TellsOnce_RemembersInTheProcess_AndSavesLater()
    {
        var blocked = Path.Combine(directory, "state");
        File.WriteAllText(blocked, "a file in the directory's place");
        var files = Open(at: Path.Combine(blocked, "clusters"));

        files.Keep(Remembered());
        files.Keep(Remembered() with { Token = 8 });

        Assert.Contains("cannot be kept", Assert.Single(told), StringComparison.Ordinal);
        Assert.Equal(8, Recall(files).Cluster!.Token);
        File.Delete(blocked);
        files.Keep(Remembered() with { Token = 8 });
        Assert.Equal([true, false], told.Select(t => t is not null));
        Assert.Equal(8, Recall(Open(at: Path.Combine(blocked, "clusters"))).Cluster!.Token);
    }

    [Fact]
    public void Keep_OfClustersInParallel_LosesNone()
    {
        var files = Open();
        Parallel.For(0, 40, i =>
        {
            for (var pass = 0; pass < 5; pass++)
                files.Keep(Remembered() with { Cluster = $"c{i}", Token = pass });
        });

        Assert.All(Enumerable.Range(0, 40), i => Assert.Equal(4, Open().Recall(cluster with { Head = cluster.Head with { Name = $"c{i}" } }, Environment).Cluster!.Token));
        Assert.Equal(40, Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Count());
    }
}
