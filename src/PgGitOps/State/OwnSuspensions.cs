using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Reporting.Snapshots;
using PgGitOps.Providers;

namespace PgGitOps.State;

/// <summary>Suspensions in this machine's state directory: declared here because no host took them, and the last that a cluster's record was seen to hold.</summary>
internal sealed class OwnSuspensions(string stateDirectory, StateConditions conditions)
{
    /// <summary>How others are told where it is.</summary>
    public const string Declared = "this machine's state directory";

    public const string Remembered = "the cluster's record when it was last read";

    /// <returns>Null once it is on disk, else why not.</returns>
    public string? Declare(Cluster cluster, Suspension suspension) =>
        FileOf(cluster, "declared").Save(SuspensionJson.Write(suspension))
            ? null
            : conditions.Distrust(PathOf(cluster, "declared")) ?? $"{stateDirectory} cannot be written";

    /// <summary>What was just written into the record, as if it had been read there.</summary>
    public void Remember(Cluster cluster, Suspension suspension) =>
        FileOf(cluster, "recorded").Save(SuspensionJson.Write(suspension));

    /// <summary>Forgets both, which is all that this machine knows of.</summary>
    /// <returns>Whether there was one, and why it could not be removed.</returns>
    public (bool Changed, string? Problem) Clear(Cluster cluster)
    {
        try
        {
            foreach (var kind in (string[])["declared", "recorded"])
            {
                if (conditions.Distrust(PathOf(cluster, kind)) is { } why)
                    return (false, why);
            }
            var changed = File.Exists(PathOf(cluster, "declared"));
            File.Delete(PathOf(cluster, "declared"));
            File.Delete(PathOf(cluster, "recorded"));
            return (changed, null);
        }
        catch (DirectoryNotFoundException)
        {
            return (false, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (false, e.Message);
        }
    }

    /// <summary>What the record says while it can be read counts also while it cannot: a stopped server takes its record with it.</summary>
    public void Note(Cluster cluster, ClusterSnapshot? snapshot)
    {
        if (snapshot?.Record is not Observation<ClusterRecord>.Seen { Value.Suspension: var recorded })
            return;
        var path = PathOf(cluster, "recorded");
        if (recorded is null && !File.Exists(path))
            return;
        if (recorded is null)
            Clear(path);
        else if (Read(path) != recorded)
            FileOf(cluster, "recorded").Save(SuspensionJson.Write(recorded));
    }

    public IEnumerable<PlacedSuspension> Of(Cluster cluster)
    {
        if (Read(PathOf(cluster, "declared")) is { } declared)
            yield return new(Declared, declared);
        if (Read(PathOf(cluster, "recorded")) is { } recorded)
            yield return new(Remembered, recorded);
    }

    /// <summary>What cannot be read or believed holds: whoever may write here may have taken a suspension away as well as put one there.</summary>
    private Suspension? Read(string path)
    {
        conditions.Distrust(path);
        // Of the directory as a whole nothing is said here: where that is somebody else's, no intent can be journaled and nothing is done.
        if (OwnDirectory.Distrust(Path.GetDirectoryName(path)!, path) is var (_, why))
            return Unbelieved(why);
        if (!File.Exists(path))
            return null;
        return new StateFile(path, conditions).Read() is { } content ? SuspensionJson.Read(content)
            : File.Exists(path) ? Unbelieved($"{path} cannot be read")
            : null;
    }

    private static Suspension Unbelieved(string why) => new(why, "unknown", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);

    private void Clear(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            conditions.Tell(Path.GetFileName(path), $"{path} cannot be removed: {e.Message}");
        }
    }

    private StateFile FileOf(Cluster cluster, string kind) => new(PathOf(cluster, kind), conditions);

    private string PathOf(Cluster cluster, string kind) =>
        Path.Combine(
            stateDirectory,
            "suspended",
            $"{Uri.EscapeDataString(cluster.Environment)}.{Uri.EscapeDataString(cluster.Name)}.{kind}.json"
        );
}
