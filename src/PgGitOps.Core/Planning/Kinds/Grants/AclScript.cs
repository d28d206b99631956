using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Grants;

/// <summary>Statements that grant and revoke, in the name of whoever has to issue them.</summary>
internal sealed class AclScript
{
    /// <summary>Grantees that one statement names at most.</summary>
    internal const int GranteesMax = 100;

    private readonly List<Line> lines = [];

    internal bool IsEmpty => lines.Count == 0;

    /// <param name="role">Null for the engine's own login, whose grants are the owner's.</param>
    /// <param name="head">Up to the grantee, <paramref name="tail"/> behind it.</param>
    internal void Add(string? role, string head, string grantee, string tail)
    {
        if (
            lines.Count > 0
            && lines[^1] is { IsWhole: false } last
            && last.Fits(role, head, tail)
            && last.Grantees.Count < GranteesMax
        )
            last.Grantees.Add(grantee);
        else
            lines.Add(new Line(role, head, [grantee], tail));
    }

    /// <summary>A statement without grantees, of the engine's own login.</summary>
    internal void AddWhole(string statement) => lines.Add(new Line(null, statement, [], ""));

    internal void AddAll(AclScript other)
    {
        foreach (var line in other.lines)
        {
            foreach (var grantee in line.Grantees)
                Add(line.Role, line.Head, grantee, line.Tail);
            if (line.IsWhole)
                lines.Add(line);
        }
    }

    internal List<string> Statements()
    {
        List<string> statements = [];
        string? role = null;
        foreach (var line in lines)
        {
            if (line.Role != role)
                statements.Add(line.Role is null ? "RESET ROLE" : $"SET LOCAL ROLE {SqlIdentifier.Quote(line.Role)}");
            role = line.Role;
            statements.Add(
                line.IsWhole
                    ? line.Head
                    : $"{line.Head} {string.Join(", ", line.Grantees.Select(SqlIdentifier.Grantee))}{line.Tail}"
            );
        }
        if (role is not null)
            statements.Add("RESET ROLE");
        return statements;
    }

    private sealed record Line(string? Role, string Head, List<string> Grantees, string Tail)
    {
        internal bool IsWhole => Grantees.Count == 0;

        internal bool Fits(string? role, string head, string tail) => Role == role && Head == head && Tail == tail;
    }
}
