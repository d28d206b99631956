using System.Globalization;
using System.Text;
using PgGitOps.Core.Reporting.Text;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;

namespace PgGitOps.Cli;

/// <summary>
/// One JSON object a line, as Serilog's compact form has it: <c>@t</c> time, <c>@m</c> message, <c>@i</c> a number of the template,
/// <c>@l</c> level unless Information, <c>@x</c> exception, then the properties.
/// </summary>
/// <remarks>
/// The library escapes what JSON must escape. The rest that a terminal obeys (C1 controls, changes of direction, separators of lines) is
/// escaped here: outside strings JSON has none of it, so that escaping each character keeps the document the same.
/// </remarks>
internal sealed class AsciiJsonFormatter : ITextFormatter
{
    private static readonly RenderedCompactJsonFormatter Compact = new();

    public void Format(LogEvent logEvent, TextWriter output)
    {
        using var json = new StringWriter(CultureInfo.InvariantCulture);
        Compact.Format(logEvent, json);
        var line = new StringBuilder();
        // By runes: half a surrogate pair, which readers of JSON refuse, comes as U+FFFD.
        foreach (var rune in SafeOutput.Json(json.ToString().TrimEnd('\r', '\n')).EnumerateRunes())
        {
            if (rune.Value is >= ' ' and <= '~')
                line.Append((char)rune.Value);
            else
                foreach (var unit in rune.ToString())
                    line.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }
        output.Write(line.Append('\n').ToString());
    }
}
