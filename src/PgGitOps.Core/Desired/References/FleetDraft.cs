using PgGitOps.Core.Desired.Schemas.Own;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

/// <summary>All readable documents of a revision, indexed for the checks across them.</summary>
internal sealed class FleetDraft
{
    private static readonly IReferenceCheck[] Checks =
    [
        new UniqueDocuments(),
        new ClusterEnvironments(),
        new EnvironmentNames(),
        new MemberAddresses(),
        new Stores(),
        new Consents(),
    ];

    private static readonly IPolicyCheck[] PolicyChecks = [new PolicyReferences(), new PolicyWindows()];

    private static readonly IClusterCheck[] ClusterChecks =
    [
        new MemberNames(),
        new Cascades(),
        new PrimarySites(),
        new SynchronousStandbys(),
        new RoleNames(),
        new RoleMemberships(),
        new DatabaseNames(),
        new GrantTargets(),
        new PublicationContents(),
        new OwnedParameters(),
        new SettingValues(),
        new EngineLogin(),
        new BackupRepositories(),
        new ExceptionExpiry(),
    ];

    // More than that are judged as a whole.
    private const int EditsMax = 64;

    private readonly RevisionInfo revision;
    private readonly HashSet<string> broken;
    private readonly Dictionary<string, PlacedCluster> clusters;

    // Policies that stand in the place of others, while everything else is what was found sound before; null where all is to be judged.
    private readonly IReadOnlyList<(RecoveryPolicy Before, RecoveryPolicy Now)>? edited;
    private readonly ValidFleet? before;
    private ValidFleet? fleet;

    private FleetDraft(RevisionInfo revision, IReadOnlyList<ReadDocument> documents, bool complete)
    {
        this.revision = revision;
        Documents = documents;
        Complete = complete;
        broken = new(StringComparer.Ordinal);
        clusters = new(StringComparer.Ordinal);
    }

    private FleetDraft(
        FleetDraft earlier,
        ValidFleet before,
        RevisionInfo revision,
        IReadOnlyList<ReadDocument> documents,
        List<(RecoveryPolicy Before, RecoveryPolicy Now)> edited
    )
    {
        this.revision = revision;
        this.before = before;
        this.edited = edited;
        Documents = documents;
        Complete = true;
        broken = earlier.broken;
        clusters = earlier.clusters;
        Clusters = earlier.Clusters;
        Environments = earlier.Environments;
        Waivers = earlier.Waivers;
        Approvals = earlier.Approvals;
        Classes = earlier.Classes;
        Ids = earlier.Ids;
        EnvironmentsByDirectory = earlier.EnvironmentsByDirectory;
        Policies = Replaced(earlier.Policies);
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

    /// <param name="earlier">Clusters of the revision before, by document: one whose document and environment are still the same objects is taken over.</param>
    public static FleetDraft Of(
        RevisionInfo revision,
        IReadOnlyList<ReadDocument> documents,
        bool complete,
        IReadOnlyDictionary<ReadDocument, PlacedCluster> earlier
    )
    {
        var draft = new FleetDraft(revision, documents, complete);
        foreach (var document in documents)
            draft.Add(document);
        var sites = new Dictionary<FleetEnvironment, Dictionary<string, string>>(ReferenceEqualityComparer.Instance);
        foreach (var document in documents)
        {
            if (document.Content is not Cluster cluster)
                continue;
            var environment = draft.EnvironmentDocumentAbove(document.Path)?.Content as FleetEnvironment;
            if (!earlier.TryGetValue(document, out var placed) || !ReferenceEquals(placed.Environment, environment))
                placed = new PlacedCluster(
                    document,
                    cluster,
                    environment,
                    environment is null ? null : InitialMember(cluster, SitesOf(environment))
                );
            draft.Clusters.Add(placed);
            draft.clusters.TryAdd(cluster.Name, placed);
        }
        return draft;

        Dictionary<string, string> SitesOf(FleetEnvironment environment)
        {
            if (!sites.TryGetValue(environment, out var byHost))
                sites[environment] = byHost = SitesByHost(environment);
            return byHost;
        }
    }

    /// <summary>The same for a revision that differs from this one, which is sound, in what some policies say of themselves.</summary>
    /// <remarks>Of most commits this is all; what documents say of each other is then found among the few that changed.</remarks>
    /// <returns>Null where it is not so: then all is drawn up anew.</returns>
    public FleetDraft? Followed(RevisionInfo next, IReadOnlyList<ReadDocument> documents, bool complete)
    {
        if (fleet is null || !complete || documents.Count != Documents.Count)
            return null;
        var edits = new List<(RecoveryPolicy, RecoveryPolicy)>();
        for (var i = 0; i < documents.Count; i++)
        {
            if (ReferenceEquals(documents[i], Documents[i]))
                continue;
            // Who it is and what it speaks of are what others could object to.
            if (
                edits.Count == EditsMax
                || documents[i] is not { Content: RecoveryPolicy now } edited
                || Documents[i] is not { Content: RecoveryPolicy before } earlier
                || edited.Path != earlier.Path
                || edited.Id != earlier.Id
                || now.Cluster.Value != before.Cluster.Value
                || now.Database.Value != before.Database.Value
                || now.Schema?.Value != before.Schema?.Value
            )
                return null;
            edits.Add((before, now));
        }
        return new FleetDraft(this, fleet, next, documents, edits);
    }

    private List<RecoveryPolicy> Replaced(IEnumerable<RecoveryPolicy> policies)
    {
        List<RecoveryPolicy> replaced = [.. policies];
        foreach (var (was, now) in edited ?? [])
            replaced[replaced.FindIndex(p => ReferenceEquals(p, was))] = now;
        return replaced;
    }

    /// <summary>True when the name is missing for certain: neither declared, nor in a document that is wrong, nor perhaps in an unreadable file.</summary>
    public bool IsMissing(string kind, string name) => Complete && !Ids.Contains($"{kind}/{name}");

    public bool HasBroken(string kind) => broken.Contains(kind);

    public PlacedCluster? FindCluster(string name) => clusters.GetValueOrDefault(name);

    /// <summary>Place of a field that stands in the same mapping as the value at <paramref name="sibling"/>.</summary>
    public SourceSpan? PlaceBeside(SourceSpan sibling, string key) =>
        Documents
            .Where(d => d.Path == sibling.Path)
            .Select(d => d.PlaceBeside(sibling, key))
            .FirstOrDefault(place => place is not null);

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
        if (edited is not null)
        {
            RecoveryPolicy[] policies = [.. edited.Select(e => e.Now)];
            foreach (var check in PolicyChecks)
                check.Check(this, policies, findings);
            if (findings.Count == 0)
                return findings;
            findings.Clear();
        }
        foreach (var check in Checks)
            check.Check(this, findings);
        foreach (var check in PolicyChecks)
            check.Check(this, Policies, findings);
        foreach (var placed in Clusters)
            placed.Check(ClusterChecks, findings);
        if (findings.Count == 0)
            return findings;
        findings = [.. findings.GroupBy(f => f.Span.Path, StringComparer.Ordinal).SelectMany(Limited)];
        var byPath = Documents.ToLookup(d => d.Path, StringComparer.Ordinal);
        return findings.Select(f =>
            byPath[f.Span.Path].Select(d => d.Locate(f)).OrderBy(f => f.Field is null).FirstOrDefault() ?? f
        );
    }

    private static List<Diagnostic> Limited(IEnumerable<Diagnostic> ofFile)
    {
        var findings = ofFile.ToList();
        FindingLimit.Apply(findings, FindingLimit.OfFile);
        return findings;
    }

    public ValidFleet ToFleet() =>
        fleet = before is null
            ? Whole()
            : before with
            {
                Revision = revision,
                Policies = Replaced(before.Policies).ToEquatableArray(),
            };

    private ValidFleet Whole() =>
        new()
        {
            Revision = revision,
            Classes = Classes.FirstOrDefault(),
            Environments = Environments.InOrder(e => e.Name).ToEquatableArray(),
            Clusters = Clusters.Select(c => c.Bound).InOrder(c => c.Name).ToEquatableArray(),
            Policies = Policies.InOrder(p => p.Name).ToEquatableArray(),
            Waivers = Waivers.InOrder(w => w.Head.Name).ToEquatableArray(),
            Approvals = Approvals.InOrder(a => a.Head.Name).ToEquatableArray(),
        };

    private static Dictionary<string, string> SitesByHost(FleetEnvironment environment)
    {
        var sites = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var host in environment.Hosts)
            sites.TryAdd(host.Name, host.Site);
        return sites;
    }

    private static Member? InitialMember(Cluster cluster, Dictionary<string, string> siteOfHost) =>
        cluster.Members.FirstOrDefault(m => m.Promotable && siteOfHost.GetValueOrDefault(m.Host) == cluster.PrimarySite);

    private void Add(ReadDocument document)
    {
        if (document.Id is { } id)
            Ids.Add(id);
        if (document is { Kind: "Environment", Content: not OwnDocument })
            EnvironmentsByDirectory.TryAdd(DirectoryOf(document.Path), document);
        switch (document.Content)
        {
            case Cluster:
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
            case OwnDocument or RuleSettingsDocument:
                break;
            default:
                if (document.Kind is { } kind)
                    broken.Add(kind);
                break;
        }
    }
}

/// <summary>One question about policies, each of which answers it with what it speaks of.</summary>
internal interface IPolicyCheck
{
    void Check(FleetDraft draft, IReadOnlyList<RecoveryPolicy> policies, List<Diagnostic> findings);
}

/// <summary>One question about what documents say of each other.</summary>
internal interface IReferenceCheck
{
    void Check(FleetDraft draft, List<Diagnostic> findings);
}
