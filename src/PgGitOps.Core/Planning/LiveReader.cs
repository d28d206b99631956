using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning;

/// <summary>What a facet is in a snapshot: a value, absent (null), or unknown with the reason.</summary>
internal readonly record struct Reading(FacetValue? Value, string? Unknown)
{
    internal static readonly Reading Absent = new(null, null);

    public static implicit operator Reading(FacetValue? value) => new(value, null);
}

/// <summary>Answers single facets out of a cluster's snapshot, with the normalisation that <see cref="DesiredFacets"/> uses.</summary>
internal sealed class LiveReader
{
    private readonly ClusterSnapshot snapshot;
    private readonly SettingCatalog catalog;
    private readonly PasswordCheck passwords;
    private readonly Dictionary<string, SecretReference> secrets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LiveMember> members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RoleFact> roles = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DatabaseFact> databases = new(StringComparer.Ordinal);
    private readonly Dictionary<(string? Database, string? Role, string Name), string> scoped = [];
    private readonly HashSet<(string Role, string Member)> memberships = [];
    private readonly Dictionary<string, LiveDatabase> contents = new(StringComparer.Ordinal);
    private readonly ServerFacts? primary;
    private readonly string? noPrimary;

    internal LiveReader(Cluster cluster, ClusterSnapshot snapshot, SettingCatalog catalog, PasswordCheck passwords)
    {
        (this.snapshot, this.catalog, this.passwords) = (snapshot, catalog, passwords);
        var topology = Topology.Of(cluster, snapshot);
        Topology = topology;
        primary = topology.PrimaryFacts;
        noPrimary = primary is null && !topology.AllAbsent ? "no primary could be read" : null;
        foreach (var member in cluster.Members)
        {
            var upstream = topology.PrimaryName is { } name ? topology.Find(Topology.UpstreamOf(member, name))?.Facts : null;
            members.Add(member.Name, new LiveMember(topology.Find(member.Name)!, upstream, catalog));
        }
        foreach (var role in cluster.Roles)
        {
            if (role.Password is { } secret)
                secrets.TryAdd(role.Name, secret);
        }
        if (primary is null)
            return;
        foreach (var role in primary.Roles)
            roles[role.Name] = role;
        foreach (var database in primary.Databases)
            databases[database.Name] = database;
        foreach (var setting in primary.ScopedSettings)
            scoped[(setting.Database, setting.Role, setting.Name.ToLowerInvariant())] = setting.Value;
        foreach (var membership in primary.Memberships)
            memberships.Add((membership.Role, membership.Member));
    }

    internal Topology Topology { get; }

    internal ServerFacts? Primary => primary;

    internal IEnumerable<string> GroupsOf(string role) => primary is null ? [] : primary.Memberships.Where(m => m.Member == role).Select(m => m.Role);

    /// <param name="wanted">Needed by ALL-targets, which hold when every object has at least the wanted privileges, and by lists that are told by their difference.</param>
    internal Reading Read(FacetKey key, FacetValue? wanted)
    {
        if (key.Object.MemberName is { } name)
            return members.TryGetValue(name, out var member) ? member.Read(key.Object, key.Field, wanted) : Reading.Absent;
        if (noPrimary is not null)
            return new Reading(null, noPrimary);
        return key.Object switch
        {
            ObjectPath.Role role => ReadRole(role, key.Field),
            ObjectPath.Membership membership => roles.ContainsKey(membership.Role) && memberships.Contains((membership.Group, membership.Role)) ? Normal.Exists : null,
            ObjectPath.RoleSetting setting => roles.ContainsKey(setting.Role) ? ReadSetting(null, setting.Role, setting.Name) : null,
            { DatabaseName: { } database } => ReadDatabase(database, key.Object, key.Field, wanted),
            _ => throw new InvalidOperationException($"{key.Object} is no object that a document declares."),
        };
    }

    private FacetValue? ReadSetting(string? database, string? role, string name) => scoped.TryGetValue((database, role, name), out var value) ? Normal.Setting(catalog.Find(name), value) : null;

    private Reading ReadRole(ObjectPath.Role path, Field field)
    {
        if (roles.TryGetValue(path.Name, out var role))
            return field == Field.Exists ? Normal.Exists : field == Field.Password ? ReadPassword(role) : RoleAttribute.Of(field).Seen(role);
        return field == Field.Password && secrets.TryGetValue(path.Name, out var wanted) && passwords(wanted, null) is PasswordFinding.Unknown missing ? new Reading(null, missing.Reason) : Reading.Absent;
    }

    private Reading ReadPassword(RoleFact role)
    {
        if (!secrets.TryGetValue(role.Name, out var secret))
            return Reading.Absent;
        return passwords(secret, role.PasswordVerifier) switch
        {
            PasswordFinding.Unknown unknown => new Reading(null, unknown.Reason),
            _ when role.PasswordVerifier is null => FacetValue.Shown("none", "(none)"),
            PasswordFinding.Matches => Normal.PasswordSet,
            _ => FacetValue.Shown("differs", "(another)"),
        };
    }

    private Reading ReadDatabase(string name, ObjectPath path, Field field, FacetValue? wanted)
    {
        if (!databases.TryGetValue(name, out var database))
            return Reading.Absent;
        if (database.ConnectionLimit == DatabaseFact.InvalidConnectionLimit)
            return new Reading(null, $"database {database.Name} is invalid: a DROP DATABASE was interrupted; drop it by hand, nothing else is possible with it");
        switch (path)
        {
            case ObjectPath.Database:
                return ReadDatabase(database, field);
            case ObjectPath.DatabaseSetting setting:
                return ReadSetting(name, null, setting.Name);
        }
        if (!contents.TryGetValue(name, out var inside))
            contents.Add(name, inside = LiveDatabase.Of(snapshot, database));
        return inside.Read(path, field, wanted);
    }

    private static FacetValue ReadDatabase(DatabaseFact database, Field field)
    {
        if (field == Field.Exists)
            return Normal.Exists;
        if (field == Field.Owner)
            return FacetValue.Of(database.Owner);
        if (field == Field.Encoding)
            return Normal.Encoding(database.Encoding);
        if (field == Field.Locale)
            return Normal.Locale(database.Collate, database.Ctype);
        return field == Field.ConnectionLimit ? Normal.Number(database.ConnectionLimit) : throw new InvalidOperationException($"A database has no field {field}.");
    }
}
