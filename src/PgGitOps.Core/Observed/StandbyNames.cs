using System.Globalization;
using System.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Observed;

/// <summary>A value of <c>synchronous_standby_names</c>, read as PostgreSQL reads it.</summary>
/// <param name="Any">ANY; otherwise FIRST, which is also what a bare list means.</param>
/// <param name="Names">In order, in lower case, as PostgreSQL compares them; empty when commits wait for nobody.</param>
public sealed record StandbyNames(bool Any, int Count, EquatableArray<string> Names)
{
    /// <summary>Null when the text is not understood.</summary>
    public static StandbyNames? TryParse(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0)
            return new StandbyNames(false, 0, []);
        var open = trimmed.IndexOf('(', StringComparison.Ordinal);
        if (open <= 0 || trimmed.StartsWith('"'))
            return ReadList(trimmed) is { } bare ? new StandbyNames(false, 1, bare) : null;
        var head = trimmed[..open].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (
            !trimmed.EndsWith(')')
            || head.Length is 0 or > 2
            || !int.TryParse(head[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        )
            return null;
        bool? any =
            head.Length == 1 || head[0].Equals("first", StringComparison.OrdinalIgnoreCase) ? false
            : head[0].Equals("any", StringComparison.OrdinalIgnoreCase) ? true
            : null;
        return any is { } method && ReadList(trimmed[(open + 1)..^1]) is { } names
            ? new StandbyNames(method, count, names)
            : null;
    }

    private static EquatableArray<string>? ReadList(string text)
    {
        List<string> names = [];
        var name = new StringBuilder();
        var quoted = false;
        foreach (var c in text)
        {
            if (c == '"')
                quoted = !quoted;
            else if (c == ',' && !quoted)
            {
                names.Add(name.ToString());
                name.Clear();
            }
            else if (quoted || !char.IsWhiteSpace(c))
                name.Append(c);
        }
        names.Add(name.ToString());
        return quoted || names.Any(n => n.Length == 0) ? null : names.Select(n => n.ToLowerInvariant()).ToEquatableArray();
    }
}
