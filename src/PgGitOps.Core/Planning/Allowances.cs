using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning;

/// <summary>Approvals from Git that name objects of one cluster: which of them may be made anew after they were lost.</summary>
/// <remarks>
/// Each counts once for each object. That it was used is recorded among the applied values, as <c>approval/NAME</c>, by the
/// step that uses it; a document that was written again since, with another expiry or by somebody else, is another consent.
/// </remarks>
internal sealed class Allowances(
    string cluster,
    IReadOnlyList<ApprovalDocument> approvals,
    IReadOnlyDictionary<FacetKey, string> applied,
    DateTimeOffset now
)
{
    /// <summary>What an approval names instead of an object: every member at once.</summary>
    internal const string WholeCluster = ApprovalDocument.WholeCluster;

    internal static Allowances None(string cluster) =>
        new(cluster, [], new Dictionary<FacetKey, string>(), DateTimeOffset.UnixEpoch);

    /// <summary>The approval that lets a lost object be made anew now, or null.</summary>
    /// <param name="path"><see cref="WholeCluster"/>, or the object path of a member, database or schema.</param>
    internal ApprovalDocument? Recreate(string path) =>
        approvals.FirstOrDefault(a =>
            a.Cluster == cluster
            && a.Expires > now
            && a.Recreates.Any(r => r.Value == path)
            && applied.GetValueOrDefault(UseOf(a, path).Key) != UseOf(a, path).Value!.Canonical
        );

    /// <inheritdoc cref="AcceptedPrimaries"/>
    internal IReadOnlySet<string> Primaries { get; } = AcceptedPrimaries.Of(approvals, cluster, now);

    /// <summary>What a hint says to write where a member without the newest history is the one that counts.</summary>
    internal static string PrimaryHint(string cluster, string member) =>
        $"If {member} is the one that counts, commit an Approval with cluster: {cluster} and allows: [ {{ primary: {member} }} ].";

    /// <summary>What a hint says to write where an object is to be made anew.</summary>
    internal static string Hint(string cluster, string path) =>
        $"If it is meant to be made anew and empty, commit an Approval with cluster: {cluster} and allows: [ {{ recreate: {path} }} ].";

    /// <summary>The effect that marks an approval as used, for the step that uses it.</summary>
    internal FacetState UseOf(ApprovalDocument approval, string path) =>
        new(
            new FacetKey(cluster, new ObjectPath.Approval(approval.Head.Name), Field.UsedFor(path)),
            FacetValue.Of(Consent(approval))
        );

    /// <summary>Name of an approval that a step uses and that does not count any more, or null.</summary>
    internal static string? Ended(Step step, IReadOnlyList<ApprovalDocument> approvals, DateTimeOffset now)
    {
        foreach (var effect in step.Effects)
        {
            if (effect.Key.Object is not ObjectPath.Approval { Name: var name })
                continue;
            if (
                !approvals.Any(a =>
                    a.Head.Name == name
                    && a.Cluster == step.Cluster
                    && a.Expires > now
                    && Consent(a) == effect.Value!.Canonical
                    && a.Recreates.Any(r => r.Value == effect.Key.Field.ToString())
                )
            )
                return name;
        }
        return null;
    }

    private static string Consent(ApprovalDocument approval) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{approval.ApprovedBy} until {approval.Expires.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"
        );
}
