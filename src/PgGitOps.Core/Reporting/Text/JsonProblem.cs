using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PgGitOps.Core.Reporting.Text;

/// <summary>What is wrong with JSON that was read, for people.</summary>
internal static partial class JsonProblem
{
    private const int WordsMax = 1_000;

    /// <summary>Its place first: line and column from 1, then the member as a path. The serializer's names of types say nothing to whoever has the file.</summary>
    public static string Text(JsonException problem)
    {
        // It may quote a name of the file, as long as that is.
        var words = Place().Replace(problem.Message.Length > WordsMax ? problem.Message[..WordsMax] : problem.Message, "");
        words = Missing().Replace(words, "$1 is missing");
        words = Unknown().Replace(words, "$1 does not belong here");
        words = Other().Replace(words, "a value of another type is expected");
        return problem is { LineNumber: { } line, BytePositionInLine: { } before }
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"line {line + 1}, column {before + 1}{(problem.Path is { } path ? $", {path}" : "")}: {words}"
            )
            : words;
    }

    [GeneratedRegex(@" (Path: .* \| )?LineNumber: .*$", RegexOptions.Singleline)]
    private static partial Regex Place();

    [GeneratedRegex(@"^JSON deserialization for type '.*' was missing required properties including: (.*)\.$")]
    private static partial Regex Missing();

    [GeneratedRegex(@"^The JSON property ('.*') could not be mapped to any \.NET member contained in type '.*'\.$")]
    private static partial Regex Unknown();

    [GeneratedRegex(@"^The JSON value could not be converted to .*\.$")]
    private static partial Regex Other();
}
