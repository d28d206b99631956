using System.Text;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Reporting.Snapshots;
using PgGitOps.Providers;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.State;

/// <summary>What versions before the evidence store remembered of clusters: a file each, <c>NAME.REPOSITORY.json</c>. Read and left as it is.</summary>
/// <param name="distrust">Why what lies at a path is not believed, or null.</param>
internal sealed class EarlierMemory(string directory, Func<string, string?>? distrust = null)
{
    private readonly Func<string, string?> distrust = distrust ?? (path => OwnDirectory.Distrust(directory, path)?.Why);

    private const string Suffix = ".json";

    private const long BytesMax = 16 << 20;

    /// <param name="areOne">Whether what another repository remembered is the same cluster.</param>
    /// <returns>As <see cref="RememberedClusters.Recall"/>.</returns>
    public (RememberedCluster? Cluster, string? Problem) Recall(
        string cluster,
        string repository,
        Func<RememberedCluster, bool> areOne
    )
    {
        try
        {
            var own = Path.Combine(directory, $"{cluster}.{repository}{Suffix}");
            if (distrust(directory) is { } foreign)
                return (null, foreign);
            foreach (var path in Candidates(cluster, repository, own))
            {
                if (distrust(path) is { } why)
                    return (null, why);
                var (read, problem) = RememberedClusterJson.Read(
                    Encoding.UTF8.GetString(RegularFile.TryRead(path, BytesMax) ?? throw new IOException($"{path} is gone"))
                );
                if (read is null)
                    return (null, $"{path} cannot be understood: {problem}");
                if (path == own || areOne(read))
                    return (read, null);
            }
            return (null, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{directory} cannot be read: {e.Message}");
        }
    }

    /// <summary>Of every cluster of a repository, as far as it can be read.</summary>
    public IEnumerable<RememberedCluster> OfRepository(string repository)
    {
        string[] paths = Directory.Exists(directory) ? Directory.GetFiles(directory, $"*.{repository}{Suffix}") : [];
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            if (distrust(path) is null && TryRead(path) is { } read)
                yield return read;
        }
    }

    private static RememberedCluster? TryRead(string path)
    {
        try
        {
            return RegularFile.TryRead(path, BytesMax) is { } bytes
                ? RememberedClusterJson.Read(Encoding.UTF8.GetString(bytes)).Cluster
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>This repository's own first.</summary>
    private IEnumerable<string> Candidates(string cluster, string repository, string own) =>
        !Directory.Exists(directory)
            ? []
            : Directory
                .EnumerateFiles(directory, $"{cluster}.*{Suffix}")
                .Where(f => Path.GetFileName(f).Length == cluster.Length + ".".Length + repository.Length + Suffix.Length)
                .OrderBy(f => f != own)
                .ThenBy(f => f, StringComparer.Ordinal);
}
