using PgGitOps.Cli.Settings;
using PgGitOps.Commands;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

public class CommandLineReferenceTests
{
    [Fact]
    public void EveryCommandAndFlag_StandsInTheReference()
    {
        var page = File.ReadAllText(Golden.InRepository("docs/reference/cli.md"));
        var root = CommandTree.Build(_ => throw new InvalidOperationException("nothing is run here"));

        var missing = root
            .Subcommands.Where(c => !page.Contains($"`{c.Name}", StringComparison.Ordinal))
            .Select(c => c.Name)
            .Concat(
                root.Options.Concat(root.Subcommands.SelectMany(c => c.Options))
                    .Select(o => o.Name)
                    .Where(n => n.StartsWith("--", StringComparison.Ordinal) && !page.Contains($"`{n}", StringComparison.Ordinal))
            )
            .Distinct()
            .Order(StringComparer.Ordinal);

        Assert.Empty(missing);
    }

    [Fact]
    public void EveryFlag_NamesItsVariable()
    {
        var root = CommandTree.Build(_ => throw new InvalidOperationException("nothing is run here"));

        foreach (
            var option in root
                .Options.Concat(root.Subcommands.SelectMany(c => c.Options))
                .Where(o => o.Name is not ("--help" or "--version"))
        )
            Assert.Contains($"[{SettingVariable.Of(option.Name)}]", option.Description, StringComparison.Ordinal);
    }
}
