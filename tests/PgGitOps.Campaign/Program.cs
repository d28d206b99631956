using System.Collections.Concurrent;
using PgGitOps.Campaign;
using PgGitOps.LiveTests.Campaign;
using PgGitOps.LiveTests.Fleet;

if (CampaignOptions.Read(args, out var wrong) is not { } options)
{
    Console.Error.WriteLine(wrong);
    return 2;
}
if (options.List)
{
    foreach (var seed in options.Seeds)
        Console.WriteLine($"{seed, 5} {Schedule.Of(seed)}");
    return 0;
}
if (ServerPrograms.WhatIsMissing(["initdb", "postgres", "pg_basebackup", "pg_ctl", "pg_controldata", "git"]) is { } missing)
{
    Console.Error.WriteLine($"campaign: {missing}");
    return 2;
}
if (options.Seeds.Any(s => Schedule.Of(s).Holds(FaultKind.FullDisk)) && !Environment.IsPrivilegedProcess)
    Console.Error.WriteLine("campaign: not root: FULL DISKS ARE SKIPPED, each is named in its schedule's line");

var evidence = Path.GetFullPath(options.Evidence);
var results = new ConcurrentBag<ScheduleResult>();
var campaignFaults = 0;
await Parallel.ForEachAsync(
    options.Seeds,
    new ParallelOptions { MaxDegreeOfParallelism = options.Parallel },
    async (seed, _) =>
    {
        if (options.EndAt is { } end && DateTimeOffset.UtcNow > end)
            return;
        var schedule = Schedule.Of(seed);
        try
        {
            var result = await ScheduleRun.RunAsync(schedule, evidence, options.Keep);
            results.Add(result);
            Console.WriteLine(CampaignReport.Line(result));
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or IOException or Npgsql.NpgsqlException)
        {
            // The campaign itself could not go on: that is no verdict on the engine, and no pass either.
            Interlocked.Increment(ref campaignFaults);
            Console.WriteLine($"{seed, 5} {schedule} | NOT JUDGED: {e.GetType().Name}: {e.Message} {e.StackTrace}");
        }
    }
);

var all = results.OrderBy(r => r.Schedule.Seed).ToList();
Console.Write(CampaignReport.Summary(all, options.Seeds.Count, campaignFaults, evidence));
if (options.Json is { } json)
    await File.WriteAllBytesAsync(json, CampaignReport.Json(all, campaignFaults));
return all.Count > 0 && campaignFaults == 0 && all.All(r => r.Passed) ? 0 : 1;
