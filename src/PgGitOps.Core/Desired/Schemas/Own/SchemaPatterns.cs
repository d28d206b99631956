using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>The patterns of one schema, which take a bounded room together.</summary>
/// <param name="trusted">One of our own schemas.</param>
internal sealed class SchemaPatterns(bool trusted)
{
    // Of all together, in instructions of their programs.
    private const int SizeMax = 200_000;

    private int left = SizeMax;

    public SchemaPattern? Read(LocatedNode value, Action<LocatedNode, string, string?> refuse)
    {
        var pattern = left >= 0 && value.Kind == NodeKind.String ? SchemaPattern.Of(value.Text, trusted) : null;
        if (pattern is not null)
        {
            left -= pattern.Size;
            if (left < 0)
                refuse(
                    value,
                    $"the patterns of this schema are too large: with repetitions written out, all of them together have more than {SizeMax:N0} places",
                    null
                );
        }
        else if (left >= 0 && value.Kind == NodeKind.String && PatternProgram.IsTooLarge(value.Text))
            refuse(
                value,
                $"the pattern is too large: with repetitions written out, it has more than {PatternProgram.SizeMax:N0} places",
                "x{1,4000} has four thousand; minLength and maxLength bound a text as well"
            );
        else if (left >= 0)
            refuse(
                value,
                "a pattern is a regular expression without look-around and back references",
                "patterns are matched in linear time, so that no document can hold up the reader"
            );
        return pattern;
    }
}
