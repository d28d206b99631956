using System.CommandLine;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.Commands;

/// <summary>How C# rules are run.</summary>
internal static class RuleSettings
{
    private static readonly Switch Unjailed = new("--unjailed-rules", "Run C# rules without a jail, where the kernel offers none: only for rules you would run by hand");
    private static readonly Switch NoCache = new("--no-rule-cache", "Compile the rules anew");

    public static Command AddTo(Command command)
    {
        command.Add(Unjailed.Option);
        command.Add(NoCache.Option);
        return command;
    }

    public static RuleEngineOptions Read(Invocation invocation) => new()
    {
        Unjailed = Unjailed.Read(invocation.Parsed),
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
