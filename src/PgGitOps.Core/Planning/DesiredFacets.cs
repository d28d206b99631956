using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>What one cluster's document asks for, flattened into facets.</summary>
/// <param name="All">Ordered by key; one facet a key.</param>
/// <param name="Refusals">Values that cannot be brought about; they have no facet.</param>
public sealed record DesiredFacets(IReadOnlyList<DesiredFacet> All, EquatableArray<Refusal> Refusals)
{
    /// <summary>Facets by key.</summary>
    public IReadOnlyDictionary<FacetKey, DesiredFacet> ByKey { get; } = All.ToDictionary(f => f.Key);

    /// <param name="accessLists">Members whose access list is ours to write.</param>
    /// <param name="provisioned">Members that the engine made: their data lie below access.dataRoot.</param>
    /// <param name="primary">Member that carries the slots: the present primary, or the one to be initialised; null when nobody knows.</param>
    public static DesiredFacets Of(FleetEnvironment environment, Cluster cluster, SettingCatalog catalog, string? primary, IReadOnlySet<string> accessLists, IReadOnlySet<string> provisioned) =>
        new DesiredFacetReader(environment, cluster, catalog).Read(primary, accessLists, provisioned);
}

internal sealed class DesiredFacetReader(FleetEnvironment environment, Cluster cluster, SettingCatalog catalog)
{
    private readonly Dictionary<FacetKey, DesiredFacet> facets = [];
    private readonly List<Refusal> refusals = [];

    internal DesiredFacets Read(string? primary, IReadOnlySet<string> accessLists, IReadOnlySet<string> provisioned)
    {
        if (cluster.Manager is ClusterManager.Native)
        {
            ReadMembers(primary, provisioned);
            ReadAccessLists(accessLists);
            ReadParameters();
            ReadReplication();
        }
        else if (cluster.Parameters.Count > 0 || cluster.Replication.Synchronous is not null)
        {
            var at = cluster.Parameters.Count > 0 ? cluster.Parameters[0].At : cluster.Replication.At;
            refusals.Add(new Refusal(PlanRule.OtherOwner, $"Patroni owns the parameters of {cluster.Name}; ALTER SYSTEM underneath it would be undone.", "Set them through Patroni, or change the manager to native.", at));
        }
        foreach (var role in cluster.Roles)
            ReadRole(role);
        foreach (var database in cluster.Databases)
            ReadDatabase(database);
        var all = facets.Values.ToArray();
        Array.Sort(all, (a, b) => a.Key.CompareTo(b.Key));
        return new DesiredFacets(all, refusals.ToEquatableArray());
    }

    private void ReadMembers(string? primary, IReadOnlySet<string> provisioned)
    {
        foreach (var member in cluster.Members)
        {
            var path = new ObjectPath.Member(member.Name);
            Set(path, Field.Exists, Normal.Exists, member.At);
            Set(path, Field.Running, Normal.True, member.At);
            // Where a server is looked for once it is down: data that lie elsewhere would be taken for lost.
            if (member.DataDirectory is { } declared)
                Set(path, Field.DataDirectory, FacetValue.Of(declared.Value), declared.Span);
            else if (provisioned.Contains(member.Name))
                Set(path, Field.DataDirectory, FacetValue.Of($"{environment.Access.DataRoot.TrimEnd('/')}/{cluster.Name}/{member.Name}/data"), member.At);
            // A cascade is declared whoever is primary.
            if (primary is null && member.From is { } from && from.Value != member.Name)
                Set(new ObjectPath.Slot(from.Value, member.SlotName), Field.Exists, Normal.Exists, member.At);
            if (primary is null || member.Name == primary)
                continue;
            Set(path, Field.Streaming, Normal.True, member.At);
            Set(new ObjectPath.Slot(Topology.UpstreamOf(member, primary), member.SlotName), Field.Exists, Normal.Exists, member.At);
        }
    }

    private void ReadAccessLists(IReadOnlySet<string> members)
    {
        var lines = AccessList.ValueOf(AccessList.LinesOf(environment));
        var at = environment.Access.ClientsAt ?? environment.Head.At;
        foreach (var member in members)
        {
            Set(new ObjectPath.AccessList(member), Field.Lines, lines, at);
            Set(new ObjectPath.AccessList(member), Field.Loaded, Normal.True, at);
        }
    }

    private void ReadParameters()
    {
        foreach (var parameter in cluster.Parameters)
        {
            if (cluster.Replication.Synchronous is { } rule && parameter.Name.ToLowerInvariant() is "synchronous_standby_names" or "synchronous_commit"
                && ReadSetting(parameter) is { } written && !written.Equals(OfRule(parameter.Name, cluster.Replication.Synchronous!)))
            {
                refusals.Add(new Refusal(PlanRule.DeclaredTwice, $"{parameter.Name} is declared both among the parameters and by replication.synchronous, with different values.", "Keep replication.synchronous only.", parameter.At));
                continue;
            }
            if (ReadSetting(parameter) is { } value)
                SetOnMembers(parameter.Name, value, parameter.At);
        }
    }

    private void ReadReplication()
    {
        foreach (var member in cluster.Members)
        {
            if (member.ReplayDelay is not { } delay)
                continue;
            // PostgreSQL's minute is min, where documents write m.
            var text = DurationText.Format(delay.Value) is var written && written.EndsWith('m') ? written + "in" : written;
            if (ReadSetting(new Parameter("recovery_min_apply_delay", text, delay.Span)) is not { } value)
                continue;
            var path = new ObjectPath.Parameter(member.Name, "recovery_min_apply_delay");
            Set(path, Field.Configured, value, delay.Span);
            Set(path, Field.Value, value, delay.Span);
        }
        if (cluster.Replication.Synchronous is not { } rule)
            return;
        SetOnMembers("synchronous_standby_names", OfRule("synchronous_standby_names", rule), rule.At);
        SetOnMembers("synchronous_commit", OfRule("synchronous_commit", rule), rule.At);
    }

    private static FacetValue OfRule(string parameter, SynchronousRule rule)
    {
        if (!parameter.Equals("synchronous_standby_names", StringComparison.OrdinalIgnoreCase))
            return FacetValue.Of(StandbyRule.Write(rule.Commit));
        var text = StandbyRule.Write(rule);
        return new FacetValue(StandbyRule.Canonical(text), text, text);
    }

    private void SetOnMembers(string parameter, FacetValue value, SourceSpan at)
    {
        foreach (var member in cluster.Members)
        {
            var path = new ObjectPath.Parameter(member.Name, parameter);
            Set(path, Field.Configured, value, at);
            Set(path, Field.Value, value, at);
        }
    }

    private void ReadRole(Role role)
    {
        if (!NameFits(role.Name, "role", role.At))
            return;
        var path = new ObjectPath.Role(role.Name);
        Set(path, Field.Exists, Normal.Exists, role.At);
        foreach (var mentioned in role.Mentioned)
        {
            var (field, at) = (Field.Parse(mentioned), PlaceOf(role, mentioned));
            if (Array.Find(RoleAttribute.All, a => a.Field == field) is { } attribute)
                Set(path, field, attribute.Declared(role), at);
            else if (field == Field.Password && role.Password is not null)
                Set(path, field, Normal.PasswordSet, at);
        }
        foreach (var group in role.MemberOf)
        {
            if (NameFits(group.Value, "role", group.Span))
                Set(new ObjectPath.Membership(role.Name, group.Value), Field.Exists, Normal.Exists, group.Span);
        }
        foreach (var setting in role.Settings)
        {
            if (ReadSetting(setting) is { } value)
                Set(new ObjectPath.RoleSetting(role.Name, setting.Name), Field.Value, value, setting.At);
        }
    }

    private void ReadDatabase(Database database)
    {
        if (!NameFits(database.Name, "database", database.At))
            return;
        var path = new ObjectPath.Database(database.Name);
        Set(path, Field.Exists, Normal.Exists, database.At);
        if (database.Owner is { } owner)
            Set(path, Field.Owner, FacetValue.Of(owner.Value), owner.Span);
        if (database.Encoding is { } encoding)
            Set(path, Field.Encoding, Normal.Encoding(encoding), database.At);
        if (database.Locale is { } locale)
            Set(path, Field.Locale, Normal.Locale(locale), database.At);
        if (database.ConnectionLimit is { } limit)
            Set(path, Field.ConnectionLimit, Normal.Number(limit), database.At);
        foreach (var setting in database.Settings)
        {
            if (ReadSetting(setting) is { } value)
                Set(new ObjectPath.DatabaseSetting(database.Name, setting.Name), Field.Value, value, setting.At);
        }
        foreach (var schema in database.Schemas.Where(s => NameFits(s.Name, "schema", s.At)))
        {
            Set(new ObjectPath.Schema(database.Name, schema.Name), Field.Exists, Normal.Exists, schema.At);
            if (schema.Owner is { } schemaOwner)
                Set(new ObjectPath.Schema(database.Name, schema.Name), Field.Owner, FacetValue.Of(schemaOwner.Value), schemaOwner.Span);
        }
        foreach (var extension in database.Extensions.Where(e => NameFits(e.Name, "extension", e.At)))
        {
            var extensionPath = new ObjectPath.Extension(database.Name, extension.Name);
            Set(extensionPath, Field.Exists, Normal.Exists, extension.At);
            if (extension.Version is { } version)
                Set(extensionPath, Field.Version, FacetValue.Of(version), extension.At);
            if (extension.Schema is { } schema)
                Set(extensionPath, Field.Schema, FacetValue.Of(schema), extension.At);
        }
        foreach (var grant in database.Grants)
        {
            var key = new ObjectPath.Grant(database.Name, grant.Target, grant.Schema, grant.Object, Normal.Grantee(grant.To.Value));
            Merge(key, grant.Privileges, grant.At);
        }
        foreach (var privilege in database.DefaultPrivileges)
        {
            var key = new ObjectPath.DefaultPrivilege(database.Name, privilege.ForRole.Value, privilege.Schema, privilege.On, Normal.Grantee(privilege.To.Value));
            Merge(key, privilege.Privileges, privilege.At);
        }
    }

    /// <summary>Two grants to one grantee on one target add up.</summary>
    private void Merge(ObjectPath path, EquatableArray<string> privileges, SourceSpan at)
    {
        var key = new FacetKey(cluster.Name, path, Field.Privileges);
        IEnumerable<string> all = facets.TryGetValue(key, out var earlier) ? [.. Normal.PrivilegeNames(earlier.Value), .. privileges] : privileges;
        if (Normal.Privileges(all) is { } value)
            facets[key] = new DesiredFacet(key, value, earlier?.At ?? at);
    }

    private FacetValue? ReadSetting(Parameter parameter)
    {
        if (catalog.Find(parameter.Name) is not { } meaning)
        {
            var similar = SettingCatalog.Similar(parameter.Name).FirstOrDefault();
            refusals.Add(new Refusal(PlanRule.UnknownParameter, $"PostgreSQL has no parameter '{parameter.Name}'.", similar is null ? null : $"Did you mean {similar}?", parameter.At));
            return null;
        }
        if (meaning.Context == "internal")
        {
            refusals.Add(new Refusal(PlanRule.BadValue, $"{parameter.Name} is fixed when the cluster is made; it cannot be set.", null, parameter.At));
            return null;
        }
        if (!SettingValue.TryRead(meaning, parameter.Value, out var canonical, out var problem))
        {
            refusals.Add(new Refusal(PlanRule.BadValue, $"'{parameter.Value}' is not a value of {parameter.Name}: {problem}.", null, parameter.At));
            return null;
        }
        return new FacetValue(canonical, parameter.Value, SettingDisplay.OfText(parameter.Value));
    }

    private bool NameFits(string name, string what, SourceSpan at)
    {
        if (SqlIdentifier.Problem(name) is not { } problem)
            return true;
        refusals.Add(new Refusal(PlanRule.BadName, $"The {what} has {problem}.", null, at));
        return false;
    }

    private static SourceSpan PlaceOf(Role role, string field)
    {
        foreach (var (name, at) in role.Places)
        {
            if (name == field)
                return at;
        }
        return role.At;
    }

    private void Set(ObjectPath path, Field field, FacetValue value, SourceSpan at)
    {
        var key = new FacetKey(cluster.Name, path, field);
        facets[key] = new DesiredFacet(key, value, at);
    }
}
