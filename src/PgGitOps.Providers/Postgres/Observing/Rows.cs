using System.Text;
using Npgsql;

namespace PgGitOps.Providers.Postgres.Observing;

/// <summary>Reads values that anybody may have put into a catalogue: one that is odd must not make a whole server unreadable.</summary>
internal static class Rows
{
    private const long TicksPerMicrosecond = 10;

    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Word(column);

    /// <summary>A text that is there. Bytes that are no UTF-8 come as U+FFFD.</summary>
    /// <remarks>Names of roles and databases are shared by databases of every encoding, and a server sends them as they are.</remarks>
    public static string Word(this NpgsqlDataReader row, int column) =>
        Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(column));

    public static int? Number(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    /// <summary>A timestamptz, in UTC. PostgreSQL's years go from 4713 BC to 294276, and to infinity; what .NET has no date for becomes the first or last that it has.</summary>
    public static DateTimeOffset Instant(this NpgsqlDataReader row, int column)
    {
        var microseconds = row.GetFieldValue<long>(column);
        if (microseconds >= (DateTimeOffset.MaxValue - Epoch).Ticks / TicksPerMicrosecond)
            return DateTimeOffset.MaxValue;
        return microseconds <= (DateTimeOffset.MinValue - Epoch).Ticks / TicksPerMicrosecond
            ? DateTimeOffset.MinValue
            : Epoch.AddTicks(microseconds * TicksPerMicrosecond);
    }
}
