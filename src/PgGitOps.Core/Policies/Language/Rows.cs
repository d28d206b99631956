using System.Collections;
using PgGitOps.Core.Policies.Machinery;

namespace PgGitOps.Core.Policies.Language;

/// <summary>A finished, read-only list: what every query of the rule language returns.</summary>
/// <remarks>Queries run at once and are paid for by element: nothing is put off, so no chain of queries can pile up.</remarks>
public sealed class Rows<T> : IEnumerable<T>
{
    private readonly T[] items;

    internal Rows(T[] items) => this.items = items;

    public int Count => items.Length;

    public T this[int index] => items[index];

    internal T[] Raw => items;

    public Enumerator GetEnumerator() => new(items);

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();

    public struct Enumerator
    {
        private readonly T[] items;
        private int at;

        internal Enumerator(T[] items)
        {
            this.items = items;
            at = -1;
        }

        public readonly T Current => items[at];

        public bool MoveNext() => ++at < items.Length;
    }
}

/// <summary>Elements that share a key.</summary>
public sealed class Group<TKey, T> : IEnumerable<T>
{
    private readonly Rows<T> rows;

    internal Group(TKey key, Rows<T> rows)
    {
        Key = key;
        this.rows = rows;
    }

    public TKey Key { get; }

    public int Count => rows.Count;

    public T this[int index] => rows[index];

    public Rows<T>.Enumerator GetEnumerator() => rows.GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)rows).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)rows).GetEnumerator();
}

/// <summary>A list that a rule fills.</summary>
public sealed class List<T> : IEnumerable<T>
{
    private readonly System.Collections.Generic.List<T> items = [];

    public int Count => items.Count;

    public T this[int index]
    {
        get => items[index];
        set => items[index] = value;
    }

    public void Add(T item)
    {
        Fuel.Charge(1);
        items.Add(item);
    }

    public Rows<T>.Enumerator GetEnumerator() => Pieces.Snapshot(items).GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)Pieces.Snapshot(items)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)Pieces.Snapshot(items)).GetEnumerator();
}

/// <summary>A set that a rule fills; keeps the order in which its elements came.</summary>
public sealed class Set<T> : IEnumerable<T>
{
    private readonly HashSet<T> known = new(Pieces.Equality<T>());
    private readonly System.Collections.Generic.List<T> items = [];

    public int Count => items.Count;

    /// <returns>False when it was there already.</returns>
    public bool Add(T item)
    {
        Fuel.Charge(1);
        if (!known.Add(item))
            return false;
        items.Add(item);
        return true;
    }

    public bool Contains(T item)
    {
        Fuel.Charge(1);
        return known.Contains(item);
    }

    public Rows<T>.Enumerator GetEnumerator() => Pieces.Snapshot(items).GetEnumerator();

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)Pieces.Snapshot(items)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)Pieces.Snapshot(items)).GetEnumerator();
}

/// <summary>A dictionary that a rule fills; keeps the order in which its keys came.</summary>
public sealed class Dictionary<TKey, TValue>
    where TKey : notnull
{
    private readonly System.Collections.Generic.Dictionary<TKey, TValue> known = new(Pieces.Equality<TKey>());
    private readonly System.Collections.Generic.List<TKey> keys = [];

    public int Count => keys.Count;

    public Rows<TKey> Keys => Pieces.Snapshot(keys);

    public TValue this[TKey key]
    {
        get
        {
            Fuel.Charge(1);
            return known[key];
        }
        set
        {
            Fuel.Charge(1);
            if (!known.ContainsKey(key))
                keys.Add(key);
            known[key] = value;
        }
    }

    public void Add(TKey key, TValue value)
    {
        Fuel.Charge(1);
        known.Add(key, value);
        keys.Add(key);
    }

    public bool ContainsKey(TKey key)
    {
        Fuel.Charge(1);
        return known.ContainsKey(key);
    }

    /// <returns>The value, or the given one where the key is unknown.</returns>
    public TValue Get(TKey key, TValue otherwise)
    {
        Fuel.Charge(1);
        return known.TryGetValue(key, out var value) ? value : otherwise;
    }
}

internal static class Pieces
{
    public static Rows<T> Snapshot<T>(System.Collections.Generic.List<T> items)
    {
        Fuel.Charge(items.Count);
        return new Rows<T>([.. items]);
    }

    public static IEqualityComparer<T> Equality<T>() => KeyEquality<T>.Instance;

    /// <summary>Paid for by what is compared; for a walk, where no hash has told most of them apart.</summary>
    public static bool Same<T>(T one, T other) =>
        typeof(T) == typeof(string)
            ? Fuel.Same((string?)(object?)one, (string?)(object?)other)
            : KeyEquality<T>.Instance.Equals(one, other);
}
