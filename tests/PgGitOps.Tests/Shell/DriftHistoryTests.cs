using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Reconciling;

namespace PgGitOps.Tests.Shell;

public class DriftHistoryTests
{
    private static readonly Change Difference = new(new("core", "role/app", "login"), null, null, null, ChangeCause.Drift, FieldTreatment.Enforce, null);

    [Fact]
    public void Note_WhenItCannotBeKept_SaysSoOnce_StillKnows_AndKeepsItLater()
    {
        List<string> said = [];
        var place = Directory.CreateTempSubdirectory("drift");
        var path = Path.Combine(place.FullName, "drift.json");
        // A directory stands where the file would be.
        Directory.CreateDirectory(path);
        var history = DriftHistory.Open(path, new StateConditions(said.Add));

        history.Note(PlanOf("core", Difference), DateTimeOffset.UnixEpoch);
        history.Note(PlanOf("core", Difference), DateTimeOffset.UnixEpoch.AddHours(1));
        Assert.Single(said);
        Assert.Equal(DateTimeOffset.UnixEpoch, history.Since(Difference.Key));

        Directory.Delete(path);
        // Nothing is new, and still it is saved now.
        history.Note(PlanOf("core", Difference), DateTimeOffset.UnixEpoch.AddHours(2));
        Assert.Equal(DateTimeOffset.UnixEpoch, DriftHistory.Open(path, new StateConditions(said.Add)).Since(Difference.Key));
        Assert.Equal(2, said.Count);
        place.Delete(recursive: true);
    }

    [Fact]
    public void Note_WhenTheDirectoryIsGone_MakesItAgain()
    {
        var place = Directory.CreateTempSubdirectory("drift");
        var path = Path.Combine(place.FullName, "state", "drift.json");
        var history = DriftHistory.Open(path, new StateConditions(_ => { }));
        history.Note(PlanOf("core", Difference), DateTimeOffset.UnixEpoch);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);

        history.Note(PlanOf("core"), DateTimeOffset.UnixEpoch);

        Assert.Null(DriftHistory.Open(path, new StateConditions(_ => { })).Since(Difference.Key));
        Assert.Equal(["drift.json"], Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).Select(Path.GetFileName));
        place.Delete(recursive: true);
    }

    [Fact]
    public async Task Note_ByPassesInParallel_KeepsEveryOnset()
    {
        var place = Directory.CreateTempSubdirectory("drift");
        var path = Path.Combine(place.FullName, "drift.json");
        List<string> said = [];
        var history = DriftHistory.Open(path, new StateConditions(said.Add));

        await Task.WhenAll(Enumerable.Range(0, 16).Select(cluster => Task.Run(() =>
        {
            for (var pass = 0; pass < 40; pass++)
            {
                // The difference comes and goes, and is there at the end.
                history.Note(PlanOf($"c{cluster}", pass % 2 == 1 ? [Difference with { Key = Difference.Key with { Cluster = $"c{cluster}" } }] : []), DateTimeOffset.UnixEpoch.AddSeconds(pass));
                _ = history.Since(Difference.Key);
            }
        })));

        Assert.Empty(said);
        var kept = DriftHistory.Open(path, new StateConditions(said.Add));
        Assert.All(Enumerable.Range(0, 16), c => Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(39), kept.Since(Difference.Key with { Cluster = $"c{c}" })));
        place.Delete(recursive: true);
    }

    private static Plan PlanOf(string cluster, params Change[] changes) => new("id", "c0ffee", DateTimeOffset.UnixEpoch,
        [new ClusterPlan { Cluster = cluster, Mode = ReconcileMode.Enforce, Changes = [.. changes], Steps = [], Refusals = [], Reads = [], Unknowns = [] }]);
}
