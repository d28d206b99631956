using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Reconciling;

namespace PgGitOps.Tests.Shell;

public class DriftHistoryTests
{
    [Fact]
    public void Note_WhenItCannotBeKept_SaysSoOnceAndStillKnows()
    {
        List<string> complaints = [];
        // A directory stands where the file would be.
        var place = Directory.CreateTempSubdirectory("drift");
        var history = DriftHistory.Open(place.FullName, complaints.Add);
        var change = new Change(new("core", "role/app", "login"), null, null, null, ChangeCause.Drift, FieldTreatment.Enforce, null);
        var cluster = new ClusterPlan { Cluster = "core", Mode = ReconcileMode.Enforce, Changes = [change], Steps = [], Refusals = [], Reads = [], Unknowns = [] };

        history.Note(new("id", "c0ffee", DateTimeOffset.UnixEpoch, [cluster]), DateTimeOffset.UnixEpoch);
        history.Note(new("id", "c0ffee", DateTimeOffset.UnixEpoch, [cluster with { Changes = [] }]), DateTimeOffset.UnixEpoch);

        Assert.Single(complaints);
        Assert.Null(history.Since(change.Key));
        Directory.Delete(place.FullName);
        File.Delete($"{place.FullName}.{Environment.ProcessId}");
    }
}
