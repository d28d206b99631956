using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class ExceptionExpiry : IReferenceCheck
{
    public void Check(FleetDraft draft, List<Diagnostic> findings)
    {
        foreach (var exception in draft.Clusters.SelectMany(c => c.Cluster.Exceptions).Where(e => e is { Treatment: FieldTreatment.Ignore, Expires: null }))
            findings.Add(ReferenceRules.NoExpiry.At(exception.At, $"'{exception.Field}' is ignored without an end", "add expires, such as 2027-03-31"));
        foreach (var cluster in draft.Clusters)
            Names.FindRepeated("exception for", cluster.Cluster.Exceptions.Select(e => (e.Field, e.At)), findings);
    }
}
