using PgGitOps.Commands;
using PgGitOps.LiveTests.Git;

namespace PgGitOps.LiveTests.Rules;

/// <summary>A repository that declares nothing but a kind of its own, with a rule for it.</summary>
[Trait("Requirement", "R-02")]
public sealed class OwnKindRulesTests : IDisposable
{
    private readonly GitScratch scratch = new();

    private static string Document(int number, int days, string kind = "Retention") => $"""
        # written by hand
        apiVersion: fleet.example/v1
        kind: {kind}
        metadata: {"{"} name: r-{number:D3} {"}"}
        spec:
          days: {days}
        """;

    [Fact]
    public async Task Validate_OfACorpusOfAnotherKind_NeedsASchemaAndRulesOnly()
    {
        var repository = scratch.Path("policies");
        Directory.CreateDirectory(repository);
        scratch.Git(repository, "init", "-q", "-b", "main");
        (string, string?)[] corpus = [.. Enumerable.Range(0, 60).Select(i => ($"policies/retention/r-{i:D3}.yaml", (string?)Document(i, i == 41 ? 3 : 14)))];
        scratch.Commit(repository, "corpus", corpus);
        var undeclared = await Run(repository);
        Assert.Equal(3, undeclared.Code);
        Assert.Contains("unknown kind 'Retention'", undeclared.Out, StringComparison.Ordinal);

        scratch.Commit(repository, "its kind",
            ("schemas/kinds/retention.schema.json", """
                {
                  "type": "object", "additionalProperties": false, "required": [ "apiVersion", "kind", "metadata", "spec" ],
                  "properties": {
                    "apiVersion": { "const": "fleet.example/v1" }, "kind": { "const": "Retention" },
                    "metadata": { "type": "object", "required": [ "name" ], "additionalProperties": false, "properties": { "name": { "type": "string" } } },
                    "spec": { "type": "object", "required": [ "days" ], "additionalProperties": false, "properties": { "days": { "type": "integer", "minimum": 1 } } }
                  }
                }
                """),
            ("policies/rules/retention.csx", EngineBench.Rule("RET1", "if (Document[\"spec\"][\"days\"].Int < 7) Report(Document[\"spec\"][\"days\"], \"kept for less than a week\");", "Retention")));
        var judged = await Run(repository);
        Assert.True(judged.Code == 4, judged.ToString());
        Assert.Contains("policies/retention/r-041.yaml:6:9: error RET1: kept for less than a week", judged.Out, StringComparison.Ordinal);
        Assert.Contains("1 error in 1 file", judged.Out, StringComparison.Ordinal);

        scratch.Commit(repository, "mend", ("policies/retention/r-041.yaml", Document(41, 14)));
        Assert.Equal(0, (await Run(repository)).Code);
        // As the files lie in the directory, the same.
        File.WriteAllText(Path.Combine(repository, "policies/retention/r-007.yaml"), Document(7, 0));
        var lying = await Run(repository, commit: false);
        Assert.Equal(3, lying.Code);
        Assert.Contains("policies/retention/r-007.yaml:6:9: error PGS006", lying.Out, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Out, string Error)> Run(string repository, bool commit = true)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] which = commit ? ["--repo", repository, "--ref", "main"] : [repository];
        var code = await CommandTree.RunAsync(["validate", .. which, "--state", scratch.Path("state"), "--no-color", "--no-rule-cache"], output, error, TimeProvider.System);
        return (code, output.ToString(), error.ToString());
    }

    public void Dispose() => scratch.Dispose();
}
