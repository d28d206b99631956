using System.Runtime.CompilerServices;

namespace PgGitOps.Core.Policies.Machinery;

/// <summary>Equality of keys for sets and dictionaries of rules: hashed with the seed of this process, so that nobody can choose keys that collide.</summary>
/// <remarks>
/// The runtime folds a long into 32 bits and a rule can make any number of them that fold alike. What is kept in these collections is
/// walked in the order in which it came, so the seed shows nowhere. A key is paid for by its texts.
/// </remarks>
internal sealed class KeyEquality<T> : IEqualityComparer<T>
{
    public static readonly KeyEquality<T> Instance = new();

    // Of types that hash themselves, as anonymous ones do, keys may be made to collide: then each comparison is paid for.
    private static readonly bool Seeded =
        typeof(T) == typeof(string)
        || typeof(T).IsPrimitive
        || typeof(T).IsEnum
        || typeof(T) == typeof(decimal)
        || typeof(T) == typeof(TimeSpan)
        || typeof(T) == typeof(DateTimeOffset);

    public bool Equals(T? one, T? other)
    {
        if (typeof(T) == typeof(string))
            return string.Equals((string?)(object?)one, (string?)(object?)other, StringComparison.Ordinal);
        if (!Seeded)
            Fuel.Charge(1);
        return EqualityComparer<T>.Default.Equals(one!, other!);
    }

    public int GetHashCode(T key) => KeyHash.Of(key);
}

internal static class KeyHash
{
    public static int Of<T>(T key) =>
        key switch
        {
            null => 0,
            string text => OfText(text),
            int number => HashCode.Combine(number),
            long number => OfLong(number),
            ulong number => OfLong(unchecked((long)number)),
            uint or short or ushort or byte or sbyte or char or bool => HashCode.Combine(key.GetHashCode()),
            double number => OfLong(
                number == 0 ? 0
                : double.IsNaN(number) ? 1
                : BitConverter.DoubleToInt64Bits(number)
            ),
            decimal number => OfDecimal(number),
            TimeSpan time => OfLong(time.Ticks),
            DateTimeOffset time => OfLong(time.UtcTicks),
            ITuple tuple => OfTuple(tuple),
            Delegate => throw new RuleStopped("a function cannot be a key"),
            _ => HashCode.Combine(EqualityComparer<T>.Default.GetHashCode(key)),
        };

    private static int OfText(string text)
    {
        Fuel.Charge(text.Length >> 4);
        return text.GetHashCode(StringComparison.Ordinal);
    }

    private static int OfLong(long number) => HashCode.Combine((int)number, (int)(number >> 32));

    // Equal decimals may be written with another number of zeros at their end; the division takes them off.
    private static int OfDecimal(decimal number)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(number / 1.000000000000000000000000000000m, parts);
        return number == 0 ? 0 : HashCode.Combine(parts[0], parts[1], parts[2], parts[3]);
    }

    private static int OfTuple(ITuple tuple)
    {
        Fuel.Charge(tuple.Length);
        var hash = 0;
        for (var i = 0; i < tuple.Length; i++)
            hash = HashCode.Combine(hash, Of(tuple[i]));
        return hash;
    }
}

/// <summary>Order of keys: ordinal for texts, and paid for by what is compared.</summary>
internal static class KeyOrder
{
    public static int Compare<T>(T one, T other)
    {
        if (typeof(T) == typeof(string))
            return Texts((string?)(object?)one, (string?)(object?)other);
        Fuel.Charge(1);
        if (one is ITuple)
            return Any(one, other);
        try
        {
            return Comparer<T>.Default.Compare(one, other);
        }
        catch (ArgumentException)
        {
            throw NoOrder();
        }
    }

    /// <summary>Numbers of <paramref name="keys"/> in their order; of equal keys the earlier comes first.</summary>
    /// <remarks>Merged and not handed to the runtime, whose number of comparisons is its own affair: a rule's steps are the same under every version of it.</remarks>
    public static int[] Sorted<T>(T[] keys, int direction)
    {
        var (places, spare) = (new int[keys.Length], new int[keys.Length]);
        for (var i = 0; i < places.Length; i++)
            places[i] = i;
        for (var width = 1; width < places.Length; width *= 2)
        {
            for (var start = 0; start < places.Length; start += 2 * width)
                Merge(start, Math.Min(start + width, places.Length), Math.Min(start + 2 * width, places.Length));
            (places, spare) = (spare, places);
        }
        return places;

        void Merge(int left, int middle, int end)
        {
            var (i, j) = (left, middle);
            for (var k = left; k < end; k++)
            {
                if (i < middle && (j >= end || Compare(keys[places[i]], keys[places[j]]) * direction <= 0))
                    spare[k] = places[i++];
                else
                    spare[k] = places[j++];
            }
        }
    }

    private static int Texts(string? one, string? other)
    {
        Fuel.Charge(1 + (Math.Min(one?.Length ?? 0, other?.Length ?? 0) >> 4));
        return Math.Sign(string.CompareOrdinal(one, other));
    }

    private static int Any(object? one, object? other)
    {
        Fuel.Charge(1);
        switch (one, other)
        {
            case (null, null):
                return 0;
            case (null, _):
                return -1;
            case (_, null):
                return 1;
            case (string a, string b):
                return Texts(a, b);
            case (ITuple a, ITuple b) when a.Length == b.Length:
                for (var i = 0; i < a.Length; i++)
                {
                    if (Any(a[i], b[i]) is var order and not 0)
                        return order;
                }
                return 0;
            case (IComparable a, _) when a.GetType() == other.GetType():
                return Math.Sign(a.CompareTo(other));
            default:
                throw NoOrder();
        }
    }

    private static RuleStopped NoOrder() => new("these values have no order: sort by a number, a text or a time");
}
