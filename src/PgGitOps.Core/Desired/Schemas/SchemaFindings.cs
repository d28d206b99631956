using Newtonsoft.Json.Linq;
using NJsonSchema;
using NJsonSchema.Validation;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas;

/// <summary>Checks one document against its schema and turns what the validator answers into sentences with places.</summary>
internal sealed class SchemaFindings
{
    private static readonly JsonLoadSettings Loading = new()
    {
        LineInfoHandling = LineInfoHandling.Load,
        CommentHandling = CommentHandling.Ignore,
    };

    private readonly string path;
    private readonly NodeIndex index;
    private readonly Suggestions suggestions;
    private readonly List<Diagnostic> findings = [];
    private readonly HashSet<int> mistyped = [];

    private SchemaFindings(string path, NodeIndex index, Suggestions suggestions)
    {
        this.suggestions = suggestions;
        this.path = path;
        this.index = index;
    }

    public static IReadOnlyList<Diagnostic> Of(string path, LocatedNode root, JsonSchema schema, Suggestions suggestions)
    {
        // Depth is bounded where the document is read.
        using var reader = new NodeJsonReader(root) { MaxDepth = null };
        var errors = DocumentSchemas.Validator.Validate(JToken.Load(reader, Loading), schema);
        if (errors.Count == 0)
            return [];
        var made = new SchemaFindings(path, new NodeIndex(root), suggestions);
        var flat = Flatten(errors).ToList();
        foreach (var error in flat.Where(IsTypeError))
            made.mistyped.Add(error.LineNumber);
        foreach (var error in flat.Take(FindingLimit.OfFile + 1))
            made.Add(error);
        return made.findings;
    }

    private static bool IsTypeError(ValidationError error) =>
        error.Kind
            is ValidationErrorKind.StringExpected
                or ValidationErrorKind.NumberExpected
                or ValidationErrorKind.IntegerExpected
                or ValidationErrorKind.BooleanExpected
                or ValidationErrorKind.ObjectExpected
                or ValidationErrorKind.ArrayExpected
                or ValidationErrorKind.NullExpected
                or ValidationErrorKind.NoTypeValidates;

    // Items and members nest their errors; of alternatives, the one of the value's own type is meant.
    private static IEnumerable<ValidationError> Flatten(IEnumerable<ValidationError> errors)
    {
        foreach (var error in errors)
        {
            if (error is not ChildSchemaValidationError nested)
            {
                yield return error;
                continue;
            }
            var branches = nested.Errors.Values.AsEnumerable();
            if (error.Kind is ValidationErrorKind.NotAnyOf or ValidationErrorKind.NotOneOf)
            {
                var meant = branches
                    .Where(b => b.Count > 0 && !b.Any(e => IsTypeError(e) && e.LineNumber == error.LineNumber))
                    .ToList();
                if (meant.Count != 1)
                {
                    yield return error;
                    continue;
                }
                branches = meant;
            }
            foreach (var inner in branches.SelectMany(b => Flatten(b)))
                yield return inner;
        }
    }

    private void Add(ValidationError error)
    {
        var place =
            index.Find(error.LineNumber)
            ?? throw new InvalidOperationException("Every error of the validator carries the number of a node.");
        if (!IsTypeError(error) && mistyped.Contains(error.LineNumber))
            return;
        var schema = error.Schema.ActualSchema;
        switch (error.Kind)
        {
            case ValidationErrorKind.NoAdditionalPropertiesAllowed:
                UnknownKey(place, schema);
                break;
            case ValidationErrorKind.PropertyRequired:
                var parent = place.Field.Length == 0 ? "the document" : place.Field;
                Report(
                    DocumentRules.MissingKey,
                    (place.Key ?? place.Node.Keys.First ?? place.Node).SpanIn(path),
                    NodeIndex.Child(place.Field, error.Property),
                    $"missing key '{error.Property}' in {parent}",
                    DescriptionOf(schema, error.Property)
                );
                break;
            case ValidationErrorKind.NotInEnumeration:
                NotInList(place, schema);
                break;
            case ValidationErrorKind.TooManyProperties or ValidationErrorKind.TooFewProperties:
                KeyCount(place, schema);
                break;
            case ValidationErrorKind.NotAnyOf or ValidationErrorKind.NotOneOf:
                var forms = string.Join(
                    " or ",
                    schema.AnyOf.Concat(schema.OneOf).Select(s => SchemaWords.Expected(s.ActualSchema))
                );
                Report(DocumentRules.NoAlternative, place, $"expected {forms}; found {Found(place)}");
                break;
            case ValidationErrorKind.ItemsNotUnique:
                var seen = new HashSet<string>(StringComparer.Ordinal);
                var repeated = place.Node.Items.Where(i => i.IsScalar && !seen.Add(i.Text)).Append(place.Node).First();
                Report(
                    DocumentRules.RepeatedItem,
                    index.Find(repeated.Number)!,
                    $"{SchemaWords.Found(repeated)} stands twice in the list",
                    "remove one of the two"
                );
                break;
            default:
                var rule = RuleOf(error.Kind);
                Report(
                    rule,
                    place,
                    $"expected {SchemaWords.Expected(schema, rule)}; found {Found(place)}",
                    rule != DocumentRules.WrongType ? null
                        : IsSecret(place.Field) ? SecretForms
                        : Quoting(schema, place.Node)
                );
                break;
        }
    }

    private static DiagnosticRule RuleOf(ValidationErrorKind kind) =>
        kind switch
        {
            ValidationErrorKind.PatternMismatch => DocumentRules.Pattern,
            ValidationErrorKind.NumberTooBig or ValidationErrorKind.NumberTooSmall or ValidationErrorKind.NumberNotMultipleOf =>
                DocumentRules.NumberRange,
            ValidationErrorKind.StringTooShort or ValidationErrorKind.StringTooLong => DocumentRules.TextLength,
            ValidationErrorKind.TooFewItems or ValidationErrorKind.TooManyItems => DocumentRules.ItemCount,
            _ => DocumentRules.WrongType,
        };

    private void UnknownKey(NodePlace place, JsonSchema schema)
    {
        var key = place.Node.Text;
        if (schema.PatternProperties.Count > 0)
        {
            Report(
                DocumentRules.UnknownKey,
                place,
                $"the key '{key}' is not a name that can stand here",
                SchemaWords.PatternHint(schema)
            );
            return;
        }
        var known = schema.Properties.Keys.Order(StringComparer.Ordinal).ToList();
        var hint = known.Count == 0 ? "no key is allowed here" : "allowed here: " + string.Join(", ", known);
        Report(DocumentRules.UnknownKey, place, $"unknown key '{key}'{suggestions.Clause(key, known)}", hint);
    }

    private void NotInList(NodePlace place, JsonSchema schema)
    {
        var allowed = schema.Enumeration.Select(v => $"{v}").ToList();
        var rule = place.Field == "apiVersion" ? DocumentRules.UnknownApiVersion : DocumentRules.NotInList;
        var list = allowed.Count == 1 ? allowed[0] : "one of " + string.Join(", ", allowed);
        Report(rule, place, $"expected {list}; found {Found(place)}{suggestions.Clause(place.Node.Text, allowed)}");
    }

    private void KeyCount(NodePlace place, JsonSchema schema)
    {
        var known = string.Join(", ", schema.Properties.Keys.Order(StringComparer.Ordinal));
        var count = schema is { MinProperties: 1, MaxProperties: 1 } ? "exactly one" : "at least one";
        var found =
            place.Node.Keys.Count == 0 ? "none" : BoundedText.List([.. place.Node.Keys.Take(100).Select(k => k.Text)], " and ");
        Report(
            DocumentRules.KeyCount,
            (place.Key ?? place.Node).SpanIn(path),
            place.Field,
            $"expected {count} {(known.Length == 0 ? "key" : "of " + known)}; found {found}",
            null
        );
    }

    private static string Found(NodePlace place) =>
        IsSecret(place.Field) && place.Node.Kind == NodeKind.String ? "text" : SchemaWords.Found(place.Node);

    // Somebody who writes a password in clear text must not find it in a log as well.
    private static bool IsSecret(string field) => field.EndsWith("assword", StringComparison.Ordinal);

    private const string SecretForms = "say where the secret is found: { env: VARIABLE } or { file: PATH }";

    private static string? Quoting(JsonSchema schema, LocatedNode node) =>
        schema.Type == JsonObjectType.String && node.Kind is NodeKind.Integer or NodeKind.Float or NodeKind.Boolean
            ? $"write \"{BoundedText.Cut(node.Text, 100)}\" in quotes"
        : node.Kind == NodeKind.Null ? "give a value, or remove the key"
        : null;

    private static string? DescriptionOf(JsonSchema schema, string property) =>
        schema.Properties.TryGetValue(property, out var known)
        && (known.Description ?? known.ActualSchema.Title) is { Length: > 0 } description
            ? $"{property}: {description}"
            : null;

    private void Report(DiagnosticRule rule, NodePlace place, string message, string? hint = null) =>
        Report(rule, place.Node.SpanIn(path), place.Field, message, hint);

    private void Report(DiagnosticRule rule, SourceSpan span, string field, string message, string? hint) =>
        findings.Add(rule.At(span, message, hint) with { Field = field });
}
