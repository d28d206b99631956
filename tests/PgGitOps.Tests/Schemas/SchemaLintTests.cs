using System.Text.Json.Nodes;
using PgGitOps.Core.Desired.Schemas;

namespace PgGitOps.Tests.Schemas;

/// <summary>The validator silently ignores part of draft 7; these rules keep the schemas inside the part that it enforces.</summary>
public sealed class SchemaLintTests
{
    public static TheoryData<string> Kinds => SchemaFiles.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Schema_UsesOnlyEnforcedKeywords(string kind)
    {
        string[] known = [.. SchemaFiles.Assertions, .. SchemaFiles.Structure, .. SchemaFiles.Annotations];

        var unknown = SchemaFiles
            .All(SchemaFiles.Read(kind))
            .SelectMany(s => s.Schema.Select(k => (s.Pointer, k.Key)))
            .Where(k => !known.Contains(k.Key));

        Assert.Empty(unknown);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Schema_BesideReference_HasAnnotationsOnly(string kind) =>
        Assert.Empty(
            SchemaFiles
                .All(SchemaFiles.Read(kind))
                .Where(s => s.Schema.ContainsKey("$ref"))
                .SelectMany(s => s.Schema.Select(k => (s.Pointer, k.Key)))
                .Where(k => k.Key != "$ref" && !SchemaFiles.Annotations.Contains(k.Key))
        );

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Schema_WithEnumPatternOrLength_IsOfTypeString(string kind) =>
        Assert.Empty(
            SchemaFiles
                .All(SchemaFiles.Read(kind))
                .Where(s => s.Schema.ContainsKey("enum") || s.Schema.ContainsKey("pattern") || s.Schema.ContainsKey("minLength"))
                .Where(s => s.Schema["type"]?.ToString() != "string")
                .Select(s => s.Pointer)
        );

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Schema_Pattern_IsAnchoredAtBothEnds(string kind) =>
        Assert.Empty(
            SchemaFiles
                .All(SchemaFiles.Read(kind))
                .SelectMany(s =>
                    (s.Schema["patternProperties"]?.AsObject().Select(p => p.Key) ?? []).Append(
                        s.Schema["pattern"]?.GetValue<string>() ?? "^$"
                    )
                )
                .Where(p => !p.StartsWith('^') || !p.EndsWith('$'))
        );

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Schema_EveryMapping_IsClosed(string kind) =>
        Assert.Empty(
            SchemaFiles
                .All(SchemaFiles.Read(kind))
                .Where(s => s.Schema["type"]?.ToString() == "object" && !s.Schema.ContainsKey("additionalProperties"))
                .Select(s => s.Pointer)
        );

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Schema_EveryField_IsDescribedForEditors(string kind) =>
        Assert.Empty(
            SchemaFiles
                .All(SchemaFiles.Read(kind))
                .SelectMany(s =>
                    s.Schema["properties"]
                        ?.AsObject()
                        .Select(p => (s.Pointer, p.Key, Described: p.Value!["description"] is not null))
                    ?? []
                )
                .Where(p => !p.Described)
        );

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Schema_ExamplesAndDefaults_AreValid(string kind)
    {
        var root = SchemaFiles.Read(kind);
        foreach (var (pointer, schema) in SchemaFiles.All(root))
        {
            foreach (var value in (schema["examples"]?.AsArray() ?? []).Append(schema["default"]).OfType<JsonNode>())
            {
                var alone = schema.DeepClone().AsObject();
                if (root["definitions"] is { } definitions)
                    alone["definitions"] = definitions.DeepClone();
                Assert.True(SchemaCheck.IsValid(alone, value), $"{pointer}: {value.ToJsonString()}");
            }
        }
    }

    [Fact]
    public void Schemas_DefinitionsOfOneName_AreEqual()
    {
        var definitions = DocumentSchemas.Kinds.SelectMany(k =>
            SchemaFiles.Read(k)["definitions"]?.AsObject().Select(d => (k, d.Key, Text: d.Value!.ToJsonString())) ?? []
        );

        Assert.Empty(definitions.GroupBy(d => d.Key).Where(g => g.Select(d => d.Text).Distinct().Count() > 1).Select(g => g.Key));
    }
}
