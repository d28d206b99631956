namespace PgGitOps.Cli.Output;

internal enum OutputFormat
{
    Text,
    Json,
    Yaml,
    Markdown,
    Html,
    Sarif,
    Junit,
    Github,
}

internal static class OutputFormats
{
    public static OutputFormat Parse(string text) =>
        Enum.TryParse<OutputFormat>(text, ignoreCase: true, out var format) && !char.IsAsciiDigit(text[0])
            ? format
            : throw new FormatException($"'{text}' is not an output format; there are {List(Enum.GetValues<OutputFormat>())}.");

    public static string List(IEnumerable<OutputFormat> formats) =>
        string.Join(", ", formats.Select(f => f.ToString().ToLowerInvariant()));
}
