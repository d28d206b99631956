using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

internal sealed class EnvironmentNames : IReferenceCheck
{
    public void Check(FleetDraft draft, List<Diagnostic> findings)
    {
        foreach (var environment in draft.Environments)
        {
            var domains = environment.Sites.SelectMany(s => s.FailureDomains).ToList();
            Names.FindRepeated("site", environment.Sites.Select(s => (s.Name, s.At)), findings);
            Names.FindRepeated("failure domain", domains.Select(d => (d.Name, d.At)), findings);
            Names.FindRepeated("host", domains.SelectMany(d => d.Hosts).Select(h => (h.Name, h.At)), findings);
            Names.FindRepeated("repository", environment.Repositories.Select(r => (r.Name, r.At)), findings);
            Names.FindRepeated("window", environment.Windows.Select(w => (w.Name, w.At)), findings);
            Names.FindRepeated("observer", environment.Observers.Select(o => (o.Name, o.At)), findings);
            foreach (var repository in environment.Repositories)
                CheckPlace(draft, environment, repository.At, repository.Site, repository.FailureDomain?.Value, findings);
            foreach (var observer in environment.Observers)
                CheckPlace(draft, environment, observer.At, observer.Site, observer.FailureDomain, findings);
            foreach (var link in environment.Links)
            {
                CheckSite(environment, link.SiteA, link.At, findings);
                CheckSite(environment, link.SiteB, link.At, findings);
            }
        }
    }

    private static void CheckPlace(
        FleetDraft draft,
        FleetEnvironment environment,
        SourceSpan name,
        string site,
        string? domain,
        List<Diagnostic> findings
    )
    {
        if (environment.Sites.FirstOrDefault(s => s.Name == site) is not { } known)
            CheckSite(environment, site, draft.PlaceBeside(name, "site") ?? name, findings);
        else if (domain is not null && known.FailureDomains.All(d => d.Name != domain))
            findings.Add(
                Names.Unknown(
                    ReferenceRules.UnknownDomain,
                    "failure domain",
                    new Located<string>(domain, draft.PlaceBeside(name, "failureDomain") ?? name),
                    known.FailureDomains.Select(d => d.Name),
                    $"in site '{site}'"
                )
            );
    }

    private static void CheckSite(FleetEnvironment environment, string site, SourceSpan at, List<Diagnostic> findings)
    {
        if (environment.Sites.All(s => s.Name != site))
            findings.Add(
                Names.Unknown(
                    ReferenceRules.UnknownSite,
                    "site",
                    new Located<string>(site, at),
                    environment.Sites.Select(s => s.Name),
                    $"in environment '{environment.Name}'"
                )
            );
    }
}
