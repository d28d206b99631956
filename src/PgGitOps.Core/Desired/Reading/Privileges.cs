using PgGitOps.Core.Facets;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Reading;

/// <summary>Which privileges an object can carry, and what ALL stands for.</summary>
internal static class Privileges
{
    private const int MaintainSince = 17;

    public static IReadOnlyList<string> On(GrantTarget target, int major) =>
        target switch
        {
            GrantTarget.Database => ["CONNECT", "CREATE", "TEMPORARY"],
            GrantTarget.Schema => ["CREATE", "USAGE"],
            GrantTarget.AllTables or GrantTarget.Table => Table(major),
            GrantTarget.AllSequences or GrantTarget.Sequence => ["SELECT", "UPDATE", "USAGE"],
            GrantTarget.AllFunctions => ["EXECUTE"],
            GrantTarget.Column => ["INSERT", "REFERENCES", "SELECT", "UPDATE"],
        };

    public static IReadOnlyList<string> On(DefaultPrivilegeTarget target, int major) =>
        target switch
        {
            DefaultPrivilegeTarget.Tables => Table(major),
            DefaultPrivilegeTarget.Sequences => ["SELECT", "UPDATE", "USAGE"],
            DefaultPrivilegeTarget.Functions => ["EXECUTE"],
            DefaultPrivilegeTarget.Types => ["USAGE"],
            DefaultPrivilegeTarget.Schemas => ["CREATE", "USAGE"],
        };

    /// <summary>ALL written out, ordered; a privilege the target cannot carry is a finding.</summary>
    public static EquatableArray<string> Expand(
        EquatableArray<Located<string>> written,
        IReadOnlyList<string> possible,
        string target,
        List<Diagnostic> findings
    )
    {
        var expanded = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var privilege in written)
        {
            if (privilege.Value == "ALL")
                expanded.UnionWith(possible);
            else if (possible.Contains(privilege.Value))
                expanded.Add(privilege.Value);
            else
                findings.Add(
                    ReferenceRules.PrivilegeMismatch.At(
                        privilege.Span,
                        $"{privilege.Value} cannot be granted on {target}",
                        "possible: " + string.Join(", ", possible)
                    )
                );
        }
        return expanded.ToEquatableArray();
    }

    private static string[] Table(int major)
    {
        string[] table = ["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"];
        return major >= MaintainSince ? ["DELETE", "INSERT", "MAINTAIN", .. table[2..]] : table;
    }
}
