using PgGitOps.Core.Desired.Schemas;
using PgGitOps.Core.Reporting.Reference;
using PgGitOps.Tests.Desired;

namespace PgGitOps.Tests.Reporting;

/// <summary>The pages of docs/reference say what the code says. PGGITOPS_UPDATE=1 rewrites them.</summary>
public sealed class ReferencePageTests
{
    public static TheoryData<string> Kinds => [.. DocumentSchemas.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void KindPage_IsUpToDate(string kind) => AssertPage(SchemaReference.FileName(kind), SchemaReference.ToMarkdown(kind));

    [Fact]
    public void DiagnosticsPage_IsUpToDate() => AssertPage(DiagnosticReference.FileName, DiagnosticReference.ToMarkdown());

    [Fact]
    public void EventsPage_IsUpToDate() => AssertPage(EventReference.FileName, EventReference.ToMarkdown());

    private static void AssertPage(string name, string text)
    {
        var path = Path.Combine(Trees.ProjectDirectory, "docs", "reference", name);
        if (Environment.GetEnvironmentVariable("PGGITOPS_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        Assert.Equal(File.ReadAllText(path), text);
    }
}
