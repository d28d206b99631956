using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>A schema of draft 7, read: what it asks of a value. What is null or empty asks nothing.</summary>
internal sealed class SchemaPart
{
    /// <summary>The schema <c>false</c>: no value is right.</summary>
    public bool Never { get; set; }

    /// <summary>What a <c>$ref</c> leads to; it stands alone.</summary>
    public SchemaPart? Reference { get; set; }

    public string? Title { get; set; }
    public string? Description { get; set; }

    public ValueTypes Types { get; set; } = ValueTypes.All;

    /// <summary>Values of <c>enum</c> or <c>const</c>, for messages.</summary>
    public LocatedNode[]? Allowed { get; set; }

    /// <summary>Texts among <see cref="Allowed"/>, and the keys of its other values.</summary>
    public HashSet<string> AllowedTexts { get; } = new(StringComparer.Ordinal);

    public HashSet<string> AllowedOthers { get; } = new(StringComparer.Ordinal);

    public LocatedNode? Minimum { get; set; }
    public LocatedNode? Maximum { get; set; }
    public LocatedNode? Above { get; set; }
    public LocatedNode? Below { get; set; }
    public LocatedNode? MultipleOf { get; set; }

    public int? MinLength { get; set; }
    public int? MaxLength { get; set; }
    public SchemaPattern? Pattern { get; set; }
    public string? PatternText { get; set; }
    public SchemaFormat? Format { get; set; }

    public SchemaPart? Items { get; set; }
    public SchemaPart[]? Tuple { get; set; }
    public SchemaPart? AdditionalItems { get; set; }
    public SchemaPart? Contains { get; set; }
    public int? MinItems { get; set; }
    public int? MaxItems { get; set; }
    public bool UniqueItems { get; set; }

    public string[] Required { get; set; } = [];
    public Dictionary<string, SchemaPart> Properties { get; } = new(StringComparer.Ordinal);
    public List<(SchemaPattern Name, string Text, SchemaPart Part)> PatternProperties { get; } = [];
    public SchemaPart? AdditionalProperties { get; set; }
    public SchemaPart? PropertyNames { get; set; }
    public int? MinProperties { get; set; }
    public int? MaxProperties { get; set; }
    public List<(string Key, string[] Needs, SchemaPart? Part)> Dependencies { get; } = [];

    public SchemaPart[] AllOf { get; set; } = [];
    public SchemaPart[] AnyOf { get; set; } = [];
    public SchemaPart[] OneOf { get; set; } = [];
    public SchemaPart? Not { get; set; }
    public SchemaPart? If { get; set; }
    public SchemaPart? Then { get; set; }
    public SchemaPart? Else { get; set; }

    /// <summary>What the findings of a thousand documents say of it, put together once.</summary>
    public string AllowedKeys => field ??= BoundedText.List([.. Properties.Keys.Order(StringComparer.Ordinal)]);

    public string AllowedValues => field ??= Allowed is { } values ? SchemaNames.Allowed(values) : "";

    public string KeyPatterns => field ??= BoundedText.List([.. PatternProperties.Select(p => p.Text)], " or ");

    public string Named => field ??= SchemaNames.Of(this);

    /// <summary>Whether it asks more of the value than its own keywords do.</summary>
    public bool HasForms => AllOf.Length + AnyOf.Length + OneOf.Length > 0 || Not is not null || If is not null;

    public SchemaPart Actual => Reference is null ? this : Reference.Actual;

    /// <summary>Parts that judge the same value.</summary>
    public IEnumerable<SchemaPart> InPlace =>
        new[] { Reference, Not, If, Then, Else }
            .OfType<SchemaPart>()
            .Concat(AllOf)
            .Concat(AnyOf)
            .Concat(OneOf)
            .Concat(Dependencies.Select(d => d.Part).OfType<SchemaPart>());
}
