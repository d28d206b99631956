using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Sql;

namespace PgGitOps.Core.Planning.Kinds.Roles;

/// <summary>Who is a member of one group and by whose grant, and the statements that change it for one member alone.</summary>
/// <remarks>From PostgreSQL 16 on each grantor's grant is one of its own, and rests on the grantor's ADMIN OPTION; before, there is one.</remarks>
internal sealed class GroupMembers(string group, IEnumerable<MembershipFact> seen)
{
    /// <summary>Of the grants that the statements here make: PostgreSQL notes a superuser's as of the bootstrap superuser, whose name nobody tells.</summary>
    private const string Engine = "";

    private sealed record Entry(string Member, MembershipGrant Grant);

    private readonly List<Entry> entries =
    [
        .. seen.Where(m => m.Role == group).SelectMany(m => m.Grants.Select(g => new Entry(m.Member, g))),
    ];

    private string Quoted => SqlIdentifier.Quote(group);

    /// <param name="wanted">Options that are declared.</param>
    internal string Join(string member, IReadOnlyDictionary<MembershipOption, bool> wanted, int major)
    {
        Note(member, o => wanted.TryGetValue(o, out var isOn) ? isOn : o.Keyword != "admin");
        return $"GRANT {Quoted} TO {SqlIdentifier.Quote(member)}{Words(wanted, major)}";
    }

    internal List<string> Leave(string member)
    {
        List<string> statements = [];
        var before = entries.ToArray();
        var grantors = before.Where(e => e.Member == member).Select(e => e.Grant.Grantor).ToArray();
        if (grantors.Length == 0)
            return [$"REVOKE {Quoted} FROM {SqlIdentifier.Quote(member)}"];
        foreach (var grantor in grantors)
            statements.Add(
                $"REVOKE {Quoted} FROM {SqlIdentifier.Quote(member)}{By(grantor)}{(Drop(member, grantor) ? " CASCADE" : "")}"
            );
        Restore(before, member, statements);
        return statements;
    }

    /// <summary>Options of a membership that stays.</summary>
    internal List<string> Change(string member, IReadOnlyDictionary<MembershipOption, bool> wanted, int major)
    {
        var quoted = SqlIdentifier.Quote(member);
        if (major < MembershipOption.GrantorsSince || !entries.Exists(e => e.Member == member))
        {
            var admin = wanted.FirstOrDefault(w => w.Key.Keyword == "admin");
            return admin.Key is null ? []
                : admin.Value ? [$"GRANT {Quoted} TO {quoted} WITH ADMIN OPTION"]
                : [$"REVOKE ADMIN OPTION FOR {Quoted} FROM {quoted}"];
        }
        List<string> statements = [];
        var before = entries.ToArray();
        foreach (var (option, value) in wanted.Where(w => !w.Value))
        {
            while (entries.Find(e => e.Member == member && option.In(e.Grant)) is { } entry)
            {
                var cascades = Lower(entry, option);
                statements.Add(
                    $"REVOKE {option.Keyword.ToUpperInvariant()} OPTION FOR {Quoted} FROM {quoted}{By(entry.Grant.Grantor)}{(cascades ? " CASCADE" : "")}"
                );
            }
        }
        if (wanted.Any(w => w.Value && !entries.Exists(e => e.Member == member && w.Key.In(e.Grant))))
        {
            // What is not said of a membership that exists stays as it is.
            statements.Add($"GRANT {Quoted} TO {quoted}{With(MembershipOption.All.Where(wanted.ContainsKey), o => wanted[o])}");
            Note(
                member,
                o => wanted.TryGetValue(o, out var isOn) ? isOn : entries.Exists(e => e.Member == member && o.In(e.Grant))
            );
        }
        Restore(before, member, statements);
        return statements;
    }

    private static string Words(IReadOnlyDictionary<MembershipOption, bool> wanted, int major)
    {
        if (major < MembershipOption.GrantorsSince)
            return wanted.Any(w => w.Key.Keyword == "admin" && w.Value) ? " WITH ADMIN OPTION" : "";
        // What PostgreSQL does by itself is not said.
        var isPlain = wanted.All(w =>
            w.Key.Keyword switch
            {
                "admin" => !w.Value,
                "set" => w.Value,
                _ => false,
            }
        );
        return isPlain ? "" : With(MembershipOption.All.Where(wanted.ContainsKey), o => wanted[o]);
    }

    private bool Drop(string member, string grantor)
    {
        var gone = entries.FindAll(e => e.Member == member && e.Grant.Grantor == grantor);
        entries.RemoveAll(gone.Contains);
        return gone.Exists(e => e.Grant.Admin) && DropWhatRestsOn(member);
    }

    private bool Lower(Entry entry, MembershipOption option)
    {
        var lower = option.Keyword switch
        {
            "admin" => entry.Grant with { Admin = false },
            "inherit" => entry.Grant with { Inherit = false },
            _ => entry.Grant with { Set = false },
        };
        entries[entries.IndexOf(entry)] = entry with { Grant = lower };
        return option.Keyword == "admin" && DropWhatRestsOn(entry.Member);
    }

    private bool DropWhatRestsOn(string grantor)
    {
        if (entries.Exists(e => e.Member == grantor && e.Grant.Admin))
            return false;
        var resting = entries.FindAll(e => e.Grant.Grantor == grantor);
        foreach (var entry in resting)
            Drop(entry.Member, grantor);
        return resting.Count > 0;
    }

    /// <summary>Others keep what they had, from the engine's login where their grantor can no longer grant it.</summary>
    private void Restore(Entry[] before, string member, List<string> statements)
    {
        foreach (
            var lost in before
                .Where(e => e.Member != member && !entries.Contains(e))
                .Select(e => e.Member)
                .Distinct(StringComparer.Ordinal)
        )
        {
            bool Had(MembershipOption option) => Array.Exists(before, e => e.Member == lost && option.In(e.Grant));
            var kept = entries.FindAll(e => e.Member == lost);
            if (kept.Count > 0 && Array.TrueForAll(MembershipOption.All, o => !Had(o) || kept.Exists(e => o.In(e.Grant))))
                continue;
            statements.Add($"GRANT {Quoted} TO {SqlIdentifier.Quote(lost)}{With(MembershipOption.All, Had)}");
            Note(lost, Had);
        }
    }

    /// <summary>A grant that was made here, for the statements that follow.</summary>
    private void Note(string member, Func<MembershipOption, bool> isOn)
    {
        bool Has(string keyword) => isOn(Array.Find(MembershipOption.All, o => o.Keyword == keyword)!);
        var grant = new MembershipGrant(Engine, Has("admin"), Has("inherit"), Has("set"));
        entries.RemoveAll(e => e.Member == member && e.Grant.Grantor == Engine);
        entries.Add(new Entry(member, grant));
    }

    private static string By(string grantor) => grantor == Engine ? "" : $" GRANTED BY {SqlIdentifier.Quote(grantor)}";

    private static string With(IEnumerable<MembershipOption> options, Func<MembershipOption, bool> isOn) =>
        " WITH " + string.Join(", ", options.Select(o => $"{o.Keyword.ToUpperInvariant()} {(isOn(o) ? "TRUE" : "FALSE")}"));
}
