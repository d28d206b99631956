using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Servers;

/// <summary>Last lines of a server's log, for a step that has to say why.</summary>
internal static class ServerLog
{
    public static async Task<string> TailAsync(StepContext context, Member member, CancellationToken cancel)
    {
        var script = ServerScript.Of(context, member, "log_tail", [], TimeSpan.FromSeconds(5));
        var result = await context.Hosts.RunAsync(context.HostOf(member), script, cancel);
        return result is HostResult.Exited { Output: var text } && text.Trim() is { Length: > 0 } lines
            ? $"its log ends with\n{lines}"
            : "its log could not be read";
    }
}
