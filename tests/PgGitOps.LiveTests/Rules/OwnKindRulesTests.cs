using PgGitOps.Commands;
using PgGitOps.LiveTests.Git;

namespace PgGitOps.LiveTests.Rules;

/// <summary>A repository that declares nothing but a kind of its own, with a rule for it.</summary>
[Trait("Requirement", "R-02")]
public sealed class OwnKindRulesTests : IDisposable
{
    private readonly GitScratch scratch = new();

    private static string Document(int number, int days, string kind = "Retention") =>
        $"""
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
        (string, string?)[] corpus =
        [
            .. Enumerable.Range(0, 60).Select(i => ($"policies/retention/r-{i:D3}.yaml", (string?)Document(i, i == 41 ? 3 : 14))),
        ];
        scratch.Commit(repository, "corpus", corpus);
        var undeclared = await Run(repository);
        Assert.Equal(3, undeclared.Code);
        Assert.Contains("unknown kind 'Retention'", undeclared.Out, StringComparison.Ordinal);

        scratch.Commit(
            repository,
            "its kind",
            (
                "schemas/kinds/retention.schema.json",
                """
                {
                  "type": "object", "additionalProperties": false, "required": [ "apiVersion", "kind", "metadata", "spec" ],
                  "properties": {
                    "apiVersion": { "const": "fleet.example/v1" }, "kind": { "const": "Retention" },
                    "metadata": { "type": "object", "required": [ "name" ], "additionalProperties": false, "properties": { "name": { "type": "string" } } },
                    "spec": { "type": "object", "required": [ "days" ], "additionalProperties": false, "properties": { "days": { "type": "integer", "minimum": 1 } } }
                  }
                }
                """
            ),
            (
                "policies/rules/retention.csx",
                EngineBench.Rule(
                    "RET1",
                    "if (Document[\"spec\"][\"days\"].Int < 7) Report(Document[\"spec\"][\"days\"], \"kept for less than a week\");",
                    "Retention"
                )
            )
        );
        var judged = await Run(repository);
        Assert.True(judged.Code == 4, judged.ToString());
        Assert.Contains(
            "policies/retention/r-041.yaml:6:9: error RET1: kept for less than a week",
            judged.Out,
            StringComparison.Ordinal
        );
        Assert.Contains("1 error in 1 file", judged.Out, StringComparison.Ordinal);

        scratch.Commit(repository, "mend", ("policies/retention/r-041.yaml", Document(41, 14)));
        Assert.Equal(0, (await Run(repository)).Code);
        // As the files lie in the directory, the same.
        File.WriteAllText(Path.Combine(repository, "policies/retention/r-007.yaml"), Document(7, 0));
        var lying = await Run(repository, commit: false);
        Assert.Equal(3, lying.Code);
        Assert.Contains("policies/retention/r-007.yaml:6:9: error PGS006", lying.Out, StringComparison.Ordinal);
    }

    /// <summary>Another group may have a kind of a name that the engine has too: each is judged by its own rules.</summary>
    [Fact]
    public async Task Rules_ForAKindThatTheEngineHasToo_JudgeTheirOwnDocuments()
    {
        var repository = scratch.Path("policies");
        Directory.CreateDirectory(repository);
        scratch.Git(repository, "init", "-q", "-b", "main");
        scratch.Commit(
            repository,
            "both",
            (
                "schemas/kinds/policy.schema.json",
                """
                { "properties": { "apiVersion": { "const": "fleet.example/v1" }, "kind": { "const": "RecoveryPolicy" }, "spec": { "$ref": "#/definitions/spec" } },
                  "definitions": { "spec": { "type": "object", "required": [ "days" ], "properties": { "days": { "type": "integer", "exclusiveMinimum": 0 } }, "additionalProperties": false } } }
                """
            ),
            ("policies/theirs.yaml", Document(1, 3, "RecoveryPolicy")),
            ("policies/rules/ours.csx", EngineBench.Rule("OURS", "Report(Document, \"ours\");", "RecoveryPolicy")),
            (
                "policies/rules/theirs.csx",
                EngineBench.Rule(
                    "THEIRS",
                    "if (Document[\"spec\"][\"days\"].Int < 7) Report(Document[\"spec\"][\"days\"], $\"{Document} among {Fleet.Contexts.Count}\");",
                    "fleet.example/v1/RecoveryPolicy"
                )
            ),
            (
                "policies/rules/theirs.test.yaml",
                $"# case: short\n{Document(2, 3, "RecoveryPolicy")} # expect: THEIRS error @spec.days\n# case: not by the schema\n{Document(3, 0, "RecoveryPolicy")}\n"
            )
        );
        var judged = await Run(repository);
        Assert.True(judged.Code == 4, judged.ToString());
        Assert.Contains(
            "policies/theirs.yaml:6:9: error THEIRS: fleet.example/v1/RecoveryPolicy/r-001 among 0",
            judged.Out,
            StringComparison.Ordinal
        );
        Assert.Contains("1 error in 1 file", judged.Out, StringComparison.Ordinal);

        // A fixture that names its apiVersion is held to the schema.
        var tested = await Run(repository, true, "rules", "test");
        Assert.Equal(4, tested.Code);
        Assert.Contains(
            "policies/rules/theirs.test.yaml:14:9: error PGS006: expected a number above 0; found the number 0",
            tested.Error,
            StringComparison.Ordinal
        );
        Assert.Contains("fleet.example/v1/RecoveryPolicy", (await Run(repository, true, "schema")).Out, StringComparison.Ordinal);
        Assert.Contains(
            "exclusiveMinimum",
            (await Run(repository, true, "schema", "fleet.example/v1/RecoveryPolicy")).Out,
            StringComparison.Ordinal
        );

        scratch.Commit(
            repository,
            "waived",
            (
                "policies/waivers/w.yaml",
                """
                apiVersion: pggitops.dev/v1
                kind: Waiver
                metadata: { name: w, owner: a }
                spec: { rule: THEIRS, document: fleet.example/v1/RecoveryPolicy/r-001, value: "3", approver: b, reason: for now, expires: 2999-01-01 }
                """
            )
        );
        var waived = await Run(repository);
        Assert.True(waived.Code == 0, waived.ToString());
    }

    private async Task<(int Code, string Out, string Error)> Run(string repository, bool commit = true, params string[] command)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        string[] which = commit ? ["--repo", repository, "--ref", "main"] : [repository];
        string[] words = command.Length == 0 ? ["validate", "--no-rule-cache"] : command;
        var code = await CommandTree.RunAsync(
            [.. words, .. which, "--state", scratch.Path("state"), "--no-color"],
            output,
            error,
            TimeProvider.System
        );
        return (code, output.ToString(), error.ToString());
    }

    public void Dispose() => scratch.Dispose();
}
