using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Core.Desired.Schemas.Own;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

/// <summary>A cluster in its environment.</summary>
/// <param name="Environment">Null where the environment's document is wrong or missing.</param>
/// <param name="Initial">The member that is initialised first: the first promotable one, by name, in the primary site.</param>
internal sealed record PlacedCluster(ReadDocument Document, Cluster Cluster, FleetEnvironment? Environment, Member? Initial);

/// <summary>All readable documents of a revision, indexed for the checks across them.</summary>
internal sealed class FleetDraft
{
    private static readonly IReferenceCheck[] Checks =
    [
        new UniqueDocuments(), new ClusterEnvironments(), new EnvironmentNames(), new MemberPlaces(), new Cascades(), new PrimarySites(), new SynchronousRules(), new RoleNames(), new RoleMemberships(),
        new DatabaseNames(), new GrantTargets(), new OwnedParameters(), new BackupRepositories(), new ExceptionExpiry(), new PolicyReferences(), new PolicyWindows(), new Stores(), new Consents(),
    ];

    private readonly RevisionInfo revision;
    private readonly HashSet<string> broken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Cluster> clusters = new(StringComparer.Ordinal);
    private readonly Dictionary<Cluster, Dictionary<string, Database>> databases = new(ReferenceEqualityComparer.Instance);

    private FleetDraft(RevisionInfo revision, IReadOnlyList<ReadDocument> documents, bool complete)
    {
        this.revision = revision;
        Documents = documents;
        Complete = complete;
    }

    public IReadOnlyList<ReadDocument> Documents { get; }

    /// <summary>False when a file could not be read: what it declares is unknown, so nothing is called missing.</summary>
    public bool Complete { get; }

    public List<PlacedCluster> Clusters { get; } = [];
    public List<FleetEnvironment> Environments { get; } = [];
    public List<RecoveryPolicy> Policies { get; } = [];
    public List<Waiver> Waivers { get; } = [];
    public List<ApprovalDocument> Approvals { get; } = [];
    public List<RecoveryClasses> Classes { get; } = [];
    public HashSet<string> Ids { get; } = new(StringComparer.Ordinal);

    /// <summary>Environment documents by directory; a directory of two keeps the first.</summary>
    public Dictionary<string, ReadDocument> EnvironmentsByDirectory { get; } = new(StringComparer.Ordinal);

    public static FleetDraft Of(RevisionInfo revision, IReadOnlyList<ReadDocument> documents, bool complete)
    {
        var draft = new FleetDraft(revision, documents, complete);
        foreach (var document in documents)
            draft.Add(document);
        var sites = new Dictionary<FleetEnvironment, Dictionary<string, string>>(ReferenceEqualityComparer.Instance);
        foreach (var environment in draft.Environments)
            sites[environment] = SitesByHost(environment);
        foreach (var document in documents)
        {
            if (document.Content is not Cluster cluster)
                continue;
            var environment = draft.EnvironmentDocumentAbove(document.Path)?.Content as FleetEnvironment;
            var initial = environment is null ? null : cluster.Members.FirstOrDefault(m => m.Promotable && sites[environment].GetValueOrDefault(m.Host) == cluster.PrimarySite);
            draft.Clusters.Add(new PlacedCluster(document, cluster, environment, initial));
        }
        return draft;
    }

    /// <summary>True when the name is missing for certain: neither declared, nor in a document that is wrong, nor perhaps in an unreadable file.</summary>
    public bool IsMissing(string kind, string name) => Complete && !Ids.Contains($"{kind}/{name}");

    public bool HasBroken(string kind) => broken.Contains(kind);

    public Cluster? FindCluster(string name) => clusters.GetValueOrDefault(name);

    public Database? FindDatabase(Cluster cluster, string name)
    {
        if (!databases.TryGetValue(cluster, out var byName))
        {
            databases[cluster] = byName = new Dictionary<string, Database>(StringComparer.Ordinal);
            foreach (var database in cluster.Databases)
                byName.TryAdd(database.Name, database);
        }
        return byName.GetValueOrDefault(name);
    }

    /// <summary>Place of a field that stands in the same mapping as the value at <paramref name="sibling"/>.</summary>
    public SourceSpan? PlaceBeside(SourceSpan sibling, string key) => Documents
        .Where(d => d.Path == sibling.Path)
        .Select(d => d.FieldAt(sibling) is { } field && field.LastIndexOf('.') is > 0 and var dot ? d.Find($"{field[..dot]}.{key}") : null)
        .FirstOrDefault(n => n is not null)?.SpanIn(sibling.Path);

    public ReadDocument? EnvironmentDocumentAbove(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            if (EnvironmentsByDirectory.TryGetValue(path[..slash], out var found))
                return found;
        }
        return null;
    }

    public static string DirectoryOf(string path) => path[..path.LastIndexOf('/')];

    public IEnumerable<Diagnostic> Check()
    {
        var findings = new List<Diagnostic>();
        foreach (var check in Checks)
            check.Check(this, findings);
        if (findings.Count == 0)
            return findings;
        var byPath = Documents.ToLookup(d => d.Path, StringComparer.Ordinal);
        return findings.Select(f => byPath[f.Span.Path].Select(d => d.Locate(f)).OrderBy(f => f.Field is null).FirstOrDefault() ?? f);
    }

    public ValidFleet ToFleet() => new()
    {
        Revision = revision,
        Classes = Classes.FirstOrDefault(),
        Environments = Environments.OrderBy(e => e.Name, StringComparer.Ordinal).ToEquatableArray(),
        Clusters = Clusters.Select(Bind).OrderBy(c => c.Name, StringComparer.Ordinal).ToEquatableArray(),
        Policies = Policies.OrderBy(p => p.Name, StringComparer.Ordinal).ToEquatableArray(),
        Waivers = Waivers.OrderBy(w => w.Head.Name, StringComparer.Ordinal).ToEquatableArray(),
        Approvals = Approvals.OrderBy(a => a.Head.Name, StringComparer.Ordinal).ToEquatableArray(),
    };

    private static Dictionary<string, string> SitesByHost(FleetEnvironment environment)
    {
        var sites = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var host in environment.Hosts)
            sites.TryAdd(host.Name, host.Site);
        return sites;
    }

    private static Cluster Bind(PlacedCluster placed) => placed.Cluster with
    {
        Environment = placed.Environment!.Name,
        Members = placed.Cluster.Members.Select(m => ReferenceEquals(m, placed.Initial) ? m with { Initial = true } : m).ToEquatableArray(),
    };

    private void Add(ReadDocument document)
    {
        if (document.Id is { } id)
            Ids.Add(id);
        if (document is { Kind: "Environment", Content: not OwnDocument })
            EnvironmentsByDirectory.TryAdd(DirectoryOf(document.Path), document);
        switch (document.Content)
        {
            case Cluster cluster:
                clusters.TryAdd(cluster.Name, cluster);
                break;
            case FleetEnvironment environment:
                Environments.Add(environment);
                break;
            case RecoveryPolicy policy:
                Policies.Add(policy);
                break;
            case RecoveryClasses classes:
                Classes.Add(classes);
                break;
            case Waiver waiver:
                Waivers.Add(waiver);
                break;
            case ApprovalDocument approval:
                Approvals.Add(approval);
                break;
            case OwnDocument:
                break;
            default:
                if (document.Kind is { } kind)
                    broken.Add(kind);
                break;
        }
    }
}

/// <summary>One question about what documents say of each other.</summary>
internal interface IReferenceCheck
{
    void Check(FleetDraft draft, List<Diagnostic> findings);
}
