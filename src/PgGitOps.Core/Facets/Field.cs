namespace PgGitOps.Core.Facets;

/// <summary>One property of an object. The names below, and those that a kind has for itself, are all there are; a record of another version may hold more, which nothing asks for.</summary>
public sealed class Field : IEquatable<Field>, IComparable<Field>
{
    private static readonly Dictionary<string, Field> Known = new(StringComparer.Ordinal);

    public static readonly Field Exists = Named("exists");

    // Members.
    public static readonly Field Running = Named("running");
    public static readonly Field Role = Named("role");
    public static readonly Field Streaming = Named("streaming");
    public static readonly Field DataDirectory = Named("dataDirectory");
    public static readonly Field SystemIdentifier = Named("systemIdentifier");

    /// <summary><c>prepared</c> while a new password lies on the host and is not in use yet, else absent.</summary>
    public static readonly Field PasswordFile = Named("passwordFile");

    // Parameters and settings. What stands in the file, and what the server runs with.
    public static readonly Field Configured = Named("configured");
    public static readonly Field Value = Named("value");

    // pg_hba.conf.
    public static readonly Field Lines = Named("lines");
    public static readonly Field Loaded = Named("loaded");

    // Roles.
    public static readonly Field Login = Named("login");
    public static readonly Field Superuser = Named("superuser");
    public static readonly Field CreateDb = Named("createDb");
    public static readonly Field CreateRole = Named("createRole");
    public static readonly Field Replication = Named("replication");
    public static readonly Field BypassRls = Named("bypassRls");
    public static readonly Field Inherit = Named("inherit");
    public static readonly Field ConnectionLimit = Named("connectionLimit");
    public static readonly Field ValidUntil = Named("validUntil");
    public static readonly Field Password = Named("password");

    /// <summary>Digest of a stored password verifier; the verifier itself is in no plan.</summary>
    public static readonly Field Verifier = Named("verifier");

    // Databases and what they hold.
    public static readonly Field Owner = Named("owner");
    public static readonly Field Encoding = Named("encoding");
    public static readonly Field Locale = Named("locale");
    public static readonly Field Version = Named("version");
    public static readonly Field Schema = Named("schema");
    public static readonly Field Privileges = Named("privileges");

    // Dangers: found, never declared.
    public static readonly Field PendingRestart = Named("pendingRestart");
    public static readonly Field Source = Named("source");
    public static readonly Field DataChecksums = Named("dataChecksums");
    public static readonly Field ConfigurationFile = Named("configurationFile");
    public static readonly Field AlterSystem = Named("alterSystem");
    public static readonly Field WalStatus = Named("walStatus");
    public static readonly Field Inactive = Named("inactive");
    public static readonly Field Undeclared = Named("undeclared");
    public static readonly Field Duplicate = Named("duplicate");
    public static readonly Field Waiting = Named("waiting");
    public static readonly Field Upstream = Named("upstream");
    public static readonly Field Timeline = Named("timeline");
    public static readonly Field History = Named("history");
    public static readonly Field PasswordKind = Named("passwordKind");
    public static readonly Field Foreign = Named("foreign");
    public static readonly Field Trust = Named("trust");

    private readonly string text;
    private readonly int hash;

    private Field(string text) => (this.text, hash) = (text, string.GetHashCode(text, StringComparison.Ordinal));

    /// <summary>Every field with a name of its own.</summary>
    public static IReadOnlyCollection<Field> All => Known.Values;

    /// <summary>Of an approval: that it was used for <paramref name="subject"/>, <c>cluster</c> or an object's text.</summary>
    public static Field UsedFor(string subject) => Parse(subject);

    /// <summary>A field that one kind alone has, and that stands in its folder.</summary>
    public static Field OfKind(string text) => Parse(text);

    /// <summary>The field of that name; one that this version does not know keeps its name.</summary>
    public static Field Parse(string text) => Known.TryGetValue(text, out var known) ? known : new Field(text);

    public bool Equals(Field? other) =>
        ReferenceEquals(this, other)
        || (other is not null && hash == other.hash && string.Equals(text, other.text, StringComparison.Ordinal));

    public override bool Equals(object? obj) => Equals(obj as Field);

    public override int GetHashCode() => hash;

    public int CompareTo(Field? other) => ReferenceEquals(this, other) ? 0 : string.CompareOrdinal(text, other?.text);

    public override string ToString() => text;

    public static bool operator ==(Field? left, Field? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(Field? left, Field? right) => !(left == right);

    private static Field Named(string text)
    {
        var field = new Field(text);
        Known.Add(text, field);
        return field;
    }
}
