using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Core.Planning.Settings;

namespace PgGitOps.Core.Planning.Live;

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
    private readonly Dictionary<(string Role, string Member), MembershipFact> memberships = [];
    private readonly Dictionary<string, LiveDatabase> contents = new(StringComparer.Ordinal);
    private readonly ServerFacts? primary;
    private readonly string? noPrimary;

    internal LiveReader(Cluster cluster, ClusterSnapshot snapshot, SettingCatalog catalog, PasswordCheck passwords)
    {
        (this.snapshot, this.catalog, this.passwords, Cluster) = (snapshot, catalog, passwords, cluster);
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
            memberships[(membership.Role, membership.Member)] = membership;
    }

    internal Topology Topology { get; }

    internal Cluster Cluster { get; }

    internal ServerFacts? Primary => primary;

    internal IEnumerable<string> GroupsOf(string role) =>
        primary is null ? [] : primary.Memberships.Where(m => m.Member == role).Select(m => m.Role);

    /// <param name="wanted">Needed by ALL-targets, which hold when every object has at least the wanted privileges, and by lists that are told by their difference.</param>
    internal Reading Read(FacetKey key, FacetValue? wanted)
    {
        // What stands on the primary nobody can tell without one.
        if (noPrimary is not null && key.Object.MemberName is null)
            return new Reading(null, noPrimary);
        return ObjectKinds.Of(key.Object).Read(this, key.Object, key.Field, wanted);
    }

    internal LiveMember? Member(string name) => members.GetValueOrDefault(name);

    internal RoleFact? Role(string name) => roles.GetValueOrDefault(name);

    internal MembershipFact? Membership(string role, string group) => memberships.GetValueOrDefault((group, role));

    /// <summary>How the declared password of a role compares with what is stored; null where none is declared.</summary>
    internal PasswordFinding? Password(string role, PasswordVerifier? stored) =>
        secrets.TryGetValue(role, out var secret) ? passwords(secret, stored) : null;

    /// <summary>A setting of one scope.</summary>
    internal FacetValue? Setting(string? database, string? role, string name) =>
        scoped.TryGetValue((database, role, name), out var value) ? CanonicalForm.Setting(catalog.Find(name), value) : null;

    /// <param name="otherwise">What every facet of the database is where it cannot be told.</param>
    internal DatabaseFact? Database(string name, out Reading otherwise)
    {
        otherwise = Reading.Absent;
        if (!databases.TryGetValue(name, out var database) || database.ConnectionLimit != DatabaseFact.InvalidConnectionLimit)
            return database;
        otherwise = new Reading(
            null,
            $"database {database.Name} is invalid: a DROP DATABASE was interrupted; drop it by hand, nothing else is possible with it"
        );
        return null;
    }

    /// <param name="otherwise">What every facet inside the database is where it cannot be told.</param>
    internal LiveDatabase? Contents(string name, out Reading otherwise)
    {
        if (Database(name, out otherwise) is not { } database)
            return null;
        if (!contents.TryGetValue(name, out var inside))
            contents.Add(name, inside = LiveDatabase.Of(snapshot, database));
        if (inside.Unreadable is not { } reason)
            return inside;
        otherwise = new Reading(null, reason);
        return null;
    }
}
