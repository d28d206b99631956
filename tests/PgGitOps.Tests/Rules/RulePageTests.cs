using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Rules;

public sealed class RulePageTests
{
    [Fact]
    public void Write_OfTheShippedRules_IsWhatTheReferenceShows()
    {
        var directory = Golden.InRepository("policies/rules");
        SourceFile File(string path) => new("policies/rules/" + Path.GetFileName(path), "", System.IO.File.ReadAllBytes(path));
        var bundle = RuleBundleReader.Read(Directory.GetFiles(directory, "*.csx").Select(File));
        Assert.Empty(bundle.Broken);
        var pages = bundle.Rules.ToDictionary(
            r => $"{r.Header.Id}.md",
            r =>
                RulePage.Write(
                    r,
                    Path.Combine(directory, Path.GetFileName(RuleFixtureReader.FixturePathOf(r.Path))) is var fixture
                    && System.IO.File.Exists(fixture)
                        ? File(fixture)
                        : null
                )
        );
        pages.Add("index.md", RulePage.Index(bundle));
        var reference = Golden.InRepository("docs/reference/rules");
        if (Environment.GetEnvironmentVariable("PGGITOPS_UPDATE") == "1")
        {
            Directory.CreateDirectory(reference);
            foreach (var old in Directory.GetFiles(reference))
                System.IO.File.Delete(old);
            foreach (var (name, text) in pages)
                System.IO.File.WriteAllText(Path.Combine(reference, name), text);
        }
        Assert.Equal(
            pages.Keys.Order(StringComparer.Ordinal),
            Directory.GetFiles(reference).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)
        );
        foreach (var (name, text) in pages)
            Assert.Equal(text, System.IO.File.ReadAllText(Path.Combine(reference, name)));
    }
}
