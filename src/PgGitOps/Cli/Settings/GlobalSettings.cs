using System.CommandLine;
using PgGitOps.Cli.Output;

namespace PgGitOps.Cli.Settings;

internal enum LogFormat
{
    Text,
    Json,
}

/// <summary>Flags every command takes.</summary>
internal static class GlobalSettings
{
    public static readonly Setting<string?> Repository = new(
        "--repo",
        "PATH|URL",
        "Policy repository: a directory, file://, https:// or ssh address; default: here",
        t => t,
        null
    );
    public static readonly Setting<string?> Reference = new(
        "--ref",
        "REF",
        "Branch, tag or commit to read; default: HEAD",
        t => t,
        null
    );
    public static readonly ListSetting Environments = new("--environment", "NAME", "Only these environments", "-e");
    public static readonly ListSetting Clusters = new("--cluster", "NAME", "Only these clusters");
    public static readonly Setting<OutputFormat?> Output = new(
        "--output",
        "FORMAT",
        "text, json, yaml, markdown, html, sarif, junit or github, as the command supports; default: text",
        t => OutputFormats.Parse(t),
        null,
        "-o"
    )
    {
        Values = [.. Enum.GetNames<OutputFormat>().Select(n => n.ToLowerInvariant())],
    };
    public static readonly Setting<string?> JsonInto = new(
        "--json-into",
        "FILE",
        "Also write the report as JSON into a file",
        t => t,
        null
    );
    public static readonly Switch NoColor = new("--no-color", "No colours; NO_COLOR says the same");
    public static readonly Switch Quiet = new("--quiet", "Only warnings and errors on stderr", "-q");
    public static readonly Switch Verbose = new("--verbose", "Also details on stderr", "-v");
    public static readonly Setting<string?> State = new(
        "--state",
        "DIR",
        "Journal, caches and drift history; default: $XDG_STATE_HOME/pggitops, else ~/.local/state/pggitops",
        t => t,
        null
    );
    public static readonly Setting<LogFormat> LogFormatting = new(
        "--log-format",
        "text|json",
        "Form of the log on stderr",
        ParseLogFormat,
        LogFormat.Text
    )
    {
        Values = ["text", "json"],
    };

    public static void AddTo(Command root)
    {
        foreach (
            var option in (Option[])
                [
                    Repository.Option,
                    Reference.Option,
                    Environments.Option,
                    Clusters.Option,
                    Output.Option,
                    JsonInto.Option,
                    NoColor.Option,
                    Quiet.Option,
                    Verbose.Option,
                    State.Option,
                    LogFormatting.Option,
                ]
        )
        {
            option.Recursive = true;
            root.Add(option);
        }
    }

    private static LogFormat ParseLogFormat(string text) =>
        text.ToLowerInvariant() switch
        {
            "text" => LogFormat.Text,
            "json" => LogFormat.Json,
            _ => throw new FormatException($"'{text}' is not a log format; there are text and json."),
        };
}
