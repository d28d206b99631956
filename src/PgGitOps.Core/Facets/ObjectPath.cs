namespace PgGitOps.Core.Facets;

/// <summary>What a facet belongs to. Closed: every object the engine manages, reports or finds in a record is one of the cases here, or the case of a kind that stands in its folder.</summary>
/// <remarks>
/// The text is made once and is the only thing that is compared, hashed and ordered. That is exact because no two objects have
/// one text (<see cref="ObjectPathText"/>), and cheap because the hash is kept. Text is read at the edges only: records, plan files,
/// exceptions, JSON.
/// </remarks>
public abstract class ObjectPath : IEquatable<ObjectPath>, IComparable<ObjectPath>
{
    private readonly string text;
    private readonly int hash;
    private ObjectPath? parent;

    /// <summary>The case of a kind that stands in its folder: <paramref name="kind"/>, named <paramref name="name"/>, in <paramref name="parent"/>.</summary>
    private protected ObjectPath(ObjectPath parent, string kind, string name)
        : this($"{parent.text}/{kind}/{ObjectPathText.Escape(name)}") => this.parent = parent;

    private ObjectPath(string text) => (this.text, hash) = (text, string.GetHashCode(text, StringComparison.Ordinal));

    /// <summary>The object that has to exist for this one to; null for one that stands by itself.</summary>
    public ObjectPath? Parent => parent ??= MakeParent();

    /// <summary>What the text of an object begins with, and what is left of it without the member that carries it.</summary>
    public static IReadOnlyList<string> FirstWords => ObjectPathText.FirstWords;

    /// <summary>The text without the member that carries the object, or null where none does: an exception may speak of all members at once.</summary>
    public string? WithoutMember => Parent is Member member ? text[(member.text.Length + 1)..] : null;

    /// <summary>The member that the object is, or that carries it; null for all others.</summary>
    public string? MemberName =>
        this switch
        {
            Member m => m.Name,
            Parameter p => p.Member,
            Slot s => s.Member,
            AccessList a => a.Member,
            Standby s => s.Member,
            _ => null,
        };

    /// <summary>The database that the object is, or that holds it; null for all others.</summary>
    public string? DatabaseName =>
        this switch
        {
            Database d => d.Name,
            DatabaseSetting s => s.Database,
            Schema s => s.Database,
            Extension e => e.Database,
            Grant g => g.Database,
            DefaultPrivilege d => d.Database,
            RoleSettingInDatabase or Unknown => null,
            _ => (Parent as Database)?.Name,
        };

    /// <summary>The parameter that the object is a setting of, on whatever scope; null for all others.</summary>
    public string? ParameterName =>
        this switch
        {
            Parameter p => p.Name,
            RoleSetting s => s.Name,
            RoleSettingInDatabase s => s.Name,
            EveryRoleSetting s => s.Name,
            DatabaseSetting s => s.Name,
            _ => null,
        };

    /// <summary>A document can declare it. Everything else is only seen, or noted in a record.</summary>
    public bool IsManaged => this is not (Standby or RoleSettingInDatabase or EveryRoleSetting or Approval or Unknown);

    /// <summary>The path of an object that this version knows; null for every other text.</summary>
    public static ObjectPath? TryParse(string text) => ObjectPathText.Read(text) is var read and not Unknown ? read : null;

    /// <summary>The one spelling of what a text most likely means, where that is another one; else null.</summary>
    public static ObjectPath? Respelt(string text) => ObjectPathText.Respell(text);

    /// <summary>Every text is a path: one that is none of the cases here is <see cref="Unknown"/>, and keeps its spelling.</summary>
    public static ObjectPath Parse(string text) => ObjectPathText.Read(text);

    /// <summary>Lies inside <paramref name="ancestor"/>, at whatever depth.</summary>
    public bool IsWithin(ObjectPath ancestor)
    {
        for (var at = Parent; at is not null; at = at.Parent)
        {
            if (at.Equals(ancestor))
                return true;
        }
        return false;
    }

    public bool Equals(ObjectPath? other) =>
        ReferenceEquals(this, other)
        || (other is not null && hash == other.hash && string.Equals(text, other.text, StringComparison.Ordinal));

    public override bool Equals(object? obj) => Equals(obj as ObjectPath);

    public override int GetHashCode() => hash;

    public int CompareTo(ObjectPath? other) => ReferenceEquals(this, other) ? 0 : string.CompareOrdinal(text, other?.text);

    /// <summary>As records, plan files and reports spell it, such as <c>database/shop/schema/app</c>; a slash or percent sign inside a name is %2F, %25.</summary>
    public override string ToString() => text;

    public static bool operator ==(ObjectPath? left, ObjectPath? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ObjectPath? left, ObjectPath? right) => !(left == right);

    private protected virtual ObjectPath? MakeParent() => null;

    public sealed class Member(string name) : ObjectPath($"member/{ObjectPathText.Escape(name)}")
    {
        public string Name { get; } = name;
    }

    /// <summary>A parameter of one server. Names of parameters know no case in PostgreSQL: they are kept in lower case.</summary>
    public sealed class Parameter(string member, string name)
        : ObjectPath($"member/{ObjectPathText.Escape(member)}/parameter/{ObjectPathText.Lower(name)}")
    {
        public new string Member { get; } = member;

        public string Name { get; } = name.ToLowerInvariant();

        private protected override ObjectPath MakeParent() => new Member(Member);
    }

    public sealed class Slot(string member, string name)
        : ObjectPath($"member/{ObjectPathText.Escape(member)}/slot/{ObjectPathText.Escape(name)}")
    {
        public new string Member { get; } = member;

        public string Name { get; } = name;

        private protected override ObjectPath MakeParent() => new Member(Member);
    }

    /// <summary>pg_hba.conf of one server.</summary>
    public sealed class AccessList(string member) : ObjectPath($"member/{ObjectPathText.Escape(member)}/accessList")
    {
        public new string Member { get; } = member;

        private protected override ObjectPath MakeParent() => new Member(Member);
    }

    /// <summary>Who receives WAL from a member, by application_name. Seen, never managed.</summary>
    public sealed class Standby(string member, string name)
        : ObjectPath($"member/{ObjectPathText.Escape(member)}/standby/{ObjectPathText.Escape(name)}")
    {
        public new string Member { get; } = member;

        public string Name { get; } = name;

        private protected override ObjectPath MakeParent() => new Member(Member);
    }

    public sealed class Role(string name) : ObjectPath($"role/{ObjectPathText.Escape(name)}")
    {
        public string Name { get; } = name;
    }

    /// <summary>A role in a group.</summary>
    public sealed class Membership(string role, string group)
        : ObjectPath($"role/{ObjectPathText.Escape(role)}/memberOf/{ObjectPathText.Escape(group)}")
    {
        public new string Role { get; } = role;

        public string Group { get; } = group;

        private protected override ObjectPath MakeParent() => new Role(Role);
    }

    public sealed class RoleSetting(string role, string name)
        : ObjectPath($"role/{ObjectPathText.EscapeStar(role)}/setting/{ObjectPathText.Lower(name)}")
    {
        public new string Role { get; } = role;

        public string Name { get; } = name.ToLowerInvariant();

        private protected override ObjectPath MakeParent() => new Role(Role);
    }

    /// <summary>A setting of a role's sessions in one database. Seen, never managed.</summary>
    public sealed class RoleSettingInDatabase(string role, string name, string database)
        : ObjectPath(
            $"role/{ObjectPathText.EscapeStar(role)}/setting/{ObjectPathText.Lower(name)}/in/{ObjectPathText.Escape(database)}"
        )
    {
        public new string Role { get; } = role;

        public string Name { get; } = name.ToLowerInvariant();

        public new string Database { get; } = database;

        private protected override ObjectPath MakeParent() => new RoleSetting(Role, Name);
    }

    /// <summary>A setting of every role's sessions (ALTER ROLE ALL). Seen, never managed.</summary>
    public sealed class EveryRoleSetting(string name) : ObjectPath($"role/*/setting/{ObjectPathText.Lower(name)}")
    {
        public string Name { get; } = name.ToLowerInvariant();
    }

    public sealed class Database(string name) : ObjectPath($"database/{ObjectPathText.Escape(name)}")
    {
        public string Name { get; } = name;
    }

    public sealed class DatabaseSetting(string database, string name)
        : ObjectPath($"database/{ObjectPathText.Escape(database)}/setting/{ObjectPathText.Lower(name)}")
    {
        public new string Database { get; } = database;

        public string Name { get; } = name.ToLowerInvariant();

        private protected override ObjectPath MakeParent() => new Database(Database);
    }

    public sealed class Schema(string database, string name)
        : ObjectPath($"database/{ObjectPathText.Escape(database)}/schema/{ObjectPathText.Escape(name)}")
    {
        public new string Database { get; } = database;

        public string Name { get; } = name;

        private protected override ObjectPath MakeParent() => new Database(Database);
    }

    public sealed class Extension(string database, string name)
        : ObjectPath($"database/{ObjectPathText.Escape(database)}/extension/{ObjectPathText.Escape(name)}")
    {
        public new string Database { get; } = database;

        public string Name { get; } = name;

        private protected override ObjectPath MakeParent() => new Database(Database);
    }

    /// <summary>What one grantee may do with one target.</summary>
    /// <param name="schema">Null for the database itself.</param>
    /// <param name="name">Of a single table or sequence, else null; never without a schema.</param>
    /// <param name="column">Of the table, for <see cref="GrantTarget.Column"/> alone.</param>
    /// <param name="grantee">A role, or <see cref="Everyone"/>.</param>
    public sealed class Grant(
        string database,
        GrantTarget target,
        string? schema,
        string? name,
        string grantee,
        string? column = null
    ) : ObjectPath(ObjectPathText.OfGrant(database, target, schema, name, column, grantee))
    {
        public new string Database { get; } = database;

        public GrantTarget Target { get; } = target;

        public new string? Schema { get; } = schema;

        public string? Name { get; } = schema is null ? null : name;

        public string? Column { get; } = target != GrantTarget.Column || schema is null || name is null ? null : column;

        public string Grantee { get; } = grantee;

        private protected override ObjectPath MakeParent() => new Database(Database);
    }

    /// <summary>What a grantee gets on objects that a role makes later.</summary>
    /// <param name="schema">Null for all schemas.</param>
    public sealed class DefaultPrivilege(
        string database,
        string forRole,
        string? schema,
        DefaultPrivilegeTarget on,
        string grantee
    ) : ObjectPath(ObjectPathText.OfDefaultPrivilege(database, forRole, schema, on, grantee))
    {
        public new string Database { get; } = database;

        public string ForRole { get; } = forRole;

        public new string? Schema { get; } = schema;

        public DefaultPrivilegeTarget On { get; } = on;

        public string Grantee { get; } = grantee;

        private protected override ObjectPath MakeParent() => new Database(Database);
    }

    /// <summary>That an approval was used; the field says for which object (<see cref="Field.UsedFor"/>).</summary>
    public sealed class Approval(string name) : ObjectPath($"approval/{ObjectPathText.Escape(name)}")
    {
        public string Name { get; } = name;
    }

    /// <summary>A text that this version does not know: a record may be of another version of the engine, or written by hand.</summary>
    /// <remarks>It lies inside the object that its beginning names, so that it goes with a database that goes.</remarks>
    public sealed class Unknown : ObjectPath
    {
        private readonly ObjectPath? within;

        internal Unknown(string text, ObjectPath? within)
            : base(text) => this.within = within;

        private protected override ObjectPath? MakeParent() => within;
    }
}
