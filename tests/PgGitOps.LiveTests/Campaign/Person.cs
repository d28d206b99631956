using System.Text.RegularExpressions;
using PgGitOps.LiveTests.EndToEnd;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>What a person does where the engine leaves a decision: reads what it says, keeps the newest history, and takes away what stands against it.</summary>
internal sealed partial class Person(CampaignFleet fleet, Hand hand)
{
    /// <summary>Decisions, each with the codes that asked for it.</summary>
    public List<string> Decisions { get; } = [];

    /// <summary>What the engine should have said and did not.</summary>
    public List<string> Unsaid { get; } = [];

    /// <summary>True once a lost cluster was given up by an approval.</summary>
    public bool GaveUp { get; private set; }

    public async Task DecideAsync(ProgramRun run)
    {
        // A person reads what the run says, and asks no further: the code has to be there.
        var codes = Codes().Matches(run.Out + run.Error).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal).ToList();
        if (fleet.Members.All(m => !fleet.HasData(m.Name)))
        {
            if (GaveUp)
                return;
            Decide("the lost cluster is made anew", codes, ["PGP022"], run);
            GaveUp = true;
            fleet.Commit("make core anew", CampaignDocuments.MakeAnew());
            return;
        }
        // Clones that were made below a data root which is declared no more: the engine moves no data, and neither does this person.
        if (fleet.Members.Where(m => fleet.IsMoved(m.Name)).Select(m => m.Name).ToList() is { Count: > 0 } moved)
        {
            foreach (var member in moved)
                await hand.LoseAsync(member);
            Decisions.Add($"{string.Join(", ", moved)} at the moved data root: taken away");
            return;
        }
        var chosen = await NewestAsync();
        // Resuming asks the record too, and ends with 8 while nobody can tell what that says: it is run again once a primary answers.
        if (
            run.Out.Contains("suspended by", StringComparison.Ordinal)
            && fleet.IsPrimarysData(chosen)
            && fleet.ServerPid(chosen) is not null
        )
        {
            var resumed = await fleet.RunAsync("resume", "core");
            Decisions.Add($"resume is run again ({resumed.ExitCode})");
            return;
        }
        if (!fleet.IsPrimarysData(chosen))
        {
            Decide($"{chosen} is promoted", codes, ["PGP005", "PGP006", "PGP021", "PGP025"], run);
            if (fleet.ServerPid(chosen) is null)
                await hand.StartAsync(chosen);
            var (best, _) = await hand.StandbyAsync(least: false, except: null);
            await hand.PromoteAsync(best ?? chosen, excused: true);
            return;
        }
        if (fleet.ServerPid(chosen) is null)
        {
            Decide($"{chosen} is started", codes, ["PGP005", "PGP006", "PGP015", "PGP021", "PGP024", "PGP025"], run);
            foreach (var other in fleet.Members.Where(m => m.Name != chosen))
                await hand.StopAsync(other.Name, fast: true);
            await hand.StartAsync(chosen);
            return;
        }
        var others = 0;
        foreach (var other in fleet.Members.Where(m => m.Name != chosen && fleet.HasData(m.Name)))
        {
            if (await FollowsAsync(other.Name, chosen))
                continue;
            // Where the newest primary is proven, a standby that cannot follow is short of what is declared; it needs no code.
            Decide($"{other.Name} is taken away", codes, run.ExitCode == 8 ? [] : ["PGP004", "PGP005", "PGP015", "PGP021"], run);
            await hand.LoseAsync(other.Name);
            others++;
        }
        // What stands against it now is only what was seen once, and is lost.
        if (others == 0 && codes.Contains("PGP021"))
        {
            Decide($"{chosen} is accepted as the primary", codes, ["PGP021"], run);
            fleet.Commit($"accept {chosen}", CampaignDocuments.Accept(chosen));
        }
    }

    /// <summary>The member with the newest timeline; of several the one that a person promoted last, then one that accepts writes.</summary>
    private async Task<string> NewestAsync()
    {
        List<(string Member, int Timeline, int Promoted, bool Primary)> all = [];
        foreach (var member in fleet.Members.Where(m => fleet.HasData(m.Name)))
            all.Add(
                (
                    member.Name,
                    (await hand.OwnAsync(member.Name)).Timeline,
                    hand.Promotions.FindLastIndex(p => p.Member == member.Name),
                    fleet.IsPrimarysData(member.Name)
                )
            );
        return all.OrderByDescending(m => m.Timeline)
            .ThenByDescending(m => m.Primary)
            .ThenByDescending(m => m.Promoted)
            .First()
            .Member;
    }

    private async Task<bool> FollowsAsync(string member, string primary) =>
        await fleet.AskAsync(member, "select pg_is_in_recovery()") is [true]
        && await fleet.AskAsync(
            primary,
            $"select count(*) from pg_stat_replication where application_name = '{member}' and state = 'streaming'"
        )
            is [1L];

    private void Decide(string what, List<string> codes, string[] wanted, ProgramRun run)
    {
        Decisions.Add($"{what} ({(codes.Count > 0 ? string.Join(',', codes) : $"exit {run.ExitCode}")})");
        if (wanted.Length > 0 && !codes.Intersect(wanted).Any())
            Unsaid.Add(
                $"{what}: the engine names none of {string.Join(", ", wanted)}: exit {run.ExitCode} {(run.Out + run.Error).Trim()}"
            );
    }

    [GeneratedRegex("PGP[0-9]{3}")]
    private static partial Regex Codes();
}
