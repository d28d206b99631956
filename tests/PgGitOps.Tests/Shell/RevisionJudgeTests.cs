using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;
using PgGitOps.Revisions;
using PgGitOps.Tests.Proofs;

namespace PgGitOps.Tests.Shell;

[Trait("Requirement", "R-07")]
public sealed class RevisionJudgeTests
{
    private static RevisionOutcome Judge(string scenario) =>
        new RevisionJudge(new FleetReader()).Judge(ScenarioTests.TreeOf(scenario), []);

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
            Assert.Equal(Words(Judge(scenario)), Words(judge.Judge(ScenarioTests.TreeOf(scenario), [])));
    }

    private static string Words(RevisionOutcome outcome) =>
        outcome.Match(
            valid => $"valid {string.Join('\n', valid.Diagnostics)}",
            invalid => $"invalid {invalid.Refuted} {string.Join('\n', invalid.Diagnostics)}",
            _ => "unchanged",
            _ => "refused"
        );
}
