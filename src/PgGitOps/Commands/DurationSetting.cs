using PgGitOps.Core.Desired;

namespace PgGitOps.Commands;

internal static class DurationSetting
{
    // A hundred years: what is added to a moment has to be one.
    private static readonly TimeSpan Most = TimeSpan.FromDays(36_500);

    /// <summary>As documents spell them: <c>30s 5m 2h 14d</c>.</summary>
    public static TimeSpan Parse(string text) =>
        DurationText.TryParse(text, out var value) && value > TimeSpan.Zero && value <= Most
            ? value
            : throw new FormatException($"'{text}' is not a duration such as 30s, 5m, 2h or 14d, of at most 36500d.");
}
