using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class MemberNames : IClusterCheck
{
    public void Check(PlacedCluster placed, List<Diagnostic> findings) =>
        Names.FindRepeated("member", placed.Cluster.Members.Select(m => (m.Name, m.At)), findings);
}
