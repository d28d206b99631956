using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Verdicts;

namespace PgGitOps.Tests.Desired;

/// <summary>The policy repository that the project ships is valid, and its claims are honest.</summary>
public sealed class SampleTests
{
    [Fact]
    [Trait("Requirement", "R-16")]
    public void Read_OwnSamples_FindsNothing()
    {
        var reading = new FleetReader().Read(Trees.OfProject());

        Assert.Equal([], reading.Diagnostics.Select(d => $"{d.Span}: {d.RuleId}: {d.Message}"));
        Assert.NotNull(reading.Fleet);
        Assert.Equal(["local", "prod"], reading.Fleet.Environments.Select(e => e.Name));
        Assert.Equal(
            ["oslo", "bergen", "trondheim"],
            reading.Documents.Single(d => d.Id == "Environment/prod").Find("spec.sites")!.Value.Items.Select(s => s["name"]?.Text)
        );
    }

    [Fact]
    [Trait("Requirement", "R-07")]
    [Trait("Requirement", "R-11")]
    public void Judge_ProdSamples_RefutesNoClaim()
    {
        var fleet = new FleetReader().Read(Trees.OfProject()).Fleet!;

        var judgement = ClaimRules.Judge(fleet);

        Assert.Equal(
            [],
            judgement
                .Diagnostics.Where(d => !d.Span.Path.StartsWith("environments/local/", StringComparison.Ordinal))
                .Select(d => $"{d.Span}: {d.RuleId}: {d.Message}")
        );
        Assert.DoesNotContain(judgement.Proof.Contexts, c => c.Verdict == Verdict.Impossible);
    }

    [Theory]
    [Trait("Requirement", "R-01")]
    [InlineData("local-core", "core-1")]
    [InlineData("sentral-core", "core-1")]
    [InlineData("sentral-tasks", "tasks-1")]
    [InlineData("sentral-audit", "audit-1")]
    public void Read_Cluster_MarksTheMemberToInitialise(string cluster, string member)
    {
        var fleet = new FleetReader().Read(Trees.OfProject()).Fleet!;

        Assert.Equal(member, Assert.Single(fleet.FindCluster(cluster)!.Members, m => m.Initial).Name);
    }

    [Fact]
    public void Samples_FirstLine_NamesTheSchemaForEditors()
    {
        foreach (var file in Trees.OfProject().Files.Where(f => FleetReader.IsDocument(f.Path)))
        {
            var first = System.Text.Encoding.UTF8.GetString(file.Content.Span).Split('\n')[0];
            Assert.StartsWith("# yaml-language-server: $schema=", first, StringComparison.Ordinal);
            var schema = Path.Combine(
                Trees.ProjectDirectory,
                Path.GetDirectoryName(file.Path)!,
                first[(first.IndexOf('=', StringComparison.Ordinal) + 1)..]
            );
            Assert.True(File.Exists(schema), $"{file.Path}: {first}");
        }
    }
}
