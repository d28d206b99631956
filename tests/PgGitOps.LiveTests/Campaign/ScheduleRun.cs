using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>How one schedule ended.</summary>
/// <param name="Told">What happened, in short.</param>
/// <param name="Skipped">What could not be made to happen.</param>
/// <param name="Decisions">What was left to a person, and done by one.</param>
/// <param name="Failures">What the engine is to answer for; empty where it did no harm and converged.</param>
public sealed record ScheduleResult(
    Schedule Schedule,
    IReadOnlyList<string> Told,
    IReadOnlyList<string> Skipped,
    IReadOnlyList<string> Decisions,
    int Acknowledged,
    int LostByHand,
    int LostByEngine,
    int Promotions,
    int Passes,
    TimeSpan Took,
    IReadOnlyList<string> Failures
)
{
    public bool Passed => Failures.Count == 0;
}

/// <summary>One schedule from bring-up to verdict.</summary>
public sealed class ScheduleRun : IAsyncDisposable
{
    private const int PassesMax = 16;
    private const int PassesBeforeADecision = 3;

    private readonly CampaignFleet fleet;
    private readonly List<string> failures = [];
    private readonly JournalWatch journals;
    private readonly List<CampaignEngine> engines;
    private readonly Hand hand;
    private readonly Person person;
    private ulong system;
    private int passes;
    private string last = "";

    private ScheduleRun(CampaignFleet fleet)
    {
        this.fleet = fleet;
        journals = new JournalWatch(fleet, 2);
        engines = [new(fleet, 0), new(fleet, 1)];
        hand = new Hand(fleet);
        person = new Person(fleet, hand);
    }

    /// <param name="evidence">Directory for logs of a schedule that failed; null keeps none.</param>
    /// <param name="keepAll">Logs of every schedule are kept.</param>
    public static async Task<ScheduleResult> RunAsync(Schedule schedule, string? evidence = null, bool keepAll = false)
    {
        var clock = Stopwatch.StartNew();
        var fleet = await CampaignFleet.CreateAsync(schedule);
        ScheduleResult result;
        try
        {
            await using var run = new ScheduleRun(fleet);
            result = await run.RunAsync(clock);
            if (evidence is not null && (keepAll || !result.Passed))
                await run.KeepAsync(evidence, result);
        }
        finally
        {
            await fleet.DisposeAsync();
        }
        var left = fleet.Leftovers();
        return left.Count == 0
            ? result
            : result with
            {
                Failures = [.. result.Failures, $"left behind: {string.Join(", ", left)}"],
            };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in engines)
            await engine.DisposeAsync();
    }

    private async Task<ScheduleResult> RunAsync(Stopwatch clock)
    {
        // On a busy machine a server may be slow to answer once; nothing has happened to it yet.
        var up = await fleet.RunAsync("reconcile", "--once");
        for (var again = 0; up.ExitCode is 1 or 8 && again < 5; again++)
            up = await fleet.RunAsync("reconcile", "--once");
        if (up.ExitCode != 0)
            return new(fleet.Schedule, [], [], [], 0, 0, 0, 0, 1, clock.Elapsed, [$"bring-up ended with {up}"]);
        if (
            await fleet.AskAsync(
                "core-1",
                "create table ledger (id bigint primary key); select system_identifier from pg_control_system()",
                "app",
                20
            )
            is not [long id]
        )
            throw new InvalidOperationException("the ledger could not be made");
        system = (ulong)id;
        Events events;
        LossAccount account;
        IReadOnlyList<AcknowledgedRow> rows;
        await using (var watch = ServerWatch.Start(fleet, journals))
        await using (var writer = CampaignWriter.Start(fleet))
        {
            for (var engine = 0; engine < fleet.Schedule.Engines; engine++)
                engines[engine].Start();
            await Poll.UntilAsync("rows are acknowledged", () => writer.Count > 50);
            events = new Events(fleet, hand, writer, journals, engines);
            foreach (var happening in fleet.Schedule.Events)
                await events.RunAsync(happening);
            await events.HealAsync();
            foreach (var engine in engines)
                failures.AddRange(await engine.TerminateAsync() is { } wrong ? [wrong] : (string[])[]);
            var converged = await ConvergeAsync();
            if (converged && !person.GaveUp)
                await WritesAgainAsync(writer);
            await writer.EndAsync();
            rows = writer.Acknowledged();
            account = converged ? await AccountAsync(rows) : new LossAccount(0, []);
            await watch.EndAsync();
            Verdicts.Judge(failures, fleet, hand, events, watch, journals, person.GaveUp, system);
        }
        failures.AddRange(person.Unsaid);
        if (account.ByEngine.Count > 0)
            failures.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{account.ByEngine.Count} acknowledged rows are lost and nothing the schedule did explains it, first {account.ByEngine[0]}"
                )
            );
        failures.AddRange(
            engines
                .SelectMany(e => e.Log.Split('\n'))
                .Where(l =>
                    l.Contains("internal error", StringComparison.Ordinal)
                    || l.Contains("Unhandled exception", StringComparison.Ordinal)
                )
                .Take(1)
        );
        return new(
            fleet.Schedule,
            events.Told,
            events.Skipped,
            person.Decisions,
            rows.Count,
            account.ByHand,
            account.ByEngine.Count,
            hand.Promotions.Count,
            passes,
            clock.Elapsed,
            failures
        );
    }

    /// <summary>Passes until one ends with 0; in between a person decides what the engine says that a person has to decide.</summary>
    private async Task<bool> ConvergeAsync()
    {
        while (passes < PassesMax)
        {
            passes++;
            var run = await fleet.RunAsync("reconcile", "--once");
            last = run.ToString();
            if (run.ExitCode == 0)
                return true;
            if (passes % PassesBeforeADecision == 0)
                await person.DecideAsync(run);
        }
        failures.Add($"not converged after {PassesMax} passes; the last: {last}");
        return false;
    }

    private async Task WritesAgainAsync(CampaignWriter writer)
    {
        var before = writer.Count;
        var since = Stopwatch.StartNew();
        while (writer.Count <= before && since.Elapsed < TimeSpan.FromSeconds(30))
            await Task.Delay(50);
        if (writer.Count <= before)
            failures.Add("converged, and no row was acknowledged for 30 s");
    }

    private async Task<LossAccount> AccountAsync(IReadOnlyList<AcknowledgedRow> rows)
    {
        var primary = "";
        object?[]? who = null;
        foreach (var member in fleet.Members)
        {
            if (await fleet.AskAsync(member.Name, ServerQuestion.Text, seconds: 10) is [false, ..] answer)
                (primary, who) = (member.Name, answer);
        }
        if (who is not [false, long final, int timeline])
        {
            failures.Add("converged, and nobody accepts writes");
            return new(0, []);
        }
        var there = await RowsAsync(primary);
        foreach (var member in fleet.Members.Where(m => m.Name != primary))
            await SameRowsAsync(member.Name, there);
        HashSet<ulong> givenUp = person.GaveUp ? [system] : [];
        return Lineage.Account(
            rows,
            (ulong)final,
            hand.Forks(primary, timeline),
            there.Contains,
            hand.Promotions,
            hand.Losses,
            givenUp
        );
    }

    /// <summary>A standby that streams and shows other rows was joined to a history that is not its own.</summary>
    private async Task SameRowsAsync(string standby, HashSet<long> wanted)
    {
        HashSet<long> seen = [];
        var since = Stopwatch.StartNew();
        do
        {
            try
            {
                seen = await RowsAsync(standby);
            }
            catch (NpgsqlException e)
            {
                failures.Add($"converged, and {standby} does not answer: {e.Message}");
                return;
            }
            if (seen.SetEquals(wanted))
                return;
            await Task.Delay(200);
        } while (since.Elapsed < TimeSpan.FromSeconds(20));
        failures.Add(
            string.Create(
                CultureInfo.InvariantCulture,
                $"converged, and {standby} shows {seen.Count} rows where its primary has {wanted.Count}"
            )
        );
    }

    private async Task<HashSet<long>> RowsAsync(string member)
    {
        if (person.GaveUp && await fleet.AskAsync(member, "select to_regclass('public.ledger')::text", "app", 10) is [null])
            return [];
        HashSet<long> ids = [];
        await using var connection = await fleet.OpenAsync(fleet.Member(member), "app", 20);
        await using var command = new NpgsqlCommand("select id from ledger", connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            ids.Add(reader.GetInt64(0));
        return ids;
    }

    private async Task KeepAsync(string evidence, ScheduleResult result)
    {
        var directory = Path.Combine(evidence, string.Create(CultureInfo.InvariantCulture, $"seed-{fleet.Schedule.Seed}"));
        Directory.CreateDirectory(directory);
        await File.WriteAllLinesAsync(
            Path.Combine(directory, "verdict.txt"),
            [
                fleet.Schedule.ToString(),
                "",
                "happened:",
                .. result.Told,
                "",
                "skipped:",
                .. result.Skipped,
                "",
                "decisions:",
                .. result.Decisions,
                "",
                "promotions:",
                .. hand.Promotions.Select(p => p.ToString()),
                "losses:",
                .. hand.Losses.Select(l => l.ToString()),
                "",
                "failures:",
                .. result.Failures,
                "",
                "last pass:",
                last,
            ]
        );
        await File.WriteAllLinesAsync(Path.Combine(directory, "intents.txt"), journals.Intents.Select(i => i.ToString()));
        foreach (var engine in engines)
            await File.WriteAllTextAsync(
                Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"engine-{engine.Number}.log")),
                engine.Log
            );
        foreach (var member in fleet.Members)
        {
            var logs = Path.Combine(Path.GetDirectoryName(fleet.DataDirectory(member.Name))!, "log");
            foreach (var file in Directory.Exists(logs) ? Directory.GetFiles(logs) : [])
                File.Copy(file, Path.Combine(directory, $"{member.Name}-{Path.GetFileName(file)}"), overwrite: true);
        }
    }
}
