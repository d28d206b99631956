using System.Text;
using System.Text.Json.Nodes;
using PgGitOps.Core.Reporting.Plans;

namespace PgGitOps.Tests.Reporting;

/// <summary>A plan file is read as it was written, or refused with the place of what is wrong.</summary>
public class PlanFileTests
{
    [Theory]
    [MemberData(nameof(PlanReportTests.Names), MemberType = typeof(PlanReportTests))]
    public void PlanFile_ReadBack_IsTheSamePlanAndTheSameBytes(string world)
    {
        var (plan, _, _) = PlanReportTests.Of(world);
        var bytes = PlanJson.Write(plan);

        var read = Assert.IsType<PlanFile.Sealed>(PlanFile.Read(bytes)).Plan;

        // What is only to be recorded, and what has to be read first, is found anew by whoever applies the file.
        Assert.Equal([.. plan.Clusters.Select(c => c with { Found = [], Alert = null })], read.Clusters);
        Assert.Equal(bytes.ToArray(), PlanJson.Write(read).ToArray());
    }

    [Fact]
    public void PlanFile_EditedByHand_IsBroken()
    {
        var (plan, _, _) = PlanReportTests.Of("drifted");
        var edited = Encoding
            .UTF8.GetString(PlanJson.Write(plan).Span)
            .Replace("DROP ROLE \\\"gone\\\"", "DROP ROLE \\\"boss\\\"", StringComparison.Ordinal);

        Assert.Contains("boss\\\"", edited, StringComparison.Ordinal);
        Assert.Contains(
            "changed",
            Assert.IsType<PlanFile.Broken>(PlanFile.Read(Encoding.UTF8.GetBytes(edited))).Reason,
            StringComparison.Ordinal
        );
        Assert.IsType<PlanFile.Broken>(PlanFile.Read("{}"u8.ToArray()));
        Assert.IsType<PlanFile.Broken>(PlanFile.Read("nonsense"u8.ToArray()));
    }

    [Theory]
    [InlineData("\"timeoutSeconds\": ", "\"timeoutSeconds\": 0.5, \"more\": ", "$.clusters[0].steps[0].timeoutSeconds")]
    [InlineData("\"mode\": \"enforce\"", "\"mode\": 1", "$.clusters[0].mode")]
    [InlineData("\"cause\": \"", "\"cause\": null, \"more\": \"", "$.clusters[0].changes[0].cause")]
    [InlineData("\"window\": null", "\"windows\": null", "$.clusters[0].steps[0].windows")]
    public void PlanFile_WithAWrongMember_IsBrokenAtItsLine(string right, string wrong, string member)
    {
        var text = Encoding.UTF8.GetString(PlanJson.Write(PlanReportTests.Of("drifted").Plan).Span);
        var at = text.IndexOf(right, StringComparison.Ordinal);
        Assert.True(at > 0, right);

        var broken = Assert.IsType<PlanFile.Broken>(
            PlanFile.Read(Encoding.UTF8.GetBytes(text[..at] + wrong + text[(at + right.Length)..]))
        );

        Assert.StartsWith(
            $"not a whole plan file: line {text[..at].Count(c => c == '\n') + 1}, column ",
            broken.Reason,
            StringComparison.Ordinal
        );
        Assert.Contains(member, broken.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void PlanFile_WithoutAMemberOrWithANullInAList_IsBroken()
    {
        var text = Encoding.UTF8.GetString(PlanJson.Write(PlanReportTests.Of("drifted").Plan).Span);

        Assert.Contains("'window' is missing", Reason(",\n          \"window\": null", ""), StringComparison.Ordinal);
        Assert.Contains("steps[0].action:", Reason("\"kind\": \"executeSql\"", "\"kind\": \"SQL\""), StringComparison.Ordinal);
        Assert.Contains("'id' stands twice", Reason("\"commit\":", "\"id\":"), StringComparison.Ordinal);
        Assert.Contains(
            "no checksum",
            Reason(text[text.IndexOf(",\n  \"checksum\"", StringComparison.Ordinal)..], "}"),
            StringComparison.Ordinal
        );
        Assert.Contains("null", Reason("\"unknowns\": []", "\"unknowns\": [null]"), StringComparison.Ordinal);

        string Reason(string right, string wrong) =>
            Assert
                .IsType<PlanFile.Broken>(
                    PlanFile.Read(Encoding.UTF8.GetBytes(text.Replace(right, wrong, StringComparison.Ordinal)))
                )
                .Reason;
    }

    [Fact]
    public void PlanFile_WrittenByAnotherToolInAnotherOrder_IsThePlan()
    {
        var bytes = PlanJson.Write(PlanReportTests.Of("drifted").Plan);
        var sorted = Sorted(JsonNode.Parse(bytes.Span)!)!.ToJsonString();

        Assert.IsType<PlanFile.Sealed>(PlanFile.Read(Encoding.UTF8.GetBytes(sorted)));

        static JsonNode? Sorted(JsonNode? node) =>
            node switch
            {
                JsonObject o => new JsonObject(
                    o.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))
                ),
                JsonArray a => new JsonArray([.. a.Select(Sorted)]),
                null => null,
                var leaf => leaf.DeepClone(),
            };
    }
}
