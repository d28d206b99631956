using PgGitOps.Core.Desired;

namespace PgGitOps.Cli.Settings;

internal static class DurationSetting
{
    /// <summary>As documents spell them: <c>30s 5m 2h 14d</c>.</summary>
    public static TimeSpan Parse(string text) =>
        DurationText.TryParse(text, out var value) && value > TimeSpan.Zero
            ? value
            : throw new FormatException($"'{text}' is not a duration such as 30s, 5m, 2h or 14d, of at most 36500d.");
}
