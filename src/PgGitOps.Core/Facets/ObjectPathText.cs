namespace PgGitOps.Core.Facets;

/// <summary>The spelling of object paths, the one place that takes them apart. Writing and reading are inverse: what is read differently from how it would be written is not known.</summary>
internal static class ObjectPathText
{
    private const string Everything = "*";

    internal static ObjectPath Read(string text)
    {
        var parts = text.Split('/');
        for (var i = 0; i < parts.Length; i++)
            parts[i] = Unescape(parts[i]);
        // Two spellings of one object would be two objects to the record.
        return Known(parts, text) is { } known && known.ToString() == text
            ? known
            : new ObjectPath.Unknown(text, Within(parts, text));
    }

    /// <summary>Escapes in small letters, and escapes of what needs none.</summary>
    internal static ObjectPath? Respell(string text)
    {
        var parts = Array.ConvertAll(text.Split('/'), Uri.UnescapeDataString);
        return Known(parts, text) is { } known && known.ToString() != text ? known : null;
    }

    /// <summary>A text that names something in an object of the cases that stand here.</summary>
    internal sealed record Inner(ObjectPath Parent, string Kind, string Name);

    internal static Inner? InnerOf(string text)
    {
        if (
            text.Split('/') is not [.. var outer, var kind, var name]
            || Read(string.Join('/', outer)) is var parent && parent is ObjectPath.Unknown
        )
            return null;
        return new Inner(parent, kind, Unescape(name));
    }

    /// <inheritdoc cref="ObjectPath.FirstWords"/>
    internal static readonly string[] FirstWords = ["member", "role", "database", "parameter", "slot", "accessList", "standby"];

    private static ObjectPath? Known(string[] parts, string text) =>
        parts switch
        {
            ["member", var member] => new ObjectPath.Member(member),
            ["member", var member, "parameter", var name] => new ObjectPath.Parameter(member, name),
            ["member", var member, "slot", var name] => new ObjectPath.Slot(member, name),
            ["member", var member, "accessList"] => new ObjectPath.AccessList(member),
            ["member", var member, "standby", var name] => new ObjectPath.Standby(member, name),
            ["role", var role] => new ObjectPath.Role(role),
            ["role", var role, "memberOf", var group] => new ObjectPath.Membership(role, group),
            ["role", Everything, "setting", var name] when text.StartsWith("role/*/", StringComparison.Ordinal) =>
                new ObjectPath.EveryRoleSetting(name),
            ["role", var role, "setting", var name] => new ObjectPath.RoleSetting(role, name),
            ["role", var role, "setting", var name, "in", var database] => new ObjectPath.RoleSettingInDatabase(
                role,
                name,
                database
            ),
            ["database", var database] => new ObjectPath.Database(database),
            ["database", var database, "setting", var name] => new ObjectPath.DatabaseSetting(database, name),
            ["database", var database, "schema", var name] => new ObjectPath.Schema(database, name),
            ["database", var database, "extension", var name] => new ObjectPath.Extension(database, name),
            ["database", var database, "grant", var target, .. var place, var grantee]
                when TargetOf(target) is { } on && place.Length <= (on == GrantTarget.Column ? 3 : 2) => new ObjectPath.Grant(
                database,
                on,
                place.ElementAtOrDefault(0),
                place.ElementAtOrDefault(1),
                GranteeOf(grantee, text),
                place.ElementAtOrDefault(2)
            ),
            ["database", var database, "defaultPrivilege", var role, var schema, var on, var grantee]
                when DefaultTargetOf(on) is { } target => new ObjectPath.DefaultPrivilege(
                database,
                role,
                text.Split('/')[4] == Everything ? null : schema,
                target,
                GranteeOf(grantee, text)
            ),
            ["approval", var name] => new ObjectPath.Approval(name),
            _ => null,
        };

    private static ObjectPath? Within(string[] parts, string text) =>
        parts switch
        {
            ["member", var member, _, ..] when text.StartsWith(new ObjectPath.Member(member) + "/", StringComparison.Ordinal) =>
                new ObjectPath.Member(member),
            ["role", var role, _, ..] when text.StartsWith(new ObjectPath.Role(role) + "/", StringComparison.Ordinal) =>
                new ObjectPath.Role(role),
            ["database", var database, _, ..]
                when text.StartsWith(new ObjectPath.Database(database) + "/", StringComparison.Ordinal) =>
                new ObjectPath.Database(database),
            _ => null,
        };

    internal static string OfGrant(
        string database,
        GrantTarget target,
        string? schema,
        string? name,
        string? column,
        string grantee
    ) =>
        (schema, name, target == GrantTarget.Column ? column : null) switch
        {
            (null, _, _) => $"database/{Escape(database)}/grant/{WordOf(target)}/{OfGrantee(grantee)}",
            (_, null, _) => $"database/{Escape(database)}/grant/{WordOf(target)}/{Escape(schema)}/{OfGrantee(grantee)}",
            (_, _, null) =>
                $"database/{Escape(database)}/grant/{WordOf(target)}/{Escape(schema)}/{Escape(name)}/{OfGrantee(grantee)}",
            (_, _, { } place) =>
                $"database/{Escape(database)}/grant/{WordOf(target)}/{Escape(schema)}/{Escape(name)}/{Escape(place)}/{OfGrantee(grantee)}",
        };

    internal static string OfDefaultPrivilege(
        string database,
        string forRole,
        string? schema,
        DefaultPrivilegeTarget on,
        string grantee
    ) =>
        $"database/{Escape(database)}/defaultPrivilege/{Escape(forRole)}/{(schema is null ? Everything : EscapeStar(schema))}/{WordOf(on)}/{OfGrantee(grantee)}";

    internal static string WordOf(GrantTarget target) =>
        target switch
        {
            GrantTarget.Database => "database",
            GrantTarget.Schema => "schema",
            GrantTarget.AllTables => "allTables",
            GrantTarget.AllSequences => "allSequences",
            GrantTarget.AllFunctions => "allFunctions",
            GrantTarget.Table => "table",
            GrantTarget.Sequence => "sequence",
            GrantTarget.Column => "column",
        };

    internal static string WordOf(DefaultPrivilegeTarget target) =>
        target switch
        {
            DefaultPrivilegeTarget.Tables => "tables",
            DefaultPrivilegeTarget.Sequences => "sequences",
            DefaultPrivilegeTarget.Functions => "functions",
            DefaultPrivilegeTarget.Types => "types",
            DefaultPrivilegeTarget.Schemas => "schemas",
        };

    private static GrantTarget? TargetOf(string word)
    {
        foreach (var target in Enum.GetValues<GrantTarget>())
        {
            if (WordOf(target) == word)
                return target;
        }
        return null;
    }

    private static DefaultPrivilegeTarget? DefaultTargetOf(string word)
    {
        foreach (var target in Enum.GetValues<DefaultPrivilegeTarget>())
        {
            if (WordOf(target) == word)
                return target;
        }
        return null;
    }

    /// <summary>Parameters as paths carry them.</summary>
    internal static string Lower(string parameter) => Escape(parameter.ToLowerInvariant());

    internal static string Escape(string name) =>
        name.AsSpan().IndexOfAny('/', '%') < 0
            ? name
            : name.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);

    // What is really called * must not read as "all of them".
    internal static string EscapeStar(string name) => name == Everything ? "%2A" : Escape(name);

    private static string OfGrantee(string grantee) =>
        Everyone.Is(grantee) ? Everyone.Text
        : grantee == Everyone.Text ? Everyone.RoleText
        : Escape(grantee);

    private static string GranteeOf(string unescaped, string text) =>
        text.EndsWith('/' + Everyone.Text, StringComparison.Ordinal) ? Everyone.Name : unescaped;

    private static string Unescape(string part) =>
        part.Contains('%')
            ? part.Replace("%2F", "/", StringComparison.Ordinal)
                .Replace("%2A", "*", StringComparison.Ordinal)
                .Replace("%50", "P", StringComparison.Ordinal)
                .Replace("%25", "%", StringComparison.Ordinal)
            : part;
}
