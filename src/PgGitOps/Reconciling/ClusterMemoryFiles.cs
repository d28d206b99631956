using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Reporting.Snapshots;
using PgGitOps.Providers.Git;

namespace PgGitOps.Reconciling;

/// <summary>What is remembered of clusters, a file each in the state directory. Safe for clusters in parallel; other processes may write it too.</summary>
/// <remarks>
/// A cluster of the same name in another repository is the same one only where a member has the same address and port: so a
/// repository may move, and two that are strangers to each other do not mix.
/// </remarks>
/// <param name="directory">Made when something is first kept.</param>
/// <param name="repository">Address of the policy repository.</param>
/// <param name="tell">Told once when the memory cannot be kept, and null once it can be again.</param>
internal sealed class ClusterMemoryFiles(string directory, string repository, TimeProvider time, Action<string?> tell)
{
    /// <summary>A position moves at every pass; between these moments only what is new is worth a write to disk.</summary>
    private static readonly TimeSpan PositionsEvery = TimeSpan.FromSeconds(30);

    private const long BytesMax = 16 << 20;

    private readonly string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(repository)))[..16];
    private readonly ConcurrentDictionary<string, Kept> kept = new(StringComparer.Ordinal);
    private readonly Lock writing = new();
    private string? told;

    /// <returns>What is remembered, or why that is not known; both null where nobody ever saw the cluster.</returns>
    public (RememberedCluster? Cluster, string? Problem) Recall(Cluster cluster, FleetEnvironment environment)
    {
        try
        {
            foreach (var path in Candidates(cluster.Name))
            {
                var stamp = Stamp(path);
                if (kept.TryGetValue(cluster.Name, out var known) && known.Path == path && known.Stamp == stamp)
                    return (known.Cluster, null);
                var (read, problem) = RememberedClusterJson.Read(Encoding.UTF8.GetString(RegularFile.TryRead(path, BytesMax) ?? throw new IOException($"{path} is gone")));
                if (read is null)
                    return (null, $"{path} cannot be understood: {problem}");
                if (path != Own(cluster.Name) && !AreOne(read, cluster, environment))
                    continue;
                kept[cluster.Name] = new(path, stamp, read, time.GetTimestamp());
                return (read, null);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Kept in this process, if it could not be written: that is as good.
            return kept.TryGetValue(cluster.Name, out var known) ? (known.Cluster, null) : (null, $"{directory} cannot be read: {e.Message}");
        }
        return kept.TryGetValue(cluster.Name, out var held) ? (held.Cluster, null) : (null, UnderAnotherName(cluster, environment));
    }

    /// <summary>A cluster that was given another name in Git is not one that never existed; null where no other one was seen at its addresses.</summary>
    private string? UnderAnotherName(Cluster cluster, FleetEnvironment environment)
    {
        if (!Directory.Exists(directory))
            return null;
        foreach (var path in Directory.EnumerateFiles(directory, $"*.{key}.json").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path)[..^(key.Length + ".".Length + ".json".Length)];
            var other = kept.TryGetValue(name, out var known) && known.Path == path && known.Stamp == Stamp(path) ? known.Cluster : ReadOrNull(path);
            if (other is not null && other.Members.FirstOrDefault(r => IsOf(r, cluster, environment)) is { } member)
                return string.Create(CultureInfo.InvariantCulture, $"at {member.Address}:{member.Port} cluster {other.Cluster} is remembered, with system identifier {other.SystemIdentifier}, last seen {member.Seen.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z; it may be the same one under its earlier name ({path})");
        }
        return null;

        static RememberedCluster? ReadOrNull(string path)
        {
            try
            {
                return RegularFile.TryRead(path, BytesMax) is { } bytes ? RememberedClusterJson.Read(Encoding.UTF8.GetString(bytes)).Item1 : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>Where a member said that its data are; null where that is not remembered of this host.</summary>
    public string? DirectoryOf(Cluster cluster, Member member, FleetEnvironment environment) =>
        Recall(cluster, environment).Cluster?.Find(member.Name) is { } known && known.Host == member.Host ? known.DataDirectory : null;

    public void Keep(RememberedCluster cluster)
    {
        var path = Own(cluster.Cluster);
        var before = kept.GetValueOrDefault(cluster.Cluster);
        if (before is { Path: var at, IsSaved: true } && at == path && IsOnlyFurther(before.Cluster, cluster) && time.GetElapsedTime(before.SavedAt) < PositionsEvery)
        {
            // Not forgotten: the next save writes it.
            kept[cluster.Cluster] = before with { Cluster = cluster };
            return;
        }
        lock (writing)
        {
            try
            {
                if (OperatingSystem.IsWindows())
                    Directory.CreateDirectory(directory);
                else
                    Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                // Written aside, on disk, then renamed: another process reads the old or the new, and so does one after a power cut.
                var aside = $"{path}.{Environment.ProcessId}.new";
                using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write))
                {
                    file.Write(Encoding.UTF8.GetBytes(RememberedClusterJson.Write(cluster)));
                    file.Flush(flushToDisk: true);
                }
                File.Move(aside, path, overwrite: true);
                kept[cluster.Cluster] = new(path, Stamp(path), cluster, time.GetTimestamp());
                Tell(null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                kept[cluster.Cluster] = new(path, before?.Stamp, cluster, time.GetTimestamp()) { IsSaved = false };
                Tell($"what is known of the clusters' history cannot be kept in {directory}: {e.Message}; a start after this one will not know it");
            }
        }
    }

    private void Tell(string? problem)
    {
        if (problem != told)
            tell(problem);
        told = problem;
    }

    private string Own(string cluster) => Path.Combine(directory, $"{cluster}.{key}.json");

    /// <summary>This repository's own first.</summary>
    private IEnumerable<string> Candidates(string cluster)
    {
        var own = Own(cluster);
        return !Directory.Exists(directory) ? []
            : Directory.EnumerateFiles(directory, $"{cluster}.*.json").Where(f => Path.GetFileName(f).Length == cluster.Length + key.Length + ".".Length + ".json".Length)
                .OrderBy(f => f != own).ThenBy(f => f, StringComparer.Ordinal);
    }

    private static bool AreOne(RememberedCluster remembered, Cluster cluster, FleetEnvironment environment) =>
        remembered.Members.Any(r => IsOf(r, cluster, environment));

    private static bool IsOf(RememberedMember remembered, Cluster cluster, FleetEnvironment environment) =>
        cluster.Members.Any(m => m.Port == remembered.Port && environment.Hosts.FirstOrDefault(h => h.Name == m.Host)?.Address == remembered.Address);

    private static bool IsOnlyFurther(RememberedCluster before, RememberedCluster now) =>
        before with { Furthest = now.Furthest, FurthestAt = now.FurthestAt, FurthestBy = now.FurthestBy, PrimarySeen = now.PrimarySeen, Members = now.Members } == now
        && before.Furthest with { End = now.Furthest.End } == now.Furthest
        && before.Members.Select(m => m with { Seen = default }).SequenceEqual(now.Members.Select(m => m with { Seen = default }));

    private static (DateTime, long)? Stamp(string path) => new FileInfo(path) is { Exists: true } file ? (file.LastWriteTimeUtc, file.Length) : null;

    /// <param name="Stamp">Of the file when it was read or written last.</param>
    private sealed record Kept(string Path, (DateTime, long)? Stamp, RememberedCluster Cluster, long SavedAt)
    {
        public bool IsSaved { get; init; } = true;
    }
}
