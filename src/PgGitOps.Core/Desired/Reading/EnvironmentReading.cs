using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Reading;

internal static class EnvironmentReading
{
    public static FleetEnvironment Read(DocumentHead head, Fields spec) =>
        new()
        {
            Head = head,
            Mode = spec.Choice("mode", ReconcileMode.Observe),
            Interval = spec.Duration("interval") ?? TimeSpan.FromMinutes(1),
            Access = Access(spec.Map("access")),
            Removal = new RemovalBudget(spec.Map("removal")?.Number("count") ?? 3, spec.Map("removal")?.Number("percent") ?? 20),
            Sites = spec.Maps("sites").Select(Site).OrderBy(s => s.Name, StringComparer.Ordinal).ToEquatableArray(),
            Repositories = spec.Maps("repositories")
                .Select(r => new BackupRepository(
                    r.Needed("name").Value,
                    r.Needed("site").Value,
                    r.Needed("type").Value,
                    r.Text("path"),
                    r.PlaceOf("name")
                )
                {
                    FailureDomain = r.Located("failureDomain"),
                })
                .OrderBy(r => r.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            Observers = spec.Maps("observers")
                .Select(o => new Observer(
                    o.Needed("name").Value,
                    o.Needed("site").Value,
                    o.Text("failureDomain"),
                    o.PlaceOf("name")
                ))
                .OrderBy(o => o.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            Links = spec.Maps("links")
                .Select(Link)
                .OrderBy(l => l.SiteA, StringComparer.Ordinal)
                .ThenBy(l => l.SiteB, StringComparer.Ordinal)
                .ToEquatableArray(),
            Planning = PlanningReading.Read(spec.Map("planning")) ?? new PlanningFigures(),
            Windows = spec.Maps("windows").Select(Window).OrderBy(w => w.Name, StringComparer.Ordinal).ToEquatableArray(),
        };

    private static ServerAccess Access(Fields? access) =>
        new(
            access?.Text("user") ?? "postgres",
            access?.Secret("password"),
            access?.Text("replicationUser") ?? "replicator",
            access?.Secret("replicationPassword"),
            access?.Text("sslMode") ?? "prefer",
            access?.Duration("connectTimeout") ?? TimeSpan.FromSeconds(3),
            access?.Duration("observeTimeout") ?? TimeSpan.FromSeconds(5),
            access?.Text("dataRoot") ?? "~/pggitops",
            access?.Text("binDirectory"),
            access?.AddressRanges("clients").Order(StringComparer.Ordinal).ToEquatableArray() ?? []
        )
        {
            ClientsAt = access?.PlaceOf("clients"),
            DataRootDeclared = access?.Text("dataRoot") is not null,
        };

    private static Site Site(Fields site)
    {
        var name = site.Needed("name").Value;
        return new Site(
            name,
            site.Maps("failureDomains")
                .Select(d => Domain(name, d))
                .OrderBy(d => d.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            site.PlaceOf("name")
        );
    }

    private static FailureDomain Domain(string site, Fields domain)
    {
        var name = domain.Needed("name").Value;
        return new FailureDomain(
            name,
            domain
                .Maps("hosts")
                .Select(h => new DatabaseHost(
                    h.Needed("name").Value,
                    site,
                    name,
                    h.Needed("address").Value,
                    Transport(h.Map("transport")),
                    h.PlaceOf("name")
                ))
                .OrderBy(h => h.Name, StringComparer.Ordinal)
                .ToEquatableArray(),
            domain.PlaceOf("name")
        );
    }

    private static HostTransport Transport(Fields? transport)
    {
        if (transport?.Map("ssh") is { } ssh)
            return new HostTransport.Ssh(
                ssh.Text("user"),
                ssh.Number("port", 22),
                ssh.Text("identityFile"),
                ssh.Text("knownHosts")
            );
        return transport is { } declared
            ? new HostTransport.Local(declared.Map("local")?.Text("user"))
            : new HostTransport.Undeclared();
    }

    private static SiteLink Link(Fields link)
    {
        var ends = link.TextList("sites").Order(StringComparer.Ordinal).ToList();
        return new SiteLink(ends[0], ends[1], link.Duration("roundTrip"), link.Size("bandwidth", "/s"), link.PlaceOf("sites"));
    }

    private static ChangeWindow Window(Fields window) =>
        new(
            window.Needed("name").Value,
            window.Schedule("schedule")!,
            window.Duration("duration")!.Value,
            window.TimeZone("timeZone"),
            window.TextList("allows").Order(StringComparer.Ordinal).ToEquatableArray(),
            window.PlaceOf("name")
        );
}
