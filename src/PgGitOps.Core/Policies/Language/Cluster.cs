namespace PgGitOps.Core.Policies.Language;

/// <summary>A cluster as its document declares it.</summary>
public sealed class Cluster
{
    private readonly Fleet fleet;

    internal Cluster(Document document, Fleet fleet)
    {
        Document = document;
        this.fleet = fleet;
    }

    public Document Document { get; }

    public string Name => Document.Name;

    public Value Owner => Document.Owner;

    public Value PostgresMajor => Document.Spec["postgres"];

    public Value Manager => Document.Spec["manager"];

    public bool IsPatroni => Manager["patroni"].Exists;

    public Value PrimarySite => Document.Spec["primarySite"];

    public Value Synchronous => Document.Spec["replication"]["synchronous"];

    public Value Storage => Document.Spec["storage"];

    public Value Parameters => Document.Spec["parameters"];

    public Rows<Value> Roles => Document.Spec["roles"].Items;

    public Rows<Value> Databases => Document.Spec["databases"].Items;

    public Value Backup => Document.Spec["backup"];

    public Rows<Member> Members => Document.Spec["members"].Items.Select(value => new Member(value, this));

    public Value Parameter(string name) => Parameters[name];

    public Member? FindMember(string name) => Members.FirstOrDefault(m => m.Name == name);

    /// <summary>The environment whose directory holds the document, or null.</summary>
    public Environment? Environment =>
        fleet
            .Environments.Where(e => Document.Path.StartsWith(e.Directory, StringComparison.Ordinal))
            .OrderByDescending(e => e.Directory.Length)
            .FirstOrDefault();

    /// <summary>Contexts that keep their data here.</summary>
    public Rows<Context> Contexts => fleet.Contexts.Where(c => c.ClusterName.Is(Name));

    /// <summary>Sites that carry a member, in written order.</summary>
    public Rows<string> Sites => Members.Select(m => m.Site ?? "").Where(s => s.Length > 0).Distinct();

    /// <summary>Failure domains that carry a member, in written order.</summary>
    public Rows<string> FailureDomains => Members.Select(m => m.FailureDomain ?? "").Where(s => s.Length > 0).Distinct();

    /// <summary>Members that a commit may wait for.</summary>
    public Rows<string> SynchronousStandbys => Synchronous["standbys"].Texts;

    /// <summary>What was seen of the live cluster: primary and members with name, state and inRecovery. Exists where somebody looked, as in the loop.</summary>
    public Value Observed => fleet.Fact("Observation", Name) is { } found ? found.Spec : Document.Root["(observed)"];

    public override string ToString() => Name;
}

/// <summary>One server of a cluster.</summary>
public sealed class Member
{
    private readonly Cluster cluster;

    internal Member(Value value, Cluster cluster)
    {
        Value = value;
        this.cluster = cluster;
    }

    /// <summary>The member as written.</summary>
    public Value Value { get; }

    public string Name => Value["name"].Text ?? "";

    public Value Host => Value["host"];

    public bool Promotable => Value["promotable"].Bool ?? true;

    /// <summary>Site of its host, or null where the host is unknown.</summary>
    public string? Site => Host.Text is { } host ? cluster.Environment?.FindHost(host)?.Site : null;

    /// <summary>Failure domain of its host, or null where the host is unknown.</summary>
    public string? FailureDomain => Host.Text is { } host ? cluster.Environment?.FindHost(host)?.FailureDomain : null;

    public override string ToString() => Name;
}
