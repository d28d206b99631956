using System.Text.RegularExpressions;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Settings;

namespace PgGitOps.Providers.Postgres.Servers;

/// <summary>Last lines of a server's log, for a step that has to say why.</summary>
internal static partial class ServerLog
{
    public static async Task<string> TailAsync(StepContext context, Member member, CancellationToken cancel)
    {
        var script = ServerScript.Of(context, member, "log_tail", [], TimeSpan.FromSeconds(5));
        var result = await context.Hosts.RunAsync(context.HostOf(member), script, cancel);
        return result is HostResult.Exited { Output: var text } && WithoutSecrets(text).Trim() is { Length: > 0 } lines
            ? $"its log ends with\n{lines}"
            : "its log could not be read";
    }

    /// <summary>What a server or one of its programs said, without statements of others and without the values of settings that may hold secrets.</summary>
    internal static string WithoutSecrets(string text)
    {
        List<string> lines = [];
        var isDropped = false;
        foreach (var line in text.Split('\n'))
        {
            // A line that begins with a tab goes on with the one above.
            if (line.StartsWith('\t') && isDropped)
                continue;
            isDropped = OfOthers().IsMatch(line);
            if (isDropped)
                continue;
            var shown = SecretSettings.RedactMessage(line);
            isDropped = shown != line;
            lines.Add(shown);
        }
        return string.Join('\n', lines);
    }

    // log_statement, log_min_duration_statement, log_min_error_statement, and what a failed function was doing.
    [GeneratedRegex(
        @"(?:\b(?:STATEMENT|QUERY|CONTEXT|PARAMETERS):  |\bLOG:  (?:statement|execute [^:]*|duration: [0-9.]+ ms  [a-z ]+[^:]*):|\b(?:parameters|Parameters): \$)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex OfOthers();
}
