using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Core.Planning.Live;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>Everything the planning of one cluster rests on, as values: the same problem always gives the same steps.</summary>
internal sealed record ClusterProblem
{
    internal required Cluster Cluster { get; init; }
    internal required FleetEnvironment Environment { get; init; }
    internal required SettingCatalog Catalog { get; init; }
    internal required DesiredFacets Desired { get; init; }

    /// <summary>Known live values; a facet that is neither here nor in <see cref="Unknown"/> is absent.</summary>
    internal required IReadOnlyDictionary<FacetKey, FacetValue> Live { get; init; }

    internal required IReadOnlyDictionary<FacetKey, string> Unknown { get; init; }

    /// <summary>Canonical values last applied.</summary>
    internal required IReadOnlyDictionary<FacetKey, string> Applied { get; init; }

    /// <summary>Facets whose last value was found as declared, and not brought about by us.</summary>
    internal IReadOnlySet<FacetKey> Adopted { get; init; } = new HashSet<FacetKey>();

    /// <summary>Objects that the engine made.</summary>
    internal required IReadOnlySet<ObjectPath> Inventory { get; init; }

    /// <summary>Why the record could not be read, or null. Without it nothing is removed.</summary>
    internal required string? RecordProblem { get; init; }

    internal required DateTimeOffset Now { get; init; }

    /// <summary>Approvals from Git that name objects of this cluster.</summary>
    internal required Allowances Allowances { get; init; }

    /// <summary>Evidence of each member's status.</summary>
    internal required IReadOnlyDictionary<string, string> MemberReasons { get; init; }

    /// <summary>Parameters held by something ALTER SYSTEM cannot beat, by object path; the value names the source.</summary>
    internal required IReadOnlyDictionary<ObjectPath, string> Overrides { get; init; }

    /// <summary>Settings of where a standby streams from that ALTER SYSTEM put over those it was cloned with, by member. Taking them back leads to the declared source again.</summary>
    internal required IReadOnlyDictionary<string, EquatableArray<string>> StrayUpstreams { get; init; }

    /// <summary>Running standbys that do not log in by the password file we keep on their host, by member: null for those that log in as another role, else the reason.</summary>
    internal IReadOnlyDictionary<string, string?> OtherLogins { get; init; } = new Dictionary<string, string?>();

    /// <summary>Why a declared password cannot be found, by role. A verifier that merely could not be read is not in here.</summary>
    internal required IReadOnlyDictionary<string, string> MissingSecrets { get; init; }

    /// <summary>Owners of databases and schemas that could be read, by object path.</summary>
    internal required IReadOnlyDictionary<ObjectPath, string> Owners { get; init; }

    /// <summary>What was seen inside a database, by name; null where that is not known. How a change is worded may rest on it, that one is needed does not.</summary>
    internal Func<string, LiveDatabase?> Contents { get; init; } = _ => null;

    internal RoleRights Rights { get; init; } = new(null);

    /// <summary>Memberships as they were seen: who granted them, and what rests on them.</summary>
    internal EquatableArray<MembershipFact> Memberships { get; init; } = [];

    /// <summary>Object paths of slots somebody is connected to.</summary>
    internal required IReadOnlySet<ObjectPath> ActiveSlots { get; init; }

    /// <summary>What others hold that a member lacks, by member; only of members that lack something.</summary>
    internal IReadOnlyDictionary<string, EquatableArray<HistoryClaim>> HistoryClaims { get; init; } =
        new Dictionary<string, EquatableArray<HistoryClaim>>();

    /// <summary>Of the stopped members with a primary's data the one to start, where nobody is primary (<see cref="Primacy.Newest"/>).</summary>
    internal string? NewestStopped { get; init; }

    /// <summary>WAL archives that left open whether they hold something newer, in words.</summary>
    internal EquatableArray<string> UnansweredArchives { get; init; } = [];

    /// <summary><see cref="NewestStopped"/> was the last primary that was seen, and nobody else is out of sight: an archive is not the only witness.</summary>
    internal bool IsNewestStoppedSettled { get; init; }

    /// <summary>Standbys that hold WAL which the primary's history does not, by member, in words.</summary>
    internal IReadOnlyDictionary<string, string> Strayed { get; init; } = new Dictionary<string, string>();

    /// <summary>Stopped members whose data do not lie where the documents place what is provisioned, with where they lie.</summary>
    internal IReadOnlyDictionary<string, string> Elsewhere { get; init; } = new Dictionary<string, string>();

    /// <summary>What is remembered of the cluster; null where nothing is.</summary>
    internal RememberedCluster? Remembered { get; init; }

    /// <summary>What is left on a host of a server that was there once, in words; null where nothing is.</summary>
    internal string? Trace { get; init; }

    /// <summary>Why what is remembered could not be read, or null.</summary>
    internal string? MemoryProblem { get; init; }

    /// <summary>Where each member comes from; one that is missing here is new.</summary>
    internal IReadOnlyDictionary<string, MemberOrigin> Origins { get; init; } = new Dictionary<string, MemberOrigin>();

    internal ClusterAlert? Alert { get; init; }

    /// <summary>Reasons why nothing at all may be done to this cluster now.</summary>
    internal required EquatableArray<Refusal> Blocks { get; init; }

    internal ReconcileMode Mode => Cluster.Mode ?? Environment.Mode;

    /// <summary>Objects of the kind are kept as declared: their owner has a runner.</summary>
    internal bool Manages(ObjectKind kind) => kind.WrittenBy.IsManaged(Cluster);

    /// <summary>What documents ask for and nobody here keeps.</summary>
    internal EquatableArray<NotManaged> NotManaged()
    {
        var rows = ObjectKinds
            .All.Select(k => (Name: k.Words.Plural, k.WrittenBy))
            .Concat(OwnedPart.All.Select(p => (p.Name, p.WrittenBy)));
        return
        [
            .. rows.Where(r => !r.WrittenBy.IsManaged(Cluster))
                .Select(r =>
                    r.WrittenBy.DeclaredAt(Environment, Cluster) is { } at
                        ? new NotManaged(r.Name, r.WrittenBy.Of(Cluster.Manager), at)
                        : null
                )
                .OfType<NotManaged>(),
        ];
    }

    /// <summary>No document asks for the facet any more. What one asks for and could not be read was not given up.</summary>
    internal bool IsGivenUp(FacetKey key) =>
        !Desired.ByKey.ContainsKey(key) && (Desired.Refused.Count == 0 || !IsRefused(key.Object));

    private bool IsRefused(ObjectPath path)
    {
        for (var at = path; at is not null; at = at.Parent)
        {
            if (Desired.Refused.Contains(at))
                return true;
        }
        return false;
    }

    /// <summary>The last value of a facet was brought about by us.</summary>
    internal bool IsOurs(FacetKey key) => Applied.ContainsKey(key) && !Adopted.Contains(key);

    /// <summary>A slot of a member that Git declares, on whatever server: where the primary moved, or none is known, Git has not given it up.</summary>
    internal bool IsSlotOfMember(ObjectPath path) =>
        path is ObjectPath.Slot slot && Cluster.Members.Any(m => m.SlotName == slot.Name);

    internal FacetKey Key(ObjectPath path, Field field) => new(Cluster.Name, path, field);

    internal Treatment TreatmentOf(FacetKey key) => Treatment.Of(this, key);
}

/// <summary>What is done about a facet, and why where an exception decides.</summary>
internal sealed record Treatment(FieldTreatment Kind, FieldException? Exception)
{
    private static readonly Treatment Enforced = new(FieldTreatment.Enforce, null);
    private static readonly Treatment Observed = new(FieldTreatment.Observe, null);

    internal static Treatment Of(ClusterProblem problem, FacetKey key)
    {
        // What stands in the file and what the server runs with are one field to a reader.
        if (key.Field == Field.Configured && problem.Cluster.Exceptions.Count > 0)
            key = key with { Field = Field.Value };
        foreach (var exception in problem.Cluster.Exceptions)
        {
            if ((exception.Expires is { } expires && expires <= problem.Now) || !exception.Matches(key.Object, key.Field))
                continue;
            return new Treatment(exception.Treatment, exception);
        }
        return problem.Mode == ReconcileMode.Enforce ? Enforced : Observed;
    }
}
