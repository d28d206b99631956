namespace PgGitOps.Core.Planning;

/// <summary>Builds and reads the object paths of <see cref="FacetKey"/>.</summary>
public static class FacetPath
{
    public static string Member(string member) => $"member/{Escape(member)}";

    /// <summary>Parameter names are case-insensitive in PostgreSQL, so paths carry them in lower case.</summary>
    public static string MemberParameter(string member, string parameter) => $"member/{Escape(member)}/parameter/{Escape(parameter.ToLowerInvariant())}";

    public static string Slot(string member, string slot) => $"member/{Escape(member)}/slot/{Escape(slot)}";

    public static string AccessList(string member) => $"member/{Escape(member)}/accessList";

    public static string Role(string role) => $"role/{Escape(role)}";

    public static string MemberOf(string role, string group) => $"role/{Escape(role)}/memberOf/{Escape(group)}";

    public static string RoleSetting(string role, string parameter) => $"role/{Escape(role)}/setting/{Escape(parameter.ToLowerInvariant())}";

    public static string Database(string database) => $"database/{Escape(database)}";

    public static string DatabaseSetting(string database, string parameter) => $"database/{Escape(database)}/setting/{Escape(parameter.ToLowerInvariant())}";

    public static string Schema(string database, string schema) => $"database/{Escape(database)}/schema/{Escape(schema)}";

    public static string Extension(string database, string extension) => $"database/{Escape(database)}/extension/{Escape(extension)}";

    public static string Grant(string database, string target, string? schema, string? name, string grantee) => (schema, name) switch
    {
        (null, _) => $"database/{Escape(database)}/grant/{target}/{Escape(grantee)}",
        (_, null) => $"database/{Escape(database)}/grant/{target}/{Escape(schema)}/{Escape(grantee)}",
        _ => $"database/{Escape(database)}/grant/{target}/{Escape(schema)}/{Escape(name)}/{Escape(grantee)}",
    };

    /// <param name="schema">Null for default privileges of all schemas.</param>
    public static string DefaultPrivilege(string database, string forRole, string? schema, string on, string grantee) =>
        $"database/{Escape(database)}/defaultPrivilege/{Escape(forRole)}/{(schema is null ? "*" : EscapeStar(schema))}/{on}/{Escape(grantee)}";

    /// <summary>The unescaped parts of a path.</summary>
    public static string[] Split(string path)
    {
        var parts = path.Split('/');
        if (path.Contains('%'))
        {
            for (var i = 0; i < parts.Length; i++)
                parts[i] = Unescape(parts[i]);
        }
        return parts;
    }

    /// <summary>Whether the path is one of those that <see cref="FacetKey"/> lists: a record may be of another version of the engine, or written by hand.</summary>
    internal static bool IsKnown(string path) => Split(path) is
        ["member", _] or ["member", _, "accessList"] or ["member", _, "parameter" or "slot", _]
        or ["role", _] or ["role", _, "memberOf" or "setting", _]
        or ["database", _] or ["database", _, "setting" or "schema" or "extension", _]
        or ["database", _, "grant", _, _] or ["database", _, "grant", _, _, _] or ["database", _, "grant", _, _, _, _]
        or ["database", _, "defaultPrivilege", _, _, _, _];

    /// <summary>The object that has to exist for this one to: <c>database/D</c> for a schema, null for a role.</summary>
    public static string? Parent(string path)
    {
        var first = path.IndexOf('/');
        var second = first < 0 ? -1 : path.IndexOf('/', first + 1);
        return second < 0 ? null : path[..second];
    }

    public static bool IsWithin(string path, string ancestor) =>
        path.Length > ancestor.Length && path[ancestor.Length] == '/' && path.StartsWith(ancestor, StringComparison.Ordinal);

    internal static string Escape(string name) =>
        name.AsSpan().IndexOfAny('/', '%') < 0
            ? name
            : name.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    // A schema that is really called * must not read as "all schemas".
    private static string EscapeStar(string name) => name == "*" ? "%2A" : Escape(name);

    private static string Unescape(string part) =>
        part.Replace("%2F", "/", StringComparison.Ordinal).Replace("%2A", "*", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal);
}
