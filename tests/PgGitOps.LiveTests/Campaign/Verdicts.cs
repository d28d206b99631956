using System.Globalization;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>What the engine may not have done meanwhile, whatever came of it in the end.</summary>
internal static class Verdicts
{
    public static void Judge(
        List<string> failures,
        CampaignFleet fleet,
        Hand hand,
        Events events,
        ServerWatch watch,
        JournalWatch journals,
        bool gaveUp,
        ulong system
    )
    {
        foreach (var (from, until) in events.Suspended)
        {
            failures.AddRange(
                journals.Intents.Where(i => i.At > from && i.At < until).Take(1).Select(i => $"a step while suspended: {i.Title}")
            );
            failures.AddRange(
                watch
                    .Servers.Where(s => !hand.Starts.Contains(s.Pid) && s.StartedAt > from && s.StartedAt < until)
                    .Take(1)
                    .Select(s => $"{s.Member} was started while suspended")
            );
        }
        var systems = watch.Servers.Select(s => s.System).Where(s => s != 0 && s != system).Distinct().Count();
        if (systems > (gaveUp ? 1 : 0))
            failures.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{systems} other system identifiers were seen, {(gaveUp ? "one was" : "none was")} approved"
                )
            );
        foreach (var pair in watch.Pairs)
        {
            if (Blame(pair, hand, journals) is { } blame)
                failures.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"two primaries, {pair.One.Member} and {pair.Other.Member}: {blame}"
                    )
                );
        }
        _ = fleet;
    }

    /// <summary>Null where the hand made the second one, or the engine could not have known of the first.</summary>
    private static string? Blame(TwoPrimaries pair, Hand hand, JournalWatch journals)
    {
        var (one, other) = (Became(pair.One, hand), Became(pair.Other, hand));
        var (first, second) = one.At <= other.At ? (one, other) : (other, one);
        if (second.ByHand)
            return null;
        // What a run rests on was looked at after it began: one that began before the first became primary could not know it.
        var start = journals.Intents.LastOrDefault(i =>
            i.At <= second.Server.StartedAt.AddSeconds(1) && i.Title.Contains(second.Server.Member, StringComparison.Ordinal)
        );
        return start is not null && start.RunBegan <= first.At
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{second.Server.Member} was started by the engine at {second.At:HH:mm:ss.fff} ({start?.Title ?? "no intent is journaled"}), {first.Server.Member} was primary since {first.At:HH:mm:ss.fff}"
            );
    }

    private static (SeenServer Server, DateTimeOffset At, bool ByHand) Became(SeenServer server, Hand hand) =>
        hand.Promotions.Find(p => p.Member == server.Member && p.Pid == server.Pid) is { } promotion
            ? (server, promotion.At, true)
            : (server, server.StartedAt, hand.Starts.Contains(server.Pid));
}
