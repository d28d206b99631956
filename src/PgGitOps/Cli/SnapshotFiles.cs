using System.Text;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Reporting.Snapshots;
using PgGitOps.Core.Sources;

namespace PgGitOps.Cli;

internal static class SnapshotFiles
{
    /// <summary>The chosen clusters of a snapshot file.</summary>
    public static FleetSnapshot Read(Invocation invocation, string path, IReadOnlyList<string> clusters)
    {
        var text = Encoding.UTF8.GetString(NamedFile.Read(invocation, path));
        var snapshot = SnapshotJson
            .Read(text)
            .Match(s => s, reason => throw new UsageException($"{path}: {reason}", "make it anew with pggitops snapshot"));
        if (clusters.FirstOrDefault(c => snapshot.Find(c) is null) is { } missing)
            throw new UsageException($"{path} does not hold cluster {missing}", "choose the clusters it holds with --cluster");
        return snapshot with { Clusters = snapshot.Clusters.Where(c => clusters.Contains(c.Name)).ToEquatableArray() };
    }
}
