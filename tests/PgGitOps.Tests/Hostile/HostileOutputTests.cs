using System.Text;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Commands;
using PgGitOps.Core.Reporting.Diagnostics;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Desired;
using Serilog.Events;

namespace PgGitOps.Tests.Hostile;

/// <summary>Words of a repository or a server, planted where a report shows them: no byte of what is written is obeyed.</summary>
[Trait("Requirement", "R-02")]
public sealed class HostileOutputTests
{
    private const string Planted =
        "v\n::error::FORGED\e[31m\u202E\u200B\uFEFF\uFFFE\uFFFF\uD800 \u0085\u2028\r##[error]FORGED ##vso[task.complete]x ##[group]\0\a|<b>`@all";

    private static void AssertHarmless(string text, bool commands = false)
    {
        foreach (var rune in text.EnumerateRunes())
            Assert.False(Rune.IsControl(rune) && rune.Value != '\n', $"U+{rune.Value:X4} in {text}");
        Assert.DoesNotContain("##[", text, StringComparison.Ordinal);
        Assert.DoesNotContain("##vso[", text, StringComparison.Ordinal);
        Assert.All(
            text,
            c =>
                Assert.False(
                    c is '\u202E' or '\u200B' or '\uFEFF' or '\uFFFE' or '\uFFFF' or '\u2028' || char.IsSurrogate(c),
                    $"U+{(int)c:X4}"
                )
        );
        // A command of ours names the file it is about; what stands behind its second :: is text.
        Assert.All(
            text.Split('\n'),
            l =>
                Assert.False(
                    l.TrimStart().StartsWith("::", StringComparison.Ordinal)
                        && !(commands && l.StartsWith("::error file=", StringComparison.Ordinal)),
                    l
                )
        );
    }

    [Fact]
    public void Reports_OfFindings_WriteNothingThatIsObeyed()
    {
        var tree = Trees.Of(("policies/a.yaml", "a: 1\n"));
        var finding = new Diagnostic(Severity.Error, "PGY002", Planted, new SourceSpan("policies/" + Planted + ".yaml", 1, 1, 2))
        {
            Hint = Planted,
            Document = Planted,
            Field = Planted,
        };
        var report = new DiagnosticsReport(tree, [finding]);
        foreach (
            var text in (string[])
                [DiagnosticsText.Write(report), DiagnosticsMarkdown.Write(report), DiagnosticsJUnit.Write(report)]
        )
            AssertHarmless(text);
        AssertHarmless(DiagnosticsGitHub.Write(report), commands: true);
        foreach (var json in (string[])[DiagnosticsJson.Write(report), DiagnosticsSarif.Write(report)])
            AssertHarmless(SafeOutput.Json(json));
    }

    // Quadratic before: a minute and more for what a server or a program says.
    [Fact]
    public void Text_OfManyBlankLines_CostsWhatItsLengthIs()
    {
        var blank = string.Concat(Enumerable.Repeat("\n \t", 200_000));

        Assert.Equal(blank + ": :x", SafeOutput.Text(blank + "::x"));
        Assert.Equal("\n\n  : :set-env::\n", SafeOutput.Text("\n\n  ::set-env::\n"));
    }

    [Fact]
    public void Gate_ForText_LetsNothingThroughButOurOwnStyles()
    {
        AssertHarmless(SafeOutput.Text(Planted));
        AssertHarmless(SafeOutput.Commands("::error file=a::" + Planted.Replace('\n', ' ')), commands: true);
        Assert.Equal("\e[1;31merror\e[0m é 😀\n", SafeOutput.Text("\e[1;31merror\e[0m é 😀\n"));
        Assert.Equal("\r\e[K[1/2] a …", SafeOutput.Text("\r\e[K[1/2] a …"));
        Assert.DoesNotContain('\e', SafeOutput.Text("\e]0;title\a\e[8mhidden\e[2J"));
    }

    [Fact]
    public void Gate_ForJson_IsReadAsBefore()
    {
        const string json = "{\"a\":\"##[error]x\u202E\u200B\uFEFF\uFFFE é 😀\"}";
        var safe = SafeOutput.Json(json);
        Assert.DoesNotContain("##[", safe, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', safe);
        Assert.Equal(
            "##[error]x\u202E\u200B\uFEFF\uFFFE é 😀",
            System.Text.Json.JsonDocument.Parse(safe).RootElement.GetProperty("a").GetString()
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Log_OfServersWords_IsOneLineAnEvent(bool json)
    {
        using var written = new MemoryStream();
        using (var stderr = new OutputWriter(() => written, isSafe: false))
            LogSetup
                .Create(json ? LogFormat.Json : LogFormat.Text, LogEventLevel.Information, stderr)
                .Error("{Cluster}: {Reason}", "core", Planted);
        var text = Encoding.UTF8.GetString(written.ToArray());
        AssertHarmless(text);
        Assert.Equal(1, text.Count(c => c == '\n'));
    }

    [Fact]
    public void JsonLog_IsAsciiAlone_AndReadsAsItWasWritten()
    {
        using var written = new StringWriter();
        LogSetup.Create(LogFormat.Json, LogEventLevel.Information, written).Error("{Reason:l}", Planted + "é 😀 \u009b");

        var line = written.ToString();
        Assert.DoesNotContain(line.TrimEnd('\n'), c => c is < ' ' or > '~');
        using var json = System.Text.Json.JsonDocument.Parse(line);
        var expected = Planted.Replace('\uD800', '\uFFFD') + "é 😀 \u009b"; // half a pair is no character
        Assert.Equal(expected, json.RootElement.GetProperty("Reason").GetString());
        Assert.Equal(expected, json.RootElement.GetProperty("@m").GetString());
    }

    [Fact]
    public void Output_ThatCannotBeWritten_IsRememberedAndThrowsNothing()
    {
        using var full = new OutputWriter(() => new FileStream("/dev/full", FileMode.Open, FileAccess.Write), isSafe: true);
        using var closed = new OutputWriter(() => throw new IOException("Bad file descriptor"), isSafe: false);
        using var seen = new MemoryStream();
        using var stderr = new OutputWriter(() => seen, isSafe: false);
        full.Write("report");
        closed.WriteLine("note");

        Assert.Equal((int)ExitCode.Error, CommandTree.End(full, stderr, 0));
        Assert.Contains("stdout cannot be written", Encoding.UTF8.GetString(seen.ToArray()), StringComparison.Ordinal);
        Assert.NotNull(closed.Failure);
        Assert.Equal(0, CommandTree.End(stderr, closed, 0));
    }
}
