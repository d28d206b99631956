namespace PgGitOps.Tests.Proofs;

/// <summary>What happens to the rule when fewer standbys than asked for are connected.</summary>
internal enum Shrinking
{
    Never,
    ToNobody,
    ToOneOfTheList,
    ToOneOfTheMembers,
    ToAnyStranger,
}

/// <summary>
/// Decides by playing every history: which standbys are connected, which of them acknowledge, who holds the commit then.
/// Written without a formula and without the product's types, so that agreement means something.
/// </summary>
/// <param name="List">Standbys in the order of synchronous_standby_names.</param>
/// <param name="Direct">Every member that streams from the primary.</param>
/// <param name="Level">0 off, 1 local, 2 remote_write, 3 on, 4 remote_apply.</param>
internal sealed record NaiveOracle(int Primary, int[] List, int[] Direct, bool First, int Count, int Level, Shrinking Shrinking)
{
    /// <summary>Every set of members that may be the only holders of a commit which the client was told of.</summary>
    public IEnumerable<HashSet<int>> Holders(bool allConnected)
    {
        foreach (var connected in allConnected ? [Direct] : Subsets(Direct))
        {
            if (Level < 2)
            {
                yield return [Primary];
                continue;
            }
            foreach (var acknowledged in Acknowledgements(connected))
            {
                // remote_write is acknowledged before the standby's disk has it; when its host fails too, it held nothing.
                if (Level == 2 && !allConnected)
                    yield return [Primary];
                else
                    yield return [Primary, .. acknowledged];
            }
        }
    }

    public bool CanLose(IEnumerable<int> lost, bool allConnected)
    {
        var gone = lost.ToHashSet();
        return Holders(allConnected).Any(h => h.IsSubsetOf(gone));
    }

    /// <summary>A stranger that happens to acknowledge is a danger, not something to count on.</summary>
    public bool CanStillCommit(IEnumerable<int> unreachable) =>
        Level < 2
        || (this with { Shrinking = Shrinking == Shrinking.ToAnyStranger ? Shrinking.ToOneOfTheMembers : Shrinking })
            .Acknowledgements([.. Direct.Except(unreachable)])
            .Any();

    /// <summary>Does every acknowledged commit reach at least one of these?</summary>
    public bool AlwaysReaches(IEnumerable<int> members)
    {
        var reached = members.ToHashSet();
        return Holders(false).All(h => h.Any(m => m != Primary && reached.Contains(m)));
    }

    private IEnumerable<int[]> Acknowledgements(int[] connected)
    {
        var listed = List.Where(connected.Contains).ToArray();
        if (listed.Length >= Count)
            return First
                ? Subsets(connected).Where(a => listed.Take(Count).All(a.Contains))
                : Subsets(connected).Where(a => a.Count(listed.Contains) >= Count);
        switch (Shrinking)
        {
            case Shrinking.Never:
                return [];
            case Shrinking.ToNobody:
                return Subsets(connected).Where(a => listed.All(a.Contains));
            default:
                if (listed.Length > 0)
                    return Subsets(connected).Where(a => listed.All(a.Contains));
                return Shrinking switch
                {
                    Shrinking.ToOneOfTheMembers => Subsets(connected).Where(a => a.Length > 0),
                    Shrinking.ToAnyStranger => Subsets(connected),
                    _ => [],
                };
        }
    }

    public static IEnumerable<int[]> Subsets(int[] items)
    {
        for (var bits = 0; bits < 1 << items.Length; bits++)
            yield return [.. items.Where((_, i) => (bits >> i & 1) != 0)];
    }
}
