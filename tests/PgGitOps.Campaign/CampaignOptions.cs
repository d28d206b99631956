using System.Globalization;

namespace PgGitOps.Campaign;

/// <summary>What the command line asks for.</summary>
internal sealed record CampaignOptions(
    IReadOnlyList<int> Seeds,
    int Parallel,
    bool Keep,
    string Evidence,
    string? Json,
    bool List,
    DateTimeOffset? EndAt
)
{
    private const string Usage = """
        usage: run [--schedules N] [--first-seed N] [--seed N]... [--parallel N] [--minutes N] [--keep] [--evidence DIR] [--json FILE] [--list]

          --schedules N    how many, with consecutive seeds; default 200
          --first-seed N   the first of them; default 1
          --seed N         this one alone; may be given several times
          --parallel N     schedules at a time; default 1
          --minutes N      begin no further schedule after so long
          --keep           keep the logs of every schedule, not only of those that failed
          --evidence DIR   where they are kept; default artifacts/campaign
          --json FILE      results for programs
          --list           print what each seed holds, and run nothing
        """;

    /// <returns>Null where the arguments are wrong.</returns>
    public static CampaignOptions? Read(string[] args, out string? wrong)
    {
        var (schedules, first, parallel, keep, list) = (200, 1, 1, false, false);
        var (evidence, json) = ("artifacts/campaign", (string?)null);
        DateTimeOffset? endAt = null;
        List<int> seeds = [];
        wrong = null;
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i];
            if (name is "--keep" or "--list")
            {
                (keep, list) = (keep || name == "--keep", list || name == "--list");
                continue;
            }
            if (i + 1 == args.Length)
            {
                wrong = $"campaign: {name}: not known, or without its value\n{Usage}";
                return null;
            }
            var value = args[++i];
            if (name is "--evidence" or "--json")
            {
                (evidence, json) = name == "--json" ? (evidence, value) : (value, json);
                continue;
            }
            if (
                name is not ("--schedules" or "--first-seed" or "--seed" or "--parallel" or "--minutes")
                || !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || (number == 0 && name is not ("--first-seed" or "--seed"))
            )
            {
                wrong = $"campaign: {name} {value}: expected one of the options below, and a number of 1 or more\n{Usage}";
                return null;
            }
            switch (name)
            {
                case "--schedules":
                    schedules = number;
                    break;
                case "--first-seed":
                    first = number;
                    break;
                case "--seed":
                    seeds.Add(number);
                    break;
                case "--parallel":
                    parallel = number;
                    break;
                default:
                    endAt = DateTimeOffset.UtcNow.AddMinutes(number);
                    break;
            }
        }
        return new(
            seeds.Count > 0 ? seeds : [.. Enumerable.Range(first, schedules)],
            parallel,
            keep,
            evidence,
            json,
            list,
            endAt
        );
    }
}
