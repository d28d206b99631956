using System.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

/// <summary>Findings about lists of names, worded the same everywhere.</summary>
internal static class Names
{
    private const int IdentifierBytesMax = 63;

    public static void FindRepeated(string noun, IEnumerable<(string Name, SourceSpan At)> names, List<Diagnostic> findings)
    {
        var list = names as IReadOnlyCollection<(string Name, SourceSpan At)> ?? [.. names];
        if (list.Count < 2 || AreDistinct(list))
            return;
        var first = new Dictionary<string, SourceSpan>(StringComparer.Ordinal);
        foreach (var (name, at) in list.OrderBy(n => n.At))
        {
            if (!first.TryAdd(name, at))
                findings.Add(
                    ReferenceRules.DuplicateName.At(
                        at,
                        $"the {noun} '{name}' already stands {Elsewhere(first[name], at)}",
                        "rename or remove one of the two"
                    )
                );
        }
    }

    private static bool AreDistinct(IReadOnlyCollection<(string Name, SourceSpan At)> names)
    {
        var seen = new HashSet<string>(names.Count, StringComparer.Ordinal);
        foreach (var (name, _) in names)
        {
            if (!seen.Add(name))
                return false;
        }
        return true;
    }

    public static string Elsewhere(SourceSpan first, SourceSpan here) =>
        first.Path == here.Path ? $"at line {first.Line}" : $"at {first}";

    public static void FindTooLong(string name, SourceSpan at, List<Diagnostic> findings)
    {
        if (name.Length > IdentifierBytesMax / 4 && Encoding.UTF8.GetByteCount(name) is var bytes && bytes > IdentifierBytesMax)
            findings.Add(
                ReferenceRules.NameTooLong.At(at, $"the name has {bytes} bytes in UTF-8; PostgreSQL keeps {IdentifierBytesMax}")
            );
    }

    public static Diagnostic Unknown(
        DiagnosticRule rule,
        string noun,
        Located<string> reference,
        IEnumerable<string> known,
        string where
    )
    {
        var names = known.ToHashSet(StringComparer.Ordinal);
        const int ListedMax = 12;
        var hint = names.Count switch
        {
            0 => $"no {noun} is declared {where}",
            <= ListedMax => $"declared {where}: {string.Join(", ", names.Order(StringComparer.Ordinal))}",
            _ => null,
        };
        return rule.At(reference.Span, $"unknown {noun} '{reference.Value}'{Suggestion.Clause(reference.Value, names)}", hint);
    }
}
