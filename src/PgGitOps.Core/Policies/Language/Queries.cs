using PgGitOps.Core.Policies.Machinery;
using Buffer = System.Collections.Generic;

namespace PgGitOps.Core.Policies.Language;

/// <summary>The queries of the rule language; query expressions (<c>from … where … select</c>) bind to them as well.</summary>
public static class Queries
{
    public static Rows<T> Where<T>(this IEnumerable<T> source, Func<T, bool> condition)
    {
        var kept = new Buffer.List<T>();
        foreach (var item in Paid(source))
        {
            if (condition(item))
                kept.Add(item);
        }
        return new Rows<T>([.. kept]);
    }

    public static Rows<TOut> Select<T, TOut>(this IEnumerable<T> source, Func<T, TOut> choose)
    {
        var items = Paid(source);
        var chosen = new TOut[items.Length];
        for (var i = 0; i < items.Length; i++)
            chosen[i] = choose(items[i]);
        return new Rows<TOut>(chosen);
    }

    public static Rows<TOut> Select<T, TOut>(this IEnumerable<T> source, Func<T, int, TOut> choose)
    {
        var items = Paid(source);
        var chosen = new TOut[items.Length];
        for (var i = 0; i < items.Length; i++)
            chosen[i] = choose(items[i], i);
        return new Rows<TOut>(chosen);
    }

    public static Rows<TOut> SelectMany<T, TOut>(this IEnumerable<T> source, Func<T, IEnumerable<TOut>> many)
    {
        var all = new Buffer.List<TOut>();
        foreach (var item in Paid(source))
            all.AddRange(Paid(many(item)));
        return new Rows<TOut>([.. all]);
    }

    public static Rows<TOut> SelectMany<T, TMiddle, TOut>(
        this IEnumerable<T> source,
        Func<T, IEnumerable<TMiddle>> many,
        Func<T, TMiddle, TOut> choose
    )
    {
        var all = new Buffer.List<TOut>();
        foreach (var item in Paid(source))
        {
            foreach (var middle in Paid(many(item)))
                all.Add(choose(item, middle));
        }
        return new Rows<TOut>([.. all]);
    }

    public static bool Any<T>(this IEnumerable<T> source) => Paid(source).Length > 0;

    public static bool Any<T>(this IEnumerable<T> source, Func<T, bool> condition)
    {
        foreach (var item in Paid(source))
        {
            if (condition(item))
                return true;
        }
        return false;
    }

    public static bool All<T>(this IEnumerable<T> source, Func<T, bool> condition)
    {
        foreach (var item in Paid(source))
        {
            if (!condition(item))
                return false;
        }
        return true;
    }

    public static int Count<T>(this IEnumerable<T> source) => Paid(source).Length;

    public static int Count<T>(this IEnumerable<T> source, Func<T, bool> condition) => Where(source, condition).Count;

    public static T First<T>(this IEnumerable<T> source) => Paid(source) is [var first, ..] ? first : throw Nothing();

    public static T First<T>(this IEnumerable<T> source, Func<T, bool> condition) => First(Where(source, condition));

    public static T? FirstOrDefault<T>(this IEnumerable<T> source) => Paid(source) is [var first, ..] ? first : default;

    public static T? FirstOrDefault<T>(this IEnumerable<T> source, Func<T, bool> condition) =>
        FirstOrDefault(Where(source, condition));

    public static T Last<T>(this IEnumerable<T> source) => Paid(source) is [.., var last] ? last : throw Nothing();

    public static Rows<T> Take<T>(this IEnumerable<T> source, int count) =>
        Paid(source) is var items ? new([.. items.AsSpan(0, Math.Clamp(count, 0, items.Length))]) : throw Nothing();

    public static Rows<T> Skip<T>(this IEnumerable<T> source, int count) =>
        Paid(source) is var items ? new([.. items.AsSpan(Math.Clamp(count, 0, items.Length))]) : throw Nothing();

    public static Rows<T> Concat<T>(this IEnumerable<T> source, IEnumerable<T> other) => new([.. Paid(source), .. Paid(other)]);

    public static bool Contains<T>(this IEnumerable<T> source, T wanted) =>
        Array.Exists(Paid(source), item => Pieces.Same(item, wanted));

    public static Rows<T> Reverse<T>(this IEnumerable<T> source)
    {
        T[] items = [.. Paid(source)];
        Array.Reverse(items);
        return new Rows<T>(items);
    }

    public static Rows<T> Distinct<T>(this IEnumerable<T> source) => DistinctBy(source, item => item);

    public static Rows<T> DistinctBy<T, TKey>(this IEnumerable<T> source, Func<T, TKey> key)
    {
        var known = new HashSet<TKey>(Pieces.Equality<TKey>());
        var kept = new Buffer.List<T>();
        foreach (var item in Paid(source))
        {
            if (known.Add(key(item)))
                kept.Add(item);
        }
        return new Rows<T>([.. kept]);
    }

    public static Rows<T> Except<T>(this IEnumerable<T> source, IEnumerable<T> other)
    {
        var unwanted = new HashSet<T>(Paid(other), Pieces.Equality<T>());
        return new Rows<T>([.. Paid(source).Where<T>(item => unwanted.Add(item))]);
    }

    public static Rows<T> Intersect<T>(this IEnumerable<T> source, IEnumerable<T> other)
    {
        var wanted = new HashSet<T>(Paid(other), Pieces.Equality<T>());
        return new Rows<T>([.. Paid(source).Where<T>(item => wanted.Remove(item))]);
    }

    public static Rows<Group<TKey, T>> GroupBy<T, TKey>(this IEnumerable<T> source, Func<T, TKey> key)
        where TKey : notnull => GroupBy(source, key, item => item);

    /// <returns>Groups in the order in which their keys first came.</returns>
    public static Rows<Group<TKey, TElement>> GroupBy<T, TKey, TElement>(
        this IEnumerable<T> source,
        Func<T, TKey> key,
        Func<T, TElement> element
    )
        where TKey : notnull
    {
        var groups = new Buffer.Dictionary<TKey, Buffer.List<TElement>>(Pieces.Equality<TKey>());
        var order = new Buffer.List<TKey>();
        foreach (var item in Paid(source))
        {
            var name = key(item);
            if (!groups.TryGetValue(name, out var members))
            {
                groups.Add(name, members = []);
                order.Add(name);
            }
            members.Add(element(item));
        }
        return new Rows<Group<TKey, TElement>>([
            .. order.Select<TKey, Group<TKey, TElement>>(name => new Group<TKey, TElement>(
                name,
                new Rows<TElement>([.. groups[name]])
            )),
        ]);
    }

    public static Rows<TOut> Join<T, TOther, TKey, TOut>(
        this IEnumerable<T> source,
        IEnumerable<TOther> other,
        Func<T, TKey> key,
        Func<TOther, TKey> otherKey,
        Func<T, TOther, TOut> choose
    )
        where TKey : notnull
    {
        var byKey = new Buffer.Dictionary<TKey, Buffer.List<TOther>>(Pieces.Equality<TKey>());
        foreach (var item in Paid(other))
        {
            var name = otherKey(item);
            if (!byKey.TryGetValue(name, out var members))
                byKey.Add(name, members = []);
            members.Add(item);
        }
        var joined = new Buffer.List<TOut>();
        foreach (var item in Paid(source))
        {
            if (!byKey.TryGetValue(key(item), out var members))
                continue;
            Fuel.Charge(members.Count);
            foreach (var member in members)
                joined.Add(choose(item, member));
        }
        return new Rows<TOut>([.. joined]);
    }

    public static Rows<T> OrderBy<T, TKey>(this IEnumerable<T> source, Func<T, TKey> key) => Sorted(source, key, 1);

    public static Rows<T> OrderByDescending<T, TKey>(this IEnumerable<T> source, Func<T, TKey> key) => Sorted(source, key, -1);

    public static T Min<T>(this IEnumerable<T> source) =>
        Sorted(source, item => item, 1) is { Count: > 0 } rows ? rows[0] : throw Nothing();

    public static TKey Min<T, TKey>(this IEnumerable<T> source, Func<T, TKey> choose) => Min(Select(source, choose));

    public static T Max<T>(this IEnumerable<T> source) =>
        Sorted(source, item => item, -1) is { Count: > 0 } rows ? rows[0] : throw Nothing();

    public static TKey Max<T, TKey>(this IEnumerable<T> source, Func<T, TKey> choose) => Max(Select(source, choose));

    public static long Sum<T>(this IEnumerable<T> source, Func<T, long> choose)
    {
        var sum = 0L;
        foreach (var item in Paid(source))
            sum = checked(sum + choose(item));
        return sum;
    }

    /// <summary>The texts with a separator between them.</summary>
    public static string Joined(this IEnumerable<string> source, string separator)
    {
        var items = Paid(source);
        var length = 0L;
        foreach (var item in items)
            length += (item?.Length ?? 0) + separator.Length;
        if (length > Fuel.TextLengthMax * 2L)
            throw new RuleStopped($"a text grew past {Fuel.TextLengthMax} characters");
        return Fuel.Text(string.Join(separator, items));
    }

    /// <summary>The text with every occurrence of a part replaced.</summary>
    public static string Replaced(this string text, string part, string by)
    {
        if (part.Length == 0)
            return text;
        return Joined(text.PaidSplit(part), by);
    }

    // Stable, and by equal keys in the order of the source: the same on every machine.
    private static Rows<T> Sorted<T, TKey>(IEnumerable<T> source, Func<T, TKey> key, int direction)
    {
        var items = Paid(source);
        var keys = new TKey[items.Length];
        for (var i = 0; i < items.Length; i++)
            keys[i] = key(items[i]);
        return new Rows<T>(Array.ConvertAll(KeyOrder.Sorted(keys, direction), place => items[place]));
    }

    // Only finished collections exist in a rule, so the length is known before the work.
    private static T[] Paid<T>(IEnumerable<T> source)
    {
        T[] items = source switch
        {
            Rows<T> rows => rows.Raw,
            T[] array => array,
            _ => new Buffer.List<T>(source).ToArray(),
        };
        Fuel.Charge(1 + items.Length);
        return items;
    }

    private static InvalidOperationException Nothing() => new("the list is empty");
}
