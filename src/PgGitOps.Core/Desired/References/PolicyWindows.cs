using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class PolicyWindows : IPolicyCheck
{
    public void Check(FleetDraft draft, IReadOnlyList<RecoveryPolicy> policies, List<Diagnostic> findings)
    {
        foreach (var crossSite in policies.Select(p => p.CrossSite))
        {
            var assumed = crossSite.Replication.Value != CrossSiteReplication.NotAssumed;
            if (assumed && crossSite.DataLossWindow is null)
                findings.Add(
                    ReferenceRules.WindowMissing.At(
                        crossSite.Replication.Span,
                        $"replication is {Reading.EnumWords.Of(crossSite.Replication.Value)}, but no dataLossWindow says how much may be lost with a site",
                        "add dataLossWindow, such as 30s"
                    )
                );
            if (!assumed && crossSite.DataLossWindow is { } useless)
                findings.Add(
                    ReferenceRules.UselessWindow.At(
                        useless.Span,
                        "a dataLossWindow is stated, but replication is notAssumed",
                        "remove it, or state that replication is required or optional"
                    )
                );
            if (crossSite.DataLossWindow is { } window && window.Value == TimeSpan.Zero && crossSite.Justification is null)
                findings.Add(
                    ReferenceRules.JustificationMissing.At(
                        window.Span,
                        "a loss of 0s across sites is more than asynchronous replication gives, and no justification says why it is needed",
                        "add crossSite.justification, or a window such as 30s"
                    )
                );
        }
    }
}
