using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class ExceptionExpiry : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        foreach (var exception in placed.Cluster.Exceptions.Where(e => e is { Treatment: FieldTreatment.Ignore, Expires: null }))
            findings.Add(
                ReferenceRules.NoExpiry.At(
                    exception.At,
                    $"'{exception.Field}' is ignored without an end",
                    "add expires, such as 2027-03-31"
                )
            );
        Names.FindRepeated("exception for", placed.Cluster.Exceptions.Select(e => (e.Field, e.At)), findings);
    }
}
