using System.Diagnostics;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Diagnostics;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Hostile;

/// <summary>Tests that keep a processor busy for seconds, run when those that wait for something are done.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BusyTests
{
    public const string Name = "busy";
}

/// <summary>Whoever may push may write any file. None of them costs more than a bounded amount, however it is reported.</summary>
[Trait("Requirement", "R-02")]
[Collection(BusyTests.Name)]
public sealed class HostileFileTests(Xunit.Abstractions.ITestOutputHelper output)
{
    // What reading and reporting allocates is what it takes of memory and, within a factor, of time; and it does not depend on the machine.
    private const long AllocatedMax = 1_500_000_000;

    public static TheoryData<string> Names => [.. HostileFiles.All().Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void File_WhateverItHolds_IsReadAndReportedAtABoundedCost(string name)
    {
        var files = HostileFiles.All().Single(f => f.Name == name).Files;
        Assert.All(files, f => Assert.True(System.Text.Encoding.UTF8.GetByteCount(f.Text) <= 1 << 20, f.Path));
        var tree = Trees.Of(files);
        var clock = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var findings = Findings(tree);
        var reports = Written(tree, findings);

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine(
            $"{clock.ElapsedMilliseconds} ms, {allocated:N0} bytes, {findings.Count} findings, {reports.Sum(r => (long)r.Length):N0} characters of reports: {findings.FirstOrDefault()?.Message[..Math.Min(120, findings[0].Message.Length)]}"
        );
        Assert.InRange(allocated, 0, AllocatedMax);
        Assert.InRange(findings.Count, 0, 2_100);
        Assert.DoesNotContain(findings, f => f.RuleId == DocumentRules.ReaderFailed.Id);
        Assert.All(reports, r => Assert.InRange(r.Length, 0, 20_000_000));
    }

    internal static List<Diagnostic> Findings(SourceTree tree)
    {
        var findings = new FleetReader().Read(tree).Diagnostics.ToList();
        findings.AddRange(RuleBundleReader.Read(tree).Broken);
        foreach (var fixture in tree.Files.Where(f => RuleFixtureReader.IsFixture(f.Path)))
            RuleFixtureReader.Read(fixture, tree, findings);
        return findings;
    }

    internal static IReadOnlyList<string> Written(SourceTree tree, IReadOnlyList<Diagnostic> findings)
    {
        var report = new DiagnosticsReport(tree, findings, ClaimRuleList.All);
        return
        [
            DiagnosticsText.Write(report),
            DiagnosticsText.Write(report, color: true),
            DiagnosticsJson.Write(report),
            DiagnosticsMarkdown.Write(report),
            DiagnosticsSarif.Write(report),
            DiagnosticsJUnit.Write(report),
            DiagnosticsGitHub.Write(report),
        ];
    }
}
