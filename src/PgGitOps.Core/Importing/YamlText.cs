using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Core.Importing;

/// <summary>Writes block-style YAML, one line a call, and keeps the indentation.</summary>
internal sealed partial class YamlText
{
    /// <summary>What a file of documents may hold, less room for what has to follow.</summary>
    public const int LengthMax = YamlLimits.FileBytesMax / 10 * 9;

    private readonly StringBuilder text = new();
    private readonly List<string> leftOut = [];
    private int depth;
    private int entries;

    public YamlText Line(string line)
    {
        entries++;
        text.Append(' ', depth * 2).Append(line).Append('\n');
        return this;
    }

    public void Comment(string remark) => text.Append(' ', depth * 2).Append("# ").Append(OneLine(remark)).Append('\n');

    /// <summary>Told in the place where it would stand, and once more to whoever imports.</summary>
    public void LeftOut(string what)
    {
        var line = OneLine(what.TrimStart());
        leftOut.Add(Within + line);
        text.Append(' ', (depth * 2) + what.Length - what.TrimStart().Length).Append("# left out: ").Append(line).Append('\n');
    }

    /// <summary>Said before what was left out where it does not stand in its place any more, such as <c>database shop: </c>.</summary>
    public string Within { get; set; } = "";

    /// <summary>Everything that was left out, in the order of the document.</summary>
    public IReadOnlyList<string> AllLeftOut => leftOut;

    /// <summary>A mapping or list below a key. The key is written only when something other than comments stands below it.</summary>
    public void Under(string key, Action write)
    {
        var start = text.Length;
        Line(key + ":");
        var (body, before) = (text.Length, entries);
        depth++;
        write();
        depth--;
        if (entries == before)
            text.Remove(start, body - start);
    }

    /// <summary>An entry of a list with a line for each of its fields that has a value.</summary>
    public void Entry(string indent, IEnumerable<(string Key, string? Value)> fields)
    {
        var mark = "- ";
        foreach (var (key, value) in fields.Where(f => f.Value is not null))
        {
            Line($"{indent}{mark}{key}: {value}");
            mark = "  ";
        }
    }

    public int Length => text.Length;

    public override string ToString() => text.ToString();

    public static string Flow(IEnumerable<(string Key, string? Value)> pairs) =>
        "{ " + string.Join(", ", pairs.Where(p => p.Value is not null).Select(p => $"{p.Key}: {p.Value}")) + " }";

    public static string FlowList(IEnumerable<string> values) => "[ " + string.Join(", ", values.Select(Scalar)) + " ]";

    public static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A string in the plainest spelling that every YAML reader takes for exactly this string.</summary>
    public static string Scalar(string value)
    {
        if (Plain().IsMatch(value) && !Reserved().IsMatch(value))
            return value;
        return value.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' || char.IsSurrogate(c))
            ? DoubleQuoted(value)
            : "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";
    }

    public static string? ScalarOrNone(string? value) => value is null ? null : Scalar(value);

    /// <summary>The value of a parameter, which may also stand as a number.</summary>
    public static string Setting(string value) => WholeNumber().IsMatch(value) ? value : Scalar(value);

    /// <summary>A key of a mapping whose keys are free, such as a parameter's name.</summary>
    public static string Key(string name) => Scalar(name);

    private static string DoubleQuoted(string value)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in value.EnumerateRunes())
        {
            quoted.Append(
                rune.Value switch
                {
                    '"' => "\\\"",
                    '\\' => "\\\\",
                    '\n' => "\\n",
                    '\t' => "\\t",
                    '\r' => "\\r",
                    < 0x20 or (>= 0x7f and < 0xa0) or 0x2028 or 0x2029 or 0xfeff => string.Create(
                        CultureInfo.InvariantCulture,
                        $"\\u{rune.Value:X4}"
                    ),
                    _ => rune.ToString(),
                }
            );
        }
        return quoted.Append('"').ToString();
    }

    private static string OneLine(string remark) => new([.. remark.Select(c => char.IsControl(c) ? ' ' : c)]);

    // Words, sizes and durations; anything that begins like a number but is none of those is quoted.
    [GeneratedRegex(@"\A(?:[A-Za-z_][A-Za-z0-9_./-]*|[0-9]+(?:B|kB|MB|GB|TB|us|ms|s|min|h|d))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex(@"\A(?:0|-?[1-9][0-9]{0,14})\z", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"\A(?:true|false|null|yes|no|on|off|y|n)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reserved();
}
