using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Text;

/// <summary>Lines of the files that findings speak of.</summary>
internal sealed class SourceExcerpts(SourceTree tree)
{
    private readonly Dictionary<string, string[]> linesByPath = new(StringComparer.Ordinal);

    // Findings come in the order of their places, and a line may be the whole file: its code points are counted once.
    private (string Line, int Index, int CodePoints) counted = ("", 0, 0);

    /// <summary>A line around a place of it.</summary>
    /// <param name="Text">At most so many code points as were asked for.</param>
    /// <param name="From">Code points of the line before it.</param>
    /// <param name="IsEnd">Whether the line ends with it.</param>
    public readonly record struct Excerpt(string Text, int From, bool IsEnd);

    /// <summary>The line as written, without its end, or what stands of it around the place. Null where there is none or where it may hold a secret.</summary>
    public Excerpt? Of(Diagnostic finding, int codePointsMax)
    {
        // A password written in clear text is a finding; it must not travel into a log with it.
        if (finding.Span.Line < 1 || finding.Field?.Contains("assword", StringComparison.Ordinal) == true)
            return null;
        if (!linesByPath.TryGetValue(finding.Span.Path, out var lines))
        {
            var file = tree.Files.FirstOrDefault(f => f.Path == finding.Span.Path);
            linesByPath[finding.Span.Path] = lines = file is null ? [] : SourceDecoding.Lenient(file.Content.Span).Split('\n');
        }
        return finding.Span.Line <= lines.Length
            ? Around(lines[finding.Span.Line - 1], finding.Span.Column - 1, codePointsMax)
            : null;
    }

    private Excerpt Around(string line, int codePoint, int codePointsMax)
    {
        var end = line.EndsWith('\r') ? line.Length - 1 : line.Length;
        // Twice as many code points as characters there cannot be.
        if (end <= codePointsMax)
            return new(line[..end], 0, IsEnd: true);
        var at = IndexOf(line, codePoint, end);
        var to = Forward(line, at, codePointsMax - codePointsMax / 2, end, out var ahead);
        var from = Backward(line, at, codePointsMax - ahead, out var behind);
        // Near the beginning there is more room behind the place.
        to = Forward(line, to, codePointsMax - ahead - behind, end, out _);
        return new(line[from..to], Math.Max(0, counted.CodePoints - behind), to == end);
    }

    private int IndexOf(string line, int codePoint, int end)
    {
        var (index, count) =
            ReferenceEquals(counted.Line, line) && counted.CodePoints <= codePoint ? (counted.Index, counted.CodePoints) : (0, 0);
        index = Forward(line, index, codePoint - count, end, out var walked);
        counted = (line, index, count + walked);
        return index;
    }

    private static int Forward(string line, int index, int codePoints, int end, out int walked)
    {
        for (walked = 0; walked < codePoints && index < end; walked++)
            index += index + 1 < end && char.IsSurrogatePair(line[index], line[index + 1]) ? 2 : 1;
        return index;
    }

    private static int Backward(string line, int index, int codePoints, out int walked)
    {
        for (walked = 0; walked < codePoints && index > 0; walked++)
            index -= index > 1 && char.IsSurrogatePair(line[index - 2], line[index - 1]) ? 2 : 1;
        return index;
    }
}
