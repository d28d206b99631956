using System.Globalization;
using System.Text.RegularExpressions;
using PgGitOps.Core.Observed;

namespace PgGitOps.Providers.Postgres.Probing;

/// <summary>How far the WAL of a stopped server reaches, by the words with which pg_waldump ended.</summary>
/// <remarks>
/// A server that crashed leaves half a record behind, of which a standby may have received as much as was flushed. So what counts is
/// how far there are bytes, not how far there are whole records: reading ends at a page that was never written, at a file that is not
/// there, or at the record that is none. Every position that is named lies within what was written, or at its end.
/// </remarks>
internal static partial class WalEnd
{
    /// <param name="words">What pg_waldump said last; null or empty where it said nothing.</param>
    /// <param name="segmentBytes">Size of a WAL segment; null where it could not be read.</param>
    /// <returns>Null where the words name no position.</returns>
    public static Lsn? Of(string? words, long? segmentBytes)
    {
        if (words is null)
            return null;
        Lsn? end = null;
        foreach (var match in Position().Matches(words).Cast<Match>())
            Take(Lsn.TryParse(match.Groups[1].Value));
        if (segmentBytes is { } size and > 0)
        {
            if (
                Page().Match(words) is { Success: true } page
                && ulong.TryParse(page.Groups[2].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                && offset < (ulong)size
            )
                Take(StartOf(page.Groups[1].Value, (ulong)size) is { } start ? new Lsn(start.Bytes + offset) : null);
            else if (MissingFile().Match(words) is { Success: true } missing)
                Take(StartOf(missing.Groups[1].Value, (ulong)size));
        }
        return end;

        void Take(Lsn? position)
        {
            if (position is { } other && (end is not { } known || known < other))
                end = other;
        }
    }

    /// <param name="segment">Name of a WAL file: timeline, then its number in two halves.</param>
    private static Lsn? StartOf(string segment, ulong size) =>
        ulong.TryParse(segment.AsSpan(8, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
        && ulong.TryParse(segment.AsSpan(16, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low)
            ? new Lsn((high << 32) + (low * size))
            : null;

    [GeneratedRegex(@"\bat ([0-9A-F]{1,8}/[0-9A-F]{1,8})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Position();

    // "… in log segment 0000…07, offset 15007744"; from version 16 on "… in WAL segment 0000…07, LSN 0/7E50000, offset 15007744".
    [GeneratedRegex(@"segment ([0-9A-F]{24}),(?: LSN [0-9A-F/]+,)? offset ([0-9]{1,10})", RegexOptions.CultureInvariant)]
    private static partial Regex Page();

    [GeneratedRegex(@"could not find file ""([0-9A-F]{24})""", RegexOptions.CultureInvariant)]
    private static partial Regex MissingFile();
}
