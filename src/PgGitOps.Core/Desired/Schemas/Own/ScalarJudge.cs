using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;
using static PgGitOps.Core.Desired.Schemas.Own.Mismatches;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>The keywords that look at a value itself and lead to no other: lists of values, numbers, texts.</summary>
internal static class ScalarJudge
{
    public static bool IsAllowed(
        this SchemaBudget budget,
        SchemaPart part,
        LocatedNode node,
        LocatedNode? key,
        List<Mismatch>? into
    )
    {
        if (
            node.Kind == NodeKind.String
                ? part.AllowedTexts.Contains(node.Text)
                : part.AllowedOthers.Count > 0
                    && budget.Take(node.IsScalar ? 0 : JsonValues.Size(node))
                    && part.AllowedOthers.Contains(JsonValues.Key(node))
        )
            return true;
        var hint = part.AllowedTexts.Contains(node.Text) && node.IsScalar ? $"write \"{node.Text}\" in quotes" : null;
        return budget.Asks(into)
            && Wrong(
                into,
                new(
                    DocumentRules.NotInList,
                    node,
                    node,
                    $"expected {part.AllowedValues}; found {Found(node, key)}{(node.Kind == NodeKind.String ? budget.Suggestions.Clause(node.Text, part.AllowedTexts) : "")}",
                    hint
                )
            );
    }

    public static bool FitsNumber(
        this SchemaBudget budget,
        SchemaPart part,
        LocatedNode node,
        LocatedNode? key,
        List<Mismatch>? into
    )
    {
        if (
            (part.Minimum is { } least && JsonValues.Compare(node, least) < 0)
            || (part.Maximum is { } most && JsonValues.Compare(node, most) > 0)
            || (part.Above is { } above && JsonValues.Compare(node, above) <= 0)
            || (part.Below is { } below && JsonValues.Compare(node, below) >= 0)
        )
            return budget.Asks(into)
                && Wrong(
                    into,
                    new(DocumentRules.NumberRange, node, node, $"expected {SchemaNames.Range(part)}; found {Found(node, key)}")
                );
        return part.MultipleOf is not { } of
            || JsonValues.IsMultiple(node, of)
            || budget.Asks(into)
                && Wrong(
                    into,
                    new(DocumentRules.NumberRange, node, node, $"expected a multiple of {of.Text}; found {Found(node, key)}")
                );
    }

    public static bool FitsText(
        this SchemaBudget budget,
        SchemaPart part,
        LocatedNode node,
        LocatedNode? key,
        List<Mismatch>? into
    )
    {
        if (part.MinLength is not null || part.MaxLength is not null)
        {
            var length = SourceDecoding.CodePoints(node.Text);
            if (length < part.MinLength || length > part.MaxLength)
                return budget.Asks(into)
                    && Wrong(
                        into,
                        new(
                            DocumentRules.TextLength,
                            node,
                            node,
                            $"expected {part.Title ?? SchemaNames.Count("character", part.MinLength, part.MaxLength)}; found {Found(node, key)}"
                        )
                    );
        }
        if (part.Pattern is { } pattern && !pattern.Matches(node.Text, budget))
            return budget.Asks(into)
                && Wrong(
                    into,
                    new(
                        DocumentRules.Pattern,
                        node,
                        node,
                        $"expected {part.Title ?? $"text that matches {BoundedText.Cut(part.PatternText!, 200)}"}; found {Found(node, key)}"
                    )
                );
        return part.Format is not { } format
            || (budget.Take(format.Work(node.Text)) && format.Fits(node.Text))
            || budget.Asks(into)
                && Wrong(
                    into,
                    new(DocumentRules.Pattern, node, node, $"expected {part.Title ?? format.Expected}; found {Found(node, key)}")
                );
    }
}
