using PgGitOps.Core.Desired.Schemas;

namespace PgGitOps.Tests.Schemas;

/// <summary>Every keyword of every schema is really enforced: a document that breaks only it is refused, and accepted once the keyword is gone.</summary>
public sealed class SchemaMutationTests
{
    public static TheoryData<string> Kinds => SchemaFiles.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Validate_MinimalDocument_IsAccepted(string kind)
    {
        var schema = SchemaFiles.Read(kind);

        Assert.Empty(SchemaCheck.Findings(schema, new SchemaMutations(schema).Valid(schema)).Select(f => f.Message));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Validate_DocumentThatBreaksOneKeyword_IsRefusedBecauseOfIt(string kind)
    {
        var schema = SchemaFiles.Read(kind);
        var mutations = new SchemaMutations(schema).Make();

        foreach (var mutation in mutations)
        {
            Assert.False(
                SchemaCheck.IsValid(schema, mutation.Document),
                $"{mutation.Pointer} is not enforced: {mutation.Document.ToJsonString()}"
            );
            if (mutation.Relaxed is { } relaxed)
                Assert.True(
                    SchemaCheck.IsValid(relaxed, mutation.Document),
                    $"{mutation.Pointer} is not the reason: {mutation.Document.ToJsonString()}"
                );
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Mutations_ReachEveryKeyword(string kind)
    {
        var schema = SchemaFiles.Read(kind);
        var reached = new SchemaMutations(schema).Make().Select(m => m.Pointer).ToHashSet();

        var written = SchemaFiles
            .All(schema)
            .SelectMany(s =>
                s.Schema.Where(k =>
                        SchemaFiles.Assertions.Contains(k.Key)
                        && !(k.Key == "additionalProperties" && k.Value is System.Text.Json.Nodes.JsonObject)
                    )
                    .Select(k => $"{s.Pointer}/{k.Key}")
            );

        Assert.Empty(written.Where(p => !reached.Contains(p)));
    }

    [Fact]
    public void Mutations_OfAllSchemas_CoverEveryAllowedAssertion() =>
        Assert.Empty(
            SchemaFiles.Assertions.Except(
                DocumentSchemas.Kinds.SelectMany(k => new SchemaMutations(SchemaFiles.Read(k)).Make()).Select(m => m.Keyword)
            )
        );
}
