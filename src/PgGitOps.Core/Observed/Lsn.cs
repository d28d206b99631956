using System.Globalization;

namespace PgGitOps.Core.Observed;

/// <summary>A position in the write-ahead log: bytes since the cluster was made.</summary>
public readonly record struct Lsn(ulong Bytes) : IComparable<Lsn>
{
    /// <param name="text">As PostgreSQL prints it, such as <c>0/3000148</c>.</param>
    /// <returns>Null for null, and for what is no LSN.</returns>
    public static Lsn? TryParse(string? text)
    {
        if (text is null || text.IndexOf('/', StringComparison.Ordinal) is not (> 0 and var slash))
            return null;
        return
            uint.TryParse(text.AsSpan(0, slash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            && uint.TryParse(text.AsSpan(slash + 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low)
            ? new Lsn(((ulong)high << 32) | low)
            : null;
    }

    public static bool operator <(Lsn left, Lsn right) => left.Bytes < right.Bytes;

    public static bool operator >(Lsn left, Lsn right) => left.Bytes > right.Bytes;

    public static bool operator <=(Lsn left, Lsn right) => left.Bytes <= right.Bytes;

    public static bool operator >=(Lsn left, Lsn right) => left.Bytes >= right.Bytes;

    public int CompareTo(Lsn other) => Bytes.CompareTo(other.Bytes);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bytes >> 32:X}/{Bytes & 0xFFFFFFFF:X}");
}
