using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.Cli.Output;

/// <summary>How the fixtures of rules went.</summary>
internal static class RuleTestOutput
{
    public static string Text(RuleTestReport report)
    {
        var text = new StringBuilder();
        foreach (var rule in report.Coverage)
        {
            var results = report.Results.Where(r => r.Rule == rule.Rule.Id).ToList();
            var failed = results.Count(r => r.Failures.Count > 0);
            text.Append(
                CultureInfo.InvariantCulture,
                $"{(failed > 0 ? "FAIL" : rule.IsComplete ? "ok  " : "thin")} {rule.Rule.Id, -8} {rule.Failing} failing, {rule.Passing} passing, {rule.StatementsRun} of {rule.Statements} statements"
            );
            if (rule.Failing == 0)
                text.Append("; no case shows what it finds");
            if (rule.Passing == 0)
                text.Append("; no case shows what it lets pass");
            text.Append('\n');
            foreach (var result in results.Where(r => r.Failures.Count > 0))
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"     {VisibleText.Of($"{result.Fixture.At}: {result.Fixture.Name}: {result.Failures[0].Message}")}\n"
                );
        }
        var all = report.Results.Count;
        var bad = report.Results.Count(r => r.Failures.Count > 0);
        text.Append(
            CultureInfo.InvariantCulture,
            $"{all - bad} cases passed, {bad} failed; {report.Coverage.Count(c => c.IsComplete)} of {report.Coverage.Count} rules have a failing and a passing case\n"
        );
        return text.ToString();
    }

    public static string Json(RuleTestReport report) =>
        new JsonObject
        {
            ["passed"] = report.Passed,
            ["cases"] = new JsonArray([
                .. report.Results.Select(r => new JsonObject
                {
                    ["rule"] = r.Rule,
                    ["case"] = r.Fixture.Name,
                    ["at"] = r.Fixture.At.ToString(),
                    ["failures"] = new JsonArray([
                        .. r.Failures.Select(f => new JsonObject { ["at"] = f.Span.ToString(), ["message"] = f.Message }),
                    ]),
                }),
            ]),
            ["coverage"] = new JsonArray([
                .. report.Coverage.Select(c => new JsonObject
                {
                    ["rule"] = c.Rule.Id,
                    ["failingCases"] = c.Failing,
                    ["passingCases"] = c.Passing,
                    ["statementsRun"] = c.StatementsRun,
                    ["statements"] = c.Statements,
                }),
            ]),
            ["problems"] = new JsonArray([
                .. report.Problems.Select(p => new JsonObject
                {
                    ["rule"] = p.RuleId,
                    ["at"] = p.Span.ToString(),
                    ["message"] = p.Message,
                }),
            ]),
        }.ToJsonString();

    public static string JUnit(RuleTestReport report) =>
        new XDocument(
            new XElement(
                "testsuites",
                report
                    .Results.GroupBy(r => r.Rule)
                    .Select(suite => new XElement(
                        "testsuite",
                        new XAttribute("name", suite.Key),
                        new XAttribute("tests", suite.Count()),
                        new XAttribute("failures", suite.Count(r => r.Failures.Count > 0)),
                        suite.Select(r => new XElement(
                            "testcase",
                            new XAttribute("classname", suite.Key),
                            new XAttribute("name", VisibleText.Of(r.Fixture.Name)),
                            new XAttribute("file", VisibleText.Of(r.Fixture.At.Path)),
                            new XAttribute("line", r.Fixture.At.Line),
                            r.Failures.Select(f => new XElement(
                                "failure",
                                new XAttribute("message", VisibleText.Of($"{f.Span}: {f.Message}"))
                            ))
                        ))
                    ))
            )
        ).ToString();
}
