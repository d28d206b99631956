using System.Globalization;
using System.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Settings;

public enum SynchronousMethod
{
    Any,
    First,
}

/// <summary>The meaning of <c>synchronous_standby_names</c>, read as PostgreSQL reads it.</summary>
/// <param name="Method">ANY, or FIRST, which is also what a bare list means.</param>
/// <param name="Names">Lower case, as PostgreSQL compares them; ordered for ANY, where order has no meaning.</param>
public sealed record StandbyRule(SynchronousMethod Method, int Count, EquatableArray<string> Names)
{
    /// <summary>Commits wait for nobody.</summary>
    public static StandbyRule None { get; } = new(SynchronousMethod.First, 0, []);

    /// <summary>Null when the text is not understood.</summary>
    public static StandbyRule? TryParse(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length == 0)
            return None;
        var open = trimmed.IndexOf('(', StringComparison.Ordinal);
        if (open <= 0 || trimmed.StartsWith('"'))
            return ReadList(trimmed) is { } bare ? new StandbyRule(SynchronousMethod.First, 1, [.. bare]) : null;
        var head = trimmed[..open].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (
            !trimmed.EndsWith(')')
            || head.Length is 0 or > 2
            || !int.TryParse(head[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || ReadList(trimmed[(open + 1)..^1]) is not { } names
        )
            return null;
        if (head.Length == 1 || head[0].Equals("first", StringComparison.OrdinalIgnoreCase))
            return new StandbyRule(SynchronousMethod.First, count, [.. names]);
        return head[0].Equals("any", StringComparison.OrdinalIgnoreCase)
            ? new StandbyRule(SynchronousMethod.Any, count, [.. names.Order(StringComparer.Ordinal)])
            : null;
    }

    public static string Canonical(string text) => TryParse(text)?.ToString() ?? text;

    /// <summary>Fewest listed standbys that have to be streaming for commits not to wait.</summary>
    public int Needed => Names.Count == 0 ? 0 : Count;

    public bool Lists(string applicationName) => Names.Contains("*") || Names.Contains(applicationName.ToLowerInvariant());

    public override string ToString() =>
        Names.Count == 0
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(Method == SynchronousMethod.Any ? "ANY" : "FIRST")} {Count} ({string.Join(", ", Names)})"
            );

    private static List<string>? ReadList(string text)
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
        return quoted || names.Any(n => n.Length == 0) ? null : [.. names.Select(n => n.ToLowerInvariant())];
    }
}
