using System.Text.Json;
using System.Xml.Linq;
using NJsonSchema;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Reporting.Proofs;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Proofs;

public sealed class ProveReportTests
{
    private static ValidFleet FleetOf(string scenario) =>
        new FleetReader().Read(ScenarioTests.TreeOf(scenario)).Fleet
        ?? throw new InvalidOperationException($"{scenario} is read without errors");

    [Theory]
    [InlineData("accepted")]
    [InlineData("zero-on-async")]
    [InlineData("manual-restore-only")]
    public async Task Json_FitsItsSchemaAndIsStable(string scenario)
    {
        var fleet = FleetOf(scenario);
        var json = ProveJson.Of(Prover.Prove(fleet));

        var schema = await JsonSchema.FromFileAsync(
            Path.Combine(Trees.ProjectDirectory, "schemas", "reports", "prove.schema.json")
        );
        Assert.Empty(schema.Validate(json));
        Assert.Equal(json, ProveJson.Of(Prover.Prove(fleet)));
        Assert.Equal(
            "tenancy",
            JsonDocument.Parse(json).RootElement.GetProperty("contexts")[0].GetProperty("context").GetString()
        );
    }

    [Theory]
    [InlineData("lose oslo")]
    [InlineData("cut oslo-bergen then lose core-2")]
    public async Task WhatIfJson_FitsItsSchema(string text)
    {
        var fleet = FleetOf("zero-with-local-quorum");
        var question = WhatIf.Parse(text, fleet, out var error);
        Assert.True(question is not null, error);

        var json = ProveWhatIf.Json(question, WhatIfAnswer.Of(fleet, question));

        var schema = await JsonSchema.FromFileAsync(
            Path.Combine(Trees.ProjectDirectory, "schemas", "reports", "what-if.schema.json")
        );
        Assert.Empty(schema.Validate(json));
        Assert.NotEmpty(schema.Validate(json.Replace("\"touched\"", "\"struck\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Html_IsSelfContainedAndMarksWhatIsLost()
    {
        var page = ProveHtml.Of(Prover.Prove(FleetOf("zero-with-local-quorum")));

        Assert.DoesNotContain("http", page.Replace("charset", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        var drawing = XElement.Parse(
            page[page.IndexOf("<svg", StringComparison.Ordinal)..(page.IndexOf("</svg>", StringComparison.Ordinal) + 6)]
        );
        var lost = drawing
            .Elements("g")
            .Where(g => g.Attribute("class")!.Value.EndsWith("lost", StringComparison.Ordinal))
            .Select(g => g.Element("text")!.Value);
        Assert.Equal(["core-1", "core-2"], lost.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Text_NamesTheCounterexampleAndTheAssumptions()
    {
        var text = ProveText.Of(Prover.Prove(FleetOf("zero-with-local-quorum")), details: true);

        Assert.Contains("X unbounded", text, StringComparison.Ordinal);
        Assert.Contains("core-1 and core-2 are both there", text, StringComparison.Ordinal);
        Assert.Contains("nobody cancels a waiting commit", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_ListsWhatCannotBeKept() =>
        Assert.Contains(
            "### tenancy: objectives cannot be met",
            ProveMarkdown.Of(Prover.Prove(FleetOf("zero-on-async"))),
            StringComparison.Ordinal
        );

    [Fact]
    [Trait("Requirement", "R-12")]
    public void Answer_SaysWhatIsLostInEachScenario()
    {
        var fleet = FleetOf("one-posture-for-all");
        // Mixes of faults are tried where somebody claims to survive more than one.
        var proof = Prover.Prove(fleet with { Policies = [.. fleet.Policies.Select(p => p with { Tolerates = 2 })] });

        var card = ProveAnswer.Text(proof, proof.Find("billing")!);

        Assert.All(FailureScenarios.All, s => Assert.Contains(s.Title(), card, StringComparison.Ordinal));
        Assert.Contains("stricter      tenancy", card, StringComparison.Ordinal);
    }

    [Fact]
    public void Answer_OfAnOwnerThatATerminalObeys_ShowsIt()
    {
        var fleet = FleetOf("one-posture-for-all");
        fleet = fleet with
        {
            Policies = [.. fleet.Policies.Select(p => p with { Head = p.Head with { Owner = "team\e[2K\r\nb" } })],
        };
        var proof = Prover.Prove(fleet);

        var card = ProveAnswer.Text(proof, proof.Find("billing")!);

        Assert.StartsWith("billing (owner team\\u001B[2K\\u000D\\u000Ab)\n", card, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lose oslo", "primary core-1 -> core-3")]
    [InlineData("cut oslo-bergen", "cut oslo-bergen: commits wait until the sites can talk again")]
    [InlineData("lose core-2 then oslo", "lose core-2: the primary goes on")]
    public void WhatIf_PlaysTheQuestion(string question, string expected)
    {
        var fleet = FleetOf("accepted");
        var parsed = WhatIf.Parse(question, fleet, out var error);
        Assert.Null(error);

        var text = ProveWhatIf.Text(parsed!, WhatIfAnswer.Of(fleet, parsed!));

        Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lose osslo", "nothing in the fleet is called 'osslo' (did you mean 'oslo'?)")]
    [InlineData("cut oslo-paris", "'oslo-paris' is not a pair of sites")]
    [InlineData("explode oslo", "is not an event")]
    [InlineData("", "names no event")]
    public void WhatIf_WhenTheQuestionIsWrong_SaysWhy(string question, string expected)
    {
        Assert.Null(WhatIf.Parse(question, FleetOf("accepted"), out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }
}
