using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>The kinds, each by its case. Which there are, the folders say: the build lists their classes in KindList.</summary>
internal static class ObjectKinds
{
    /// <summary>All of them, ordered by rank.</summary>
    internal static readonly IReadOnlyList<ObjectKind> All = [.. KindList.Make().OrderBy(k => k.Rank)];

    /// <summary>Whose owner decides on the servers themselves, and on files on their hosts.</summary>
    internal static readonly ObjectKind OfServers = All.Single(k => k.Case == typeof(ObjectPath.Member));

    private static readonly Dictionary<Type, ObjectKind> ByCase = All.ToDictionary(k => k.Case);

    /// <summary>Null for what is only seen, or noted in a record.</summary>
    internal static ObjectKind? Find(ObjectPath path) => ByCase.GetValueOrDefault(path.GetType());

    internal static ObjectKind Of(ObjectPath path) =>
        Find(path) ?? throw new InvalidOperationException($"{path} is no object that a document declares.");

    /// <summary>A kind that left out one of its fields would let no exception name it.</summary>
    internal static void MustKnow(ObjectPath path, Field field)
    {
        if (Find(path) is { } kind && !kind.Fields.Contains(field))
            throw new InvalidOperationException($"{kind.GetType().Name} does not list its field {field}.");
    }
}

/// <summary>Reads the objects of all kinds from text: what a record, a plan file or a journal holds.</summary>
public static class ObjectText
{
    /// <inheritdoc cref="ObjectPath.Parse"/>
    public static ObjectPath Parse(string text)
    {
        var path = ObjectPath.Parse(text);
        if (path is not ObjectPath.Unknown || ObjectPathText.InnerOf(text) is not { } inner)
            return path;
        foreach (var kind in ObjectKinds.All)
        {
            // What is read differently from how it would be written is not known.
            if (kind.ReadPath(inner) is { } read && read.ToString() == text)
                return read;
        }
        return path;
    }
}
