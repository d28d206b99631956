using PgGitOps.Core.Desired;
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
        var path = FacetPath.Split(key.Object);
        if (path[0] == "member")
            return members.TryGetValue(path[1], out var member) ? member.Read(path, key.Field, wanted) : Reading.Absent;
        if (noPrimary is not null)
            return new Reading(null, noPrimary);
        return path[0] switch
        {
            "role" => ReadRole(path, key.Field),
            "database" => ReadDatabase(path, key.Field, wanted),
            _ => throw new InvalidOperationException($"No object path starts with {path[0]}."),
        };
    }

    private Reading ReadRole(string[] path, string field)
    {
        if (!roles.TryGetValue(path[1], out var role))
            return field == "password" && secrets.TryGetValue(path[1], out var wanted) && passwords(wanted, null) is PasswordFinding.Unknown missing ? new Reading(null, missing.Reason) : Reading.Absent;
        if (path.Length == 4)
        {
            if (path[2] == "memberOf")
                return memberships.Contains((path[3], path[1])) ? Normal.Exists : null;
            return scoped.TryGetValue((null, path[1], path[3]), out var value) ? Normal.Setting(catalog.Find(path[3]), value) : null;
        }
        return field switch
        {
            "exists" => Normal.Exists,
            "login" => Normal.Bool(role.Login),
            "superuser" => Normal.Bool(role.Superuser),
            "createDb" => Normal.Bool(role.CreateDb),
            "createRole" => Normal.Bool(role.CreateRole),
            "replication" => Normal.Bool(role.Replication),
            "bypassRls" => Normal.Bool(role.BypassRls),
            "inherit" => Normal.Bool(role.Inherit),
            "connectionLimit" => Normal.Number(role.ConnectionLimit),
            "validUntil" => Normal.Moment(role.ValidUntil),
            "password" => ReadPassword(role),
            _ => throw new InvalidOperationException($"A role has no field {field}."),
        };
    }

    private Reading ReadPassword(RoleFact role)
    {
        if (!secrets.TryGetValue(role.Name, out var secret))
            return Reading.Absent;
        return passwords(secret, role.PasswordVerifier) switch
        {
            PasswordFinding.Unknown unknown => new Reading(null, unknown.Reason),
            _ when role.PasswordVerifier is null => new FacetValue("none", "(none)"),
            PasswordFinding.Matches => new FacetValue("matches", "(set)"),
            _ => new FacetValue("differs", "(another)"),
        };
    }

    private Reading ReadDatabase(string[] path, string field, FacetValue? wanted)
    {
        if (!databases.TryGetValue(path[1], out var database))
            return Reading.Absent;
        if (database.ConnectionLimit == DatabaseFact.InvalidConnectionLimit)
            return new Reading(null, $"database {database.Name} is invalid: a DROP DATABASE was interrupted; drop it by hand, nothing else is possible with it");
        if (path.Length == 2)
        {
            return field switch
            {
                "exists" => Normal.Exists,
                "owner" => FacetValue.Of(database.Owner),
                "encoding" => Normal.Encoding(database.Encoding),
                "locale" => Normal.Locale(database.Collate, database.Ctype),
                "connectionLimit" => Normal.Number(database.ConnectionLimit),
                _ => throw new InvalidOperationException($"A database has no field {field}."),
            };
        }
        if (path[2] == "setting")
            return scoped.TryGetValue((path[1], null, path[3]), out var value) ? Normal.Setting(catalog.Find(path[3]), value) : null;
        if (!contents.TryGetValue(path[1], out var inside))
            contents.Add(path[1], inside = LiveDatabase.Of(snapshot, database));
        return inside.Read(path, field, wanted);
    }
}
