namespace PgGitOps.Core.Sources;

internal static class OrdinalOrder
{
    /// <summary>In ordinal order of a key, equal keys as they come. What is in order already, as a commit's files and documents nearly always are, is only looked over.</summary>
    public static List<T> InOrder<T>(this IEnumerable<T> items, Func<T, string> key)
    {
        var list = items.ToList();
        for (var i = 1; i < list.Count; i++)
        {
            if (string.CompareOrdinal(key(list[i - 1]), key(list[i])) > 0)
                return [.. list.OrderBy(key, StringComparer.Ordinal)];
        }
        return list;
    }
}
