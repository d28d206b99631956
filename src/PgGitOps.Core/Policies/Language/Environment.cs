namespace PgGitOps.Core.Policies.Language;

/// <summary>Sites, hosts, repositories and windows: an Environment document.</summary>
public sealed class Environment
{
    private readonly Fleet fleet;

    internal Environment(Document document, Fleet fleet)
    {
        Document = document;
        this.fleet = fleet;
    }

    public Document Document { get; }

    public string Name => Document.Name;

    /// <summary>Directory of the document, with a trailing slash.</summary>
    public string Directory => Document.Path[..(Document.Path.LastIndexOf('/') + 1)];

    public Value Mode => Document.Spec["mode"];

    public Rows<Value> Sites => Document.Spec["sites"].Items;

    public Rows<Value> Repositories => Document.Spec["repositories"].Items;

    public Rows<Value> Windows => Document.Spec["windows"].Items;

    public Rows<Cluster> Clusters => fleet.Clusters.Where(c => c.Environment?.Name == Name);

    public Rows<Host> Hosts =>
        Sites
            .SelectMany(s => s["failureDomains"].Items, (s, d) => (Site: s, Domain: d))
            .SelectMany(
                x => x.Domain["hosts"].Items,
                (x, h) => new Host(h, x.Site["name"].Text ?? "", x.Domain["name"].Text ?? "")
            );

    public Host? FindHost(string name) => Hosts.FirstOrDefault(h => h.Name == name);

    public Value? FindRepository(string name) => Repositories.FirstOrDefault(r => r["name"].Is(name));

    public override string ToString() => Name;
}

/// <summary>A machine that carries members.</summary>
public sealed class Host
{
    internal Host(Value value, string site, string failureDomain)
    {
        Value = value;
        Site = site;
        FailureDomain = failureDomain;
    }

    /// <summary>The host as written.</summary>
    public Value Value { get; }

    public string Name => Value["name"].Text ?? "";

    public string Site { get; }

    public string FailureDomain { get; }

    public override string ToString() => Name;
}
