using System.Globalization;

namespace PgGitOps.Core.Desired.Yaml;

/// <summary>What a plain scalar means under the core schema of YAML 1.2.</summary>
/// <remarks>Only <c>true</c> and <c>false</c> are booleans: <c>on</c>, <c>off</c>, <c>yes</c> and <c>no</c> are strings, as server parameters need them.</remarks>
internal static class ScalarKind
{
    public static NodeKind Of(string text)
    {
        if (text.Length == 0)
            return NodeKind.Null;
        return text[0] switch
        {
            't' or 'T' => text is "true" or "True" or "TRUE" ? NodeKind.Boolean : NodeKind.String,
            'f' or 'F' => text is "false" or "False" or "FALSE" ? NodeKind.Boolean : NodeKind.String,
            'n' or 'N' => text is "null" or "Null" or "NULL" ? NodeKind.Null : NodeKind.String,
            '~' => text.Length == 1 ? NodeKind.Null : NodeKind.String,
            >= '0' and <= '9' or '+' or '-' or '.' => Number(text),
            _ => NodeKind.String,
        };
    }

    // A number too long for 64 bits is a float to JSON, so that a schema asking for an integer refuses it.
    private static NodeKind Number(string text)
    {
        // No number that is meant is longer, and each comparison reads all of it.
        const int DigitsMax = 400;
        if (text.Length > DigitsMax)
            return NodeKind.String;
        var at = text[0] is '+' or '-' ? 1 : 0;
        var whole = Digits(text, ref at);
        if (at == text.Length && whole > 0)
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
                ? NodeKind.Integer
                : NodeKind.Float;
        var fraction = 0;
        if (at < text.Length && text[at] == '.')
        {
            at++;
            fraction = Digits(text, ref at);
        }
        if (whole + fraction == 0)
            return NodeKind.String;
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            at++;
            if (at < text.Length && text[at] is '+' or '-')
                at++;
            if (Digits(text, ref at) == 0)
                return NodeKind.String;
        }
        return at == text.Length ? NodeKind.Float : NodeKind.String;
    }

    private static int Digits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at - start;
    }
}
