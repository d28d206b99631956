using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Evidence;

/// <summary>Members whose history people have accepted as the cluster's, whatever else is known; while their approval is in force.</summary>
public static class AcceptedPrimaries
{
    public static IReadOnlySet<string> Of(IEnumerable<ApprovalDocument> approvals, string cluster, DateTimeOffset now) =>
        approvals
            .Where(a => a.Cluster == cluster && a.Expires > now)
            .SelectMany(a => a.Primaries)
            .Select(p => p.Value)
            .ToHashSet(StringComparer.Ordinal);
}
