using System.Text;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Core.Reporting.Drift;

namespace PgGitOps.Wiring;

/// <summary>Drift in the asked-for form.</summary>
internal static class DriftOutput
{
    public static readonly OutputFormat[] Formats =
    [
        OutputFormat.Text,
        OutputFormat.Json,
        OutputFormat.Markdown,
        OutputFormat.Html,
        OutputFormat.Sarif,
    ];

    public static void Write(Invocation invocation, DriftReport report) =>
        invocation.Write(
            invocation.Format(Formats) switch
            {
                OutputFormat.Json => Text(DriftJson.Write(report)),
                OutputFormat.Markdown => DriftMarkdown.Render(report),
                OutputFormat.Html => DriftHtml.Render(report),
                OutputFormat.Sarif => Text(DriftSarif.Write(report)),
                _ => DriftText.Render(report, invocation.Color),
            },
            () => Text(DriftJson.Write(report))
        );

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);
}
