using System.CommandLine;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.Cli.Settings;

/// <summary>How C# rules are run.</summary>
internal static class RuleSettings
{
    private static readonly Switch Unjailed = new(
        "--unjailed-rules",
        "Run C# rules without a jail, where the kernel offers none: only for rules you would run by hand"
    );
    private static readonly Switch NoCache = new("--no-rule-cache", "Compile the rules anew");

    private static readonly Setting<string?> From = new(
        "--rules-from",
        "REF",
        "Branch, tag or commit whose rules judge, such as a pull request's base; what the rules of the judged files would say otherwise is shown beside it",
        t => t,
        null
    );

    private static readonly Switch AndOwn = new(
        "--and-own-rules",
        "With --rules-from: the rules of the judged files, with the values they set, have to hold as well"
    );

    public static Command AddFromTo(Command command)
    {
        command.Add(From.Option);
        command.Add(AndOwn.Option);
        return command;
    }

    /// <summary>The revision whose rules judge, or null for the judged files' own.</summary>
    public static string? Judging(Invocation invocation) => From.Read(invocation.Parsed);

    /// <summary>Whether the judged files' own rules judge beside those of another revision.</summary>
    public static bool OwnJudgeToo(Invocation invocation) => AndOwn.Read(invocation.Parsed);

    public static Command AddTo(Command command)
    {
        command.Add(Unjailed.Option);
        command.Add(NoCache.Option);
        return command;
    }

    public static RuleEngineOptions Read(Invocation invocation) =>
        new()
        {
            Unjailed = Unjailed.Read(invocation.Parsed),
            NoLandlockWhile = TestHook.NoLandlockWhile,
            CacheDirectory = NoCache.Read(invocation.Parsed) ? null : CacheDirectory(),
        };

    private static string? CacheDirectory()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache))
            return Path.Combine(cache, "pggitops", "rules");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length == 0 ? null : Path.Combine(home, ".cache", "pggitops", "rules");
    }
}
