using PgGitOps.Core.Desired.Yaml;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>What judging the documents of one file by their schemas may cost. Schema and documents come from a stranger.</summary>
/// <remarks>
/// A step is some hundred nanoseconds: a schema that looks at a value, or 64 characters or 4 keys that it looks at, or 16
/// instructions of a pattern. Each document adds as many as its values deserve.
/// </remarks>
internal sealed class SchemaBudget
{
    private const int StepsBase = 100_000,
        StepsPerValue = 100;

    private long steps = StepsBase;

    // Counted only where the base does not do, which is hardly ever.
    private LocatedNode? uncounted;

    /// <summary>Steps that were asked for so far, for tests.</summary>
    public long Spent { get; private set; }

    public Suggestions Suggestions { get; } = new();

    public bool IsExhausted { get; private set; }

    /// <summary>For another document: what an earlier one used up is not held against it.</summary>
    public void Begin(LocatedNode root)
    {
        IsExhausted = false;
        uncounted = root;
        steps = Math.Max(steps, 0);
    }

    /// <returns>False when that is more than is left; then nothing more is left at all.</returns>
    public bool Take(long of)
    {
        Spent += of;
        if (!IsExhausted && (steps -= of) < 0)
            IsExhausted = !Add() || steps < 0;
        return !IsExhausted;
    }

    private bool Add()
    {
        if (uncounted is not { } root)
            return false;
        uncounted = null;
        steps += StepsPerValue * Count(root);
        return true;
    }

    // Aliases are counted as often as they stand: so often they are judged.
    private static long Count(LocatedNode node)
    {
        long count = 1 + node.Keys.Count;
        foreach (var item in node.Items)
            count += Count(item);
        return count;
    }
}
