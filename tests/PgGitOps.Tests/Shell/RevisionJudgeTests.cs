using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;
using PgGitOps.Revisions;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Shell;

[Trait("Requirement", "R-07")]
public sealed class RevisionJudgeTests
{
    private static RevisionOutcome Judge(string scenario) =>
        new RevisionJudge(new FleetReader()).Judge(Proofs.ScenarioTests.TreeOf(scenario), []);

    [Fact]
    public void Judge_WhenEveryPromiseCanBeKept_IsValid() => Assert.IsType<RevisionOutcome.Valid>(Judge("accepted"));

    [Fact]
    public void Judge_WhenAPromiseIsRefuted_IsInvalidByClaimOnly()
    {
        var invalid = Assert.IsType<RevisionOutcome.Invalid>(Judge("zero-on-async"));
        Assert.True(invalid.Refuted);
        Assert.Contains(invalid.Diagnostics, d => d is { RuleId: "PGC001", Severity: Severity.Error, Span.Line: > 0 });
    }

    [Fact]
    public void Judge_WhenDocumentsDoNotHold_IsNotCalledRefuted() =>
        Assert.False(Assert.IsType<RevisionOutcome.Invalid>(Judge("class-unknown")).Refuted);

    [Fact]
    public void Judge_OfAnExceptionThatNamesNoField_IsInvalidAtItsPlace()
    {
        var tree = Trees.OfBytes([
            .. Desired
                .ScenarioTests.TreeOf("reference-exception-without-end")
                .Files.Select(f =>
                    (
                        f.Path,
                        Encoding.UTF8.GetBytes(
                            Encoding
                                .UTF8.GetString(f.Content.Span)
                                .Replace(
                                    "field: role/legacy*, treatment: ignore",
                                    "field: role/orders_app.logn, treatment: observe",
                                    StringComparison.Ordinal
                                )
                        )
                    )
                ),
        ]);

        var invalid = Assert.IsType<RevisionOutcome.Invalid>(new RevisionJudge(new FleetReader()).Judge(tree, []));

        var found = Assert.Single(invalid.Diagnostics, d => d.Severity == Severity.Error);
        Assert.Equal("PGR044", found.RuleId);
        Assert.Equal("environments/test/clusters/main.yaml:11:16", found.Span.ToString());
    }

    /// <summary>One judge sees many revisions: what it remembers must never change a verdict.</summary>
    [Fact]
    public void Judge_OneRevisionAfterAnother_SaysTheSameAsAFreshJudge()
    {
        var judge = new RevisionJudge(new FleetReader());
        foreach (
            var scenario in (string[])
                [
                    "accepted",
                    "zero-on-async",
                    "zero-with-degrade",
                    "accepted",
                    "zero-with-role-override",
                    "link-too-slow",
                    "zero-on-async",
                    "accepted",
                ]
        )
            Assert.Equal(Words(Judge(scenario)), Words(judge.Judge(Proofs.ScenarioTests.TreeOf(scenario), [])));
    }

    private static string Words(RevisionOutcome outcome) =>
        outcome.Match(
            valid => $"valid {string.Join('\n', valid.Diagnostics)}",
            invalid => $"invalid {invalid.Refuted} {string.Join('\n', invalid.Diagnostics)}",
            _ => "unchanged",
            _ => "refused"
        );
}
