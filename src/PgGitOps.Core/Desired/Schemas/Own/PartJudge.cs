using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;
using static PgGitOps.Core.Desired.Schemas.Own.Mismatches;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>Judges one document by a repository's schema, one recursion over the keywords that lead to other values or schemas, in a bounded number of steps: a schema comes from a stranger.</summary>
internal sealed class PartJudge(SchemaBudget budget)
{
    /// <summary>Whether the document fits, as far as the budget allows to say so.</summary>
    public static bool Fits(LocatedNode root, SchemaPart schema, SchemaBudget budget)
    {
        budget.Begin(root);
        return new PartJudge(budget).Fits(schema, root, null, null) && !budget.IsExhausted;
    }

    public static IReadOnlyList<Diagnostic> Of(string path, LocatedNode root, SchemaPart schema, SchemaBudget budget)
    {
        // Nearly every document is right, and learns so without anything being written down.
        if (Fits(root, schema, budget))
            return [];
        var mismatches = new List<Mismatch>();
        if (!budget.IsExhausted)
        {
            budget.Begin(root);
            new PartJudge(budget).Fits(schema, root, null, mismatches);
        }
        if (budget.IsExhausted)
            return
            [
                DocumentRules.OwnKind.At(
                    root.SpanIn(path),
                    "to check this document against the schema of its kind takes too many steps",
                    "the schema tries too many alternatives, or matches long texts by large patterns"
                ),
            ];
        var index = new NodeIndex(root);
        // A value of the wrong type is said to be that, and nothing more.
        var mistyped = mismatches.Where(m => m.Rule == DocumentRules.WrongType).Select(m => m.Node).ToHashSet();
        return
        [
            .. mismatches
                .Where(m => m.Rule == DocumentRules.WrongType || !mistyped.Contains(m.Node))
                .Select(m =>
                {
                    var field = index.Find(m.Shown.Number)?.Field ?? "";
                    if (m.Missing is { } missing)
                        field = NodeIndex.Child(index.Find(m.Node.Number)?.Field ?? "", missing);
                    return m.Rule.At(m.Shown.SpanIn(path), m.Message, m.Hint) with { Field = field };
                })
                .Distinct(),
        ];
    }

    /// <param name="key">The key that leads to the value, or null.</param>
    /// <param name="into">Everything wrong; null to stop at the first.</param>
    private bool Fits(SchemaPart part, LocatedNode node, LocatedNode? key, List<Mismatch>? into)
    {
        // Hashing, counting and comparing a text, and comparing a whole collection with another value, cost what they look at.
        if (!budget.Take(1 + (node.Text.Length >> 6)))
            return false;
        if (part.Reference is { } reference)
            return Fits(reference, node, key, into);
        if (part.Never)
            return budget.Asks(into)
                && Wrong(
                    into,
                    key is { } named
                        ? new(DocumentRules.UnknownKey, node, named, $"the key '{named.Text}' cannot stand here")
                        : new(DocumentRules.NoAlternative, node, node, "nothing can stand here")
                );
        if ((JsonValues.TypeOf(node) & part.Types) == ValueTypes.None)
            return budget.Asks(into)
                && Wrong(
                    into,
                    new(
                        DocumentRules.WrongType,
                        node,
                        node,
                        $"expected {SchemaNames.Types(part.Types)}; found {Found(node, key)}",
                        Quoting(part, node, key)
                    )
                );
        var fits =
            (part.Allowed is null || budget.IsAllowed(part, node, key, into))
            & (
                node.Kind switch
                {
                    NodeKind.Mapping => FitsMapping(part, node, key, into),
                    NodeKind.Sequence => FitsList(part, node, key, into),
                    NodeKind.String => budget.FitsText(part, node, key, into),
                    NodeKind.Integer or NodeKind.Float => budget.FitsNumber(part, node, key, into),
                    NodeKind.Boolean or NodeKind.Null => true,
                }
            );
        return part.HasForms ? (fits || into is not null) && FitsForms(part, node, key, into) & fits : fits;
    }

    private bool FitsList(SchemaPart part, LocatedNode node, LocatedNode? key, List<Mismatch>? into)
    {
        var fits = true;
        var items = node.Items;
        if (items.Count < part.MinItems || items.Count > part.MaxItems)
            fits =
                budget.Asks(into)
                && Wrong(
                    into,
                    new(
                        DocumentRules.ItemCount,
                        node,
                        node,
                        $"expected {SchemaNames.Count("item", part.MinItems, part.MaxItems)}; found {SchemaWords.Found(node)}"
                    )
                );
        for (var i = 0; i < items.Count && (fits || into is not null); i++)
        {
            var schema =
                part.Tuple is null ? part.Items
                : i < part.Tuple.Length ? part.Tuple[i]
                : part.AdditionalItems;
            if (schema is not null && !Fits(schema, items[i], null, into))
                fits = false;
        }
        if (part.UniqueItems && items.Count > 1 && budget.Take(JsonValues.Size(node)))
            fits &= AreUnique(items, into);
        if (part.Contains is { } wanted && !AnyFits(wanted, items))
            fits =
                budget.Asks(into)
                && Wrong(
                    into,
                    new(
                        DocumentRules.ItemCount,
                        node,
                        key ?? node,
                        $"expected a list with an item that is {wanted.Actual.Named}; found {SchemaWords.Found(node)}"
                    )
                );
        return fits;
    }

    private bool AnyFits(SchemaPart wanted, NodeList items)
    {
        foreach (var item in items)
        {
            if (Fits(wanted, item, null, null))
                return true;
            if (budget.IsExhausted)
                return false;
        }
        return false;
    }

    private bool AreUnique(NodeList items, List<Mismatch>? into)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (!seen.Add(JsonValues.Key(item)))
                return budget.Asks(into)
                    && Wrong(
                        into,
                        new(
                            DocumentRules.RepeatedItem,
                            item,
                            item,
                            $"{SchemaWords.Found(item)} stands twice in the list",
                            "remove one of the two"
                        )
                    );
        }
        return true;
    }

    private bool FitsMapping(SchemaPart part, LocatedNode node, LocatedNode? key, List<Mismatch>? into)
    {
        var fits = true;
        foreach (var name in part.Required)
        {
            if (!budget.Take(1 + (node.Keys.Count >> 2)))
                return false;
            if (node.KeyOf(name) is null)
                fits = Missing(part, node, key, name, into, null);
        }
        if (node.Keys.Count < part.MinProperties || node.Keys.Count > part.MaxProperties)
            fits =
                budget.Asks(into)
                && Wrong(
                    into,
                    new(
                        DocumentRules.KeyCount,
                        node,
                        key ?? node,
                        $"expected {SchemaNames.Count("key", part.MinProperties, part.MaxProperties)}; found {(node.Keys.Count == 0 ? "none" : BoundedText.List([.. node.Keys.Take(100).Select(k => k.Text)]))}"
                    )
                );
        for (var i = 0; i < node.Keys.Count && (fits || into is not null); i++)
            fits &= FitsProperty(part, node.Keys[i], node.Items[i], into);
        foreach (var (trigger, needs, schema) in part.Dependencies)
        {
            if (!budget.Take(1 + ((needs.Length + 1L) * node.Keys.Count >> 2)))
                return false;
            if (node.KeyOf(trigger) is null)
                continue;
            foreach (var name in needs)
            {
                if (node.KeyOf(name) is null)
                    fits = Missing(part, node, key, name, into, trigger);
            }
            if (schema is not null && !Fits(schema, node, key, into))
                fits = false;
        }
        return fits;
    }

    private bool FitsProperty(SchemaPart part, LocatedNode key, LocatedNode value, List<Mismatch>? into)
    {
        var (fits, known) = (true, false);
        if (part.PropertyNames is { } names && !Fits(names, key, null, null))
            fits =
                budget.Asks(into)
                && Wrong(
                    into,
                    new(
                        DocumentRules.UnknownKey,
                        key,
                        key,
                        $"the key '{key.Text}' is not a name that can stand here",
                        $"names here are {names.Actual.Named}{(names.Actual.PatternText is { } pattern ? $" that matches {BoundedText.Cut(pattern, 200)}" : "")}"
                    )
                );
        if (part.Properties.TryGetValue(key.Text, out var schema))
        {
            known = true;
            fits &= Fits(schema, value, key, into);
        }
        foreach (var (name, _, pattern) in part.PatternProperties)
        {
            if (!name.Matches(key.Text, budget))
                continue;
            known = true;
            fits &= Fits(pattern, value, key, into);
        }
        if (known || part.AdditionalProperties is not { } additional)
            return fits;
        if (!additional.Actual.Never)
            return Fits(additional, value, key, into) && fits;
        var hint =
            part.PatternProperties.Count > 0 ? "names here match " + part.KeyPatterns
            : part.Properties.Count == 0 ? "no key is allowed here"
            : "allowed here: " + part.AllowedKeys;
        return budget.Asks(into)
            && Wrong(
                into,
                new(
                    DocumentRules.UnknownKey,
                    value,
                    key,
                    $"unknown key '{BoundedText.Cut(key.Text, 100)}'{budget.Suggestions.Clause(key.Text, part.Properties.Keys)}",
                    hint
                )
            );
    }

    private bool FitsForms(SchemaPart part, LocatedNode node, LocatedNode? key, List<Mismatch>? into)
    {
        var fits = true;
        foreach (var one in part.AllOf)
            fits &= Fits(one, node, key, into);
        if (part.AnyOf.Length > 0 && !part.AnyOf.Any(p => Fits(p, node, key, null)))
            fits = NoForm(part.AnyOf, node, key, into);
        if (part.OneOf.Length > 0)
        {
            var count = part.OneOf.Count(p => Fits(p, node, key, null));
            if (count == 0)
                fits = NoForm(part.OneOf, node, key, into);
            else if (count > 1)
                fits =
                    budget.Asks(into)
                    && Wrong(
                        into,
                        new(
                            DocumentRules.NoAlternative,
                            node,
                            Shown(node, key),
                            $"{Found(node, key)} fits {count} of the forms allowed here, and only one may be meant"
                        )
                    );
        }
        if (part.Not is { } not && Fits(not, node, key, null))
            fits =
                budget.Asks(into)
                && Wrong(
                    into,
                    new(
                        DocumentRules.NoAlternative,
                        node,
                        Shown(node, key),
                        $"{Found(node, key)} is what the schema excludes here",
                        not.Actual is { Title: null, Allowed: null, Types: ValueTypes.All, Required: [] }
                            ? null
                            : $"excluded: {not.Actual.Named}"
                    )
                );
        if (part.If is { } condition && (Fits(condition, node, key, null) ? part.Then : part.Else) is { } then)
            fits &= Fits(then, node, key, into);
        return fits;
    }

    // Of several forms the one of the value's own type, and with the same words that tell forms apart, is meant.
    private bool NoForm(SchemaPart[] forms, LocatedNode node, LocatedNode? key, List<Mismatch>? into)
    {
        if (into is null)
            return false;
        var meant = new List<List<Mismatch>>();
        foreach (var form in forms)
        {
            var mismatches = new List<Mismatch>();
            Fits(form, node, key, mismatches);
            if (!budget.Take((long)mismatches.Count * (1 + (node.Items.Count >> 4))))
                return false;
            if (
                !mismatches.Exists(m =>
                    (m.Rule == DocumentRules.WrongType && m.Node == node)
                    || (m.Rule == DocumentRules.NotInList && (m.Node == node || node.Items.Contains(m.Node)))
                )
            )
                meant.Add(mismatches);
        }
        if (meant is [{ Count: > 0 } only])
        {
            into.AddRange(only);
            return false;
        }
        return budget.Asks(into)
            && Wrong(
                into,
                new(
                    DocumentRules.NoAlternative,
                    node,
                    Shown(node, key),
                    $"expected {BoundedText.List([.. forms.Select(f => f.Actual.Named).Distinct()], " or ")}; found {Found(node, key)}"
                )
            );
    }

    private bool Missing(SchemaPart part, LocatedNode node, LocatedNode? key, string name, List<Mismatch>? into, string? because)
    {
        if (into is null)
            return false;
        var known = part.Properties.GetValueOrDefault(name)?.Actual;
        return budget.Asks(into)
            && Wrong(
                into,
                new(
                    DocumentRules.MissingKey,
                    node,
                    key ?? node.Keys.First ?? node,
                    $"missing key '{name}'{(key is { } named ? $" in {named.Text}" : "")}{(because is null ? "" : $", which '{because}' needs beside it")}",
                    (known?.Description ?? known?.Title) is { Length: > 0 } text ? $"{name}: {text}" : null,
                    name
                )
            );
    }
}
