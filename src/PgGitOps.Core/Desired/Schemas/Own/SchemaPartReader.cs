using System.Globalization;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>A repository's schema of draft 7 → what it asks. What is not enforced, or cannot take effect, is refused at its place.</summary>
internal sealed class SchemaPartReader(string path, LocatedNode root, List<Diagnostic> findings, bool trusted = false)
{
    private readonly Dictionary<LocatedNode, SchemaPart> parts = [];
    private readonly Suggestions suggestions = new();
    private readonly SchemaReferences references = new(root);
    private readonly SchemaPatterns patterns = new(trusted);

    public SchemaPart Read()
    {
        var before = findings.Count;
        var part = Part(root);
        if (findings.Count == before && SchemaChains.TooLong(parts) is { } circle)
            Refuse(
                circle,
                $"this schema leads back to itself, or through more than {SchemaChains.LengthMax} others, without going into a value"
            );
        return part;
    }

    private SchemaPart Part(LocatedNode node)
    {
        if (parts.TryGetValue(node, out var known))
            return known;
        var part = parts[node] = new SchemaPart();
        if (node.Kind == NodeKind.Boolean)
            part.Never = node.Text != "true";
        else if (node.Kind != NodeKind.Mapping)
            Refuse(node, "a schema is an object, or true or false");
        else
            Fill(part, node);
        return part;
    }

    private void Fill(SchemaPart part, LocatedNode node)
    {
        part.Title = node["title"] is { Kind: NodeKind.String } title ? title.Text : null;
        part.Description = node["description"] is { Kind: NodeKind.String } description ? description.Text : null;
        if (node["type"] is { } type)
            part.Types = SchemaKeywords.TypesOf(type, Refuse);
        for (var i = 0; i < node.Keys.Count; i++)
        {
            var (key, value) = (node.Keys[i], node.Items[i]);
            if (SchemaKeywords.Annotations.Contains(key.Text) || key.Text.StartsWith("x-", StringComparison.Ordinal))
                Annotation(key.Text, value);
            else if (key.Text is "$schema" or "$id")
                Identity(key, value, node);
            else if (key.Text == "$ref")
                part.Reference = Reference(value);
            else if (!SchemaKeywords.Assertions.TryGetValue(key.Text, out var judged))
                Refuse(
                    key,
                    $"the keyword '{key.Text}' is not enforced here{suggestions.Clause(key.Text, SchemaKeywords.Assertions.Keys)}",
                    "enforced: " + string.Join(", ", SchemaKeywords.Assertions.Keys.Order(StringComparer.Ordinal))
                );
            else if (node["$ref"] is not null)
                Refuse(key, $"'{key.Text}' beside $ref is ignored in draft 7", "\"allOf\": [ { \"$ref\": … }, { … } ]");
            else if ((part.Types & judged) == ValueTypes.None && part.Types != ValueTypes.None)
                Refuse(
                    key,
                    $"'{key.Text}' never takes effect beside this type",
                    $"'{key.Text}' speaks of {SchemaNames.Types(judged)}"
                );
            else
                Assertion(part, node, key, value);
        }
    }

    private void Annotation(string keyword, LocatedNode value)
    {
        if (keyword is "title" or "description" or "$comment" && value.Kind != NodeKind.String)
            Refuse(value, $"{keyword} is text");
        if (keyword is not ("definitions" or "$defs"))
            return;
        if (value.Kind != NodeKind.Mapping)
            Refuse(value, $"{keyword} is an object of schemas");
        else
        {
            foreach (var definition in value.Items)
                Part(definition);
        }
    }

    private void Identity(LocatedNode key, LocatedNode value, LocatedNode schema)
    {
        if (schema != root)
            Refuse(key, $"{key.Text} stands at the top of the file only");
        else if (
            key.Text == "$schema"
            && (
                value.Kind != NodeKind.String
                || value.Text.TrimEnd('#').Replace("https:", "http:", StringComparison.Ordinal)
                    != "http://json-schema.org/draft-07/schema"
            )
        )
            Refuse(value, "schemas here are of draft 7", "\"$schema\": \"http://json-schema.org/draft-07/schema#\"");
    }

    private void Assertion(SchemaPart part, LocatedNode schema, LocatedNode key, LocatedNode value)
    {
        switch (key.Text)
        {
            case "enum" when schema["const"] is not null:
                Refuse(key, "'enum' beside 'const' says the same twice, or nothing that holds");
                break;
            case "enum" when value.Kind == NodeKind.Sequence && value.Items.Count > 0:
                Allow(part, [.. value.Items], key);
                break;
            case "enum":
                Refuse(value, "enum is a list of values");
                break;
            case "const":
                Allow(part, [value], key);
                break;
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf":
                Number(part, key, value);
                break;
            case "pattern":
                part.Pattern = patterns.Read(value, Refuse);
                part.PatternText = value.Text;
                break;
            case "format":
                part.Format = value.Kind == NodeKind.String ? SchemaFormat.Find(value.Text) : null;
                if (part.Format is null)
                    Refuse(
                        value,
                        $"the format '{value.Text}' is not enforced here",
                        $"enforced: {SchemaFormat.Names}; any other: write a pattern"
                    );
                break;
            case "uniqueItems":
                part.UniqueItems = value.Kind == NodeKind.Boolean && value.Text == "true";
                if (value.Kind != NodeKind.Boolean)
                    Refuse(value, "uniqueItems is true or false");
                break;
            case "items" when value.Kind == NodeKind.Sequence:
                part.Tuple = [.. value.Items.Select(Part)];
                break;
            case "items":
                part.Items = Part(value);
                break;
            case "additionalItems" when schema["items"] is not { Kind: NodeKind.Sequence }:
                Refuse(key, "'additionalItems' takes effect beside a list of schemas in 'items' only");
                break;
            case "additionalItems":
                part.AdditionalItems = Part(value);
                break;
            case "contains":
                part.Contains = Part(value);
                break;
            case "required":
                part.Required = Names(value, "required");
                break;
            case "properties":
                foreach (var (name, child) in Children(value, "properties"))
                    part.Properties[name.Text] = Part(child);
                break;
            case "patternProperties":
                foreach (var (name, child) in Children(value, "patternProperties"))
                {
                    if (patterns.Read(name, Refuse) is { } regex)
                        part.PatternProperties.Add((regex, name.Text, Part(child)));
                }
                break;
            case "additionalProperties":
                part.AdditionalProperties = Part(value);
                break;
            case "propertyNames":
                part.PropertyNames = Part(value);
                break;
            case "dependencies":
                foreach (var (name, child) in Children(value, "dependencies"))
                    part.Dependencies.Add(
                        child.Kind == NodeKind.Sequence
                            ? (name.Text, Names(child, "a dependency"), null)
                            : (name.Text, [], Part(child))
                    );
                break;
            case "allOf":
                part.AllOf = Several(value, "allOf");
                break;
            case "anyOf":
                part.AnyOf = Several(value, "anyOf");
                break;
            case "oneOf":
                part.OneOf = Several(value, "oneOf");
                break;
            case "not":
                part.Not = Part(value);
                break;
            case "if" when schema["then"] is null && schema["else"] is null:
                Refuse(key, "'if' takes effect beside 'then' or 'else' only");
                break;
            case "if":
                part.If = Part(value);
                break;
            case "then" or "else" when schema["if"] is null:
                Refuse(key, $"'{key.Text}' takes effect beside 'if' only");
                break;
            case "then":
                part.Then = Part(value);
                break;
            case "else":
                part.Else = Part(value);
                break;
            case "minLength":
                part.MinLength = Count(key, value);
                break;
            case "maxLength":
                part.MaxLength = Count(key, value);
                break;
            case "minItems":
                part.MinItems = Count(key, value);
                break;
            case "maxItems":
                part.MaxItems = Count(key, value);
                break;
            case "minProperties":
                part.MinProperties = Count(key, value);
                break;
            case "maxProperties":
                part.MaxProperties = Count(key, value);
                break;
        }
    }

    private void Allow(SchemaPart part, LocatedNode[] values, LocatedNode key)
    {
        part.Allowed = values;
        foreach (var value in values)
            (value.Kind == NodeKind.String ? part.AllowedTexts : part.AllowedOthers).Add(
                value.Kind == NodeKind.String ? value.Text : JsonValues.Key(value)
            );
        if (values.All(v => (JsonValues.TypeOf(v) & part.Types) == ValueTypes.None))
            Refuse(key, $"no value of '{key.Text}' is of the type");
    }

    private void Number(SchemaPart part, LocatedNode key, LocatedNode value)
    {
        if (value.Kind is not (NodeKind.Integer or NodeKind.Float))
        {
            Refuse(value, $"{key.Text} is a number");
            return;
        }
        switch (key.Text)
        {
            case "minimum":
                part.Minimum = value;
                break;
            case "maximum":
                part.Maximum = value;
                break;
            case "exclusiveMinimum":
                part.Above = value;
                break;
            case "exclusiveMaximum":
                part.Below = value;
                break;
            default:
                part.MultipleOf = value;
                if (value.Text.StartsWith('-') || value.Text.All(c => c is '0' or '.'))
                    Refuse(value, "multipleOf is more than 0");
                break;
        }
    }

    private int? Count(LocatedNode key, LocatedNode value)
    {
        if (
            value.Kind is NodeKind.Integer or NodeKind.Float
            && JsonValues.TypeOf(value) == ValueTypes.Integer
            && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var count)
            && count is >= 0 and <= int.MaxValue
        )
            return (int)count;
        Refuse(value, $"{key.Text} is a whole number");
        return null;
    }

    private string[] Names(LocatedNode value, string what)
    {
        if (value.Kind == NodeKind.Sequence && value.Items.All(n => n.Kind == NodeKind.String))
            return [.. value.Items.Select(n => n.Text)];
        Refuse(value, $"{what} is a list of names");
        return [];
    }

    private IEnumerable<(LocatedNode Name, LocatedNode Value)> Children(LocatedNode value, string what)
    {
        if (value.Kind == NodeKind.Mapping)
            return value.Keys.Zip(value.Items);
        Refuse(value, $"{what} is an object of schemas");
        return [];
    }

    private SchemaPart[] Several(LocatedNode value, string what)
    {
        if (value.Kind == NodeKind.Sequence && value.Items.Count > 0)
            return [.. value.Items.Select(Part)];
        Refuse(value, $"{what} is a list of schemas");
        return [];
    }

    private SchemaPart? Reference(LocatedNode value)
    {
        if (value.Kind != NodeKind.String || !value.Text.StartsWith('#') || (value.Text.Length > 1 && value.Text[1] != '/'))
        {
            Refuse(value, "a $ref leads into its own file", "\"$ref\": \"#/definitions/…\"; nothing is fetched");
            return null;
        }
        if (references.Find(value.Text) is { } target)
            return Part(target);
        Refuse(value, $"nothing stands at {value.Text}{suggestions.Clause(value.Text, references.Known())}");
        return null;
    }

    private void Refuse(LocatedNode at, string message, string? hint = null) =>
        findings.Add(DocumentRules.OwnKind.At(at.SpanIn(path), message, hint));
}
