using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Policies;

/// <summary>The comment a rule starts with → its header.</summary>
/// <remarks>YAML in <c>/*--- … ---*/</c>: editors leave it alone, C# ignores it, and every value of it has a place.</remarks>
internal static class RuleHeaderReader
{
    private const string Opening = "/*---";
    private const string Closing = "---*/";
    private static readonly string[] Known =
    [
        "id",
        "title",
        "severity",
        "enforcement",
        "for",
        "requirements",
        "parameters",
        "help",
    ];

    public static RuleHeader? Read(string path, string text, List<Diagnostic> findings)
    {
        var start = new SourceSpan(path, 1, 1, 1);
        var end = text.IndexOf(Closing, StringComparison.Ordinal);
        if (
            !text.StartsWith(Opening, StringComparison.Ordinal)
            || end < 0
            || text.IndexOf('\n') is var line && (line < 0 || line > end)
        )
        {
            findings.Add(
                RuleFindings.Header.At(
                    start,
                    "a rule starts with a comment that holds its header",
                    "start the file with /*--- on a line of its own, then id, title, severity, enforcement and for, then ---*/"
                )
            );
            return null;
        }
        // The first line gives way to an empty one, so that lines keep their numbers.
        var yaml = text[line..end];
        var roots = YamlDocuments.Read(path, yaml, findings);
        if (findings.Exists(f => f.Span.Path == path))
            return null;
        if (roots is not [{ Kind: NodeKind.Mapping } root])
        {
            findings.Add(RuleFindings.Header.At(start, "the header is one YAML mapping"));
            return null;
        }
        return new Draft(path, root, findings).Build();
    }

    private sealed class Draft(string path, LocatedNode root, List<Diagnostic> findings)
    {
        private int errors;

        public RuleHeader? Build()
        {
            foreach (var key in root.Keys)
            {
                if (!Known.Contains(key.Text))
                    Wrong(key, $"unknown key '{key.Text}'", $"known are {string.Join(", ", Known)}");
            }
            var id = Text("id");
            if (id is not null && !IsId(id))
                Wrong(
                    root["id"]!.Value,
                    $"'{id}' is no rule id",
                    "upper-case letters, digits and '-', starting with a letter, at most 32 characters, such as PG101"
                );
            else if (id is ['P', 'G', >= 'A' and <= 'Z', >= '0' and <= '9', ..])
            {
                errors++;
                findings.Add(
                    RuleFindings.ReservedId.At(
                        root["id"]!.Value.SpanIn(path),
                        $"'{id}' is of the form of the engine's own ids",
                        "take another prefix, such as OPS101"
                    )
                );
            }
            var title = Text("title");
            var severity = OneOf("severity", [("error", Severity.Error), ("warning", Severity.Warning), ("note", Severity.Note)]);
            var enforcement = OneOf(
                "enforcement",
                [("advisory", Enforcement.Advisory), ("soft", Enforcement.Soft), ("hard", Enforcement.Hard)]
            );
            var subject = Text("for");
            if (subject is not null && !IsKind(subject))
                Wrong(
                    root["for"]!.Value,
                    $"'{subject}' is no kind",
                    "a kind of documents such as RecoveryPolicy, or Fleet; a kind of your own that the engine has too: example.org/v1/RecoveryPolicy"
                );
            var requirements = Texts("requirements");
            var parameters = ParameterDeclarations();
            var help = root["help"] is null ? "" : Text("help");
            return errors > 0
                ? null
                : new RuleHeader(
                    id!,
                    title!,
                    severity!.Value,
                    enforcement!.Value,
                    subject!,
                    requirements,
                    parameters,
                    help!.Trim(),
                    (root["id"] ?? root).SpanIn(path)
                );
        }

        private EquatableArray<ParameterDeclaration> ParameterDeclarations()
        {
            if (root["parameters"] is not { } node)
                return [];
            if (node.Kind != NodeKind.Mapping)
            {
                Wrong(node, "parameters is a mapping from names to declarations");
                return [];
            }
            var declared = new List<ParameterDeclaration>();
            for (var i = 0; i < node.Keys.Count; i++)
            {
                if (ParameterReader.Declaration(path, node.Keys[i], node.Items[i], Wrong) is { } declaration)
                    declared.Add(declaration);
            }
            return declared.ToEquatableArray();
        }

        private string? Text(string key)
        {
            if (root[key] is { IsScalar: true, Kind: not NodeKind.Null } node && node.Text.Trim().Length > 0)
                return node.Text;
            Wrong(root[key] ?? (root.Keys is [var first, ..] ? first : root), $"'{key}' is missing or no text");
            return null;
        }

        private EquatableArray<string> Texts(string key)
        {
            if (root[key] is not { } node)
                return [];
            if (node.Kind == NodeKind.Sequence && node.Items.All(i => i.IsScalar))
                return node.Items.Select(i => i.Text).ToEquatableArray();
            Wrong(node, $"'{key}' is a list of texts");
            return [];
        }

        private T? OneOf<T>(string key, (string Name, T Value)[] values)
            where T : struct
        {
            if (Text(key) is not { } text)
                return null;
            foreach (var (name, value) in values)
            {
                if (name == text)
                    return value;
            }
            Wrong(root[key]!.Value, $"'{text}' is not one of {string.Join(", ", values.Select(v => v.Name))}");
            return null;
        }

        private void Wrong(LocatedNode at, string message, string? hint = null)
        {
            errors++;
            findings.Add(RuleFindings.Header.At(at.SpanIn(path), message, hint));
        }

        // An apiVersion may stand before the kind, and holds one slash itself, or none.
        private static bool IsKind(string subject)
        {
            var parts = subject.Split('/');
            return parts.Length <= 3
                && parts[^1].Length > 0
                && parts[^1].All(char.IsAsciiLetterOrDigit)
                && parts[..^1].All(p => p.Length > 0 && p.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'));
        }

        private static bool IsId(string id) =>
            id.Length is > 1 and <= 32
            && char.IsAsciiLetterUpper(id[0])
            && id.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '-');
    }
}
