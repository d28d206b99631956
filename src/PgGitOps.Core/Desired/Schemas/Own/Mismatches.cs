using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>A value that is not as its schema asks.</summary>
/// <param name="Node">The value judged.</param>
/// <param name="Shown">Where it is reported.</param>
/// <param name="Missing">A key that should stand in <paramref name="Node"/>, for the finding's field.</param>
internal sealed record Mismatch(
    DiagnosticRule Rule,
    LocatedNode Node,
    LocatedNode Shown,
    string Message,
    string? Hint = null,
    string? Missing = null
);

/// <summary>How mismatches are noted, and how they speak of the value.</summary>
internal static class Mismatches
{
    // What nobody reads is not made: a file shows a thousand findings.
    private const int MismatchesMax = 1_000;

    // A sentence with its list and its suggestion, beside the step of looking.
    private const int MismatchWork = 20;

    /// <summary>Whether a mismatch is to be put into words.</summary>
    public static bool Asks(this SchemaBudget budget, List<Mismatch>? into) =>
        into is { Count: < MismatchesMax } && budget.Take(MismatchWork);

    public static bool Wrong(List<Mismatch>? into, Mismatch mismatch)
    {
        into?.Add(mismatch);
        return false;
    }

    public static LocatedNode Shown(LocatedNode node, LocatedNode? key) => node.IsScalar ? node : key ?? node;

    // Somebody who writes a password in clear text must not find it in a log as well.
    public static string Found(LocatedNode node, LocatedNode? key) =>
        node.Kind == NodeKind.String && key?.Text.EndsWith("assword", StringComparison.Ordinal) == true
            ? "text"
            : SchemaWords.Found(node);

    public static string? Quoting(SchemaPart part, LocatedNode node, LocatedNode? key) =>
        node.Kind switch
        {
            NodeKind.Integer
            or NodeKind.Float
            or NodeKind.Boolean
                when part.Types.HasFlag(ValueTypes.Text) && key?.Text.EndsWith("assword", StringComparison.Ordinal) != true =>
                $"write \"{node.Text}\" in quotes",
            NodeKind.Null => "give a value, or remove the key",
            _ => null,
        };
}
