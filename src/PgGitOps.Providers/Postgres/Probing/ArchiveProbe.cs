using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Postgres.Probing;

/// <summary>Asks the WAL archive of a member for timelines younger than its own, with the member's own restore_command, as PostgreSQL does before it promotes.</summary>
/// <remarks>
/// The command may hold secrets: it is read on the host, run on the host, and neither it nor a word of what it prints leaves the host.
/// What comes back are names of ours, exit codes and the content of history files.
/// </remarks>
/// <param name="turns">Whose turn it is to have a command run on a host; null for a line of its own.</param>
public sealed class ArchiveProbe(IHostExecutor hosts, TimeProvider time, Turns? turns = null) : IArchiveProbe
{
    private readonly Turns turns = turns ?? HostTurns.Of(time);

    /// <summary>For the shell itself, beside the commands that it runs.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    public async ValueTask<Observation<ArchiveFacts>> AskAsync(
        ValidFleet fleet,
        Cluster cluster,
        Member member,
        string? dataDirectory,
        int timeline,
        CancellationToken cancel
    )
    {
        var environment = fleet.EnvironmentOf(cluster);
        var host = environment.Hosts.Single(h => h.Name == member.Host);
        var each = TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(environment.Access.ObserveTimeout.TotalSeconds)));
        // Of a server that does not tell where its data are, and that was not provisioned, nobody knows the place.
        var known = dataDirectory ?? member.DataDirectory?.Value;
        var script = new HostScript(
            ServerLookup.Functions + ArchiveScript.Body,
            [
                known ?? MemberDirectory.Of(environment.Access, cluster.Name, member.Name).Data,
                .. ServerLookup.Arguments(cluster, environment.Access),
                timeline.ToString(CultureInfo.InvariantCulture),
                ((int)each.TotalSeconds).ToString(CultureInfo.InvariantCulture),
                ((int)(each * 2).TotalSeconds).ToString(CultureInfo.InvariantCulture),
                known is null ? "guessed" : "known",
            ],
            each * 2 + Margin
        );
        using var turn = await turns.TakeAsync(HostTurns.BehindOthers, cancel);
        turn.GiveBackAfter(HostTurns.Patience);
        var result = await hosts.RunAsync(host, script, cancel);
        var at = time.GetUtcNow();
        return result.Match<Observation<ArchiveFacts>>(
            exited =>
                exited.Code == 0
                    ? Read(exited.Output, host, at)
                    // Its standard error is not shown: nobody knows what a shell says of the command it was given.
                    : Unknown(
                        UnreadableKind.Faulty,
                        string.Create(CultureInfo.InvariantCulture, $"asking on {host.Name} ended with code {exited.Code}")
                    ),
            timedOut =>
                Unknown(UnreadableKind.Unreachable, $"{host.Name}: no answer within {DurationText.Format(timedOut.After)}"),
            unreachable =>
                Unknown(
                    host.Transport is HostTransport.Undeclared ? UnreadableKind.NotRead : UnreadableKind.Unreachable,
                    unreachable.Reason
                ),
            lost => Unknown(UnreadableKind.Unreachable, lost.Reason)
        );

        Observation<ArchiveFacts> Unknown(UnreadableKind kind, string reason) =>
            new Observation<ArchiveFacts>.Unreadable(kind, reason, at);
    }

    private static Observation<ArchiveFacts> Read(string output, DatabaseHost host, DateTimeOffset at)
    {
        List<TimelineAncestry> timelines = [];
        string? system = null,
            gap = null;
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (line.Split('=', 2))
            {
                case ["none", var reason]:
                    return new Observation<ArchiveFacts>.Absent($"{reason} on {host.Name}", at);
                case ["unknown", var reason]:
                    return new Observation<ArchiveFacts>.Unreadable(UnreadableKind.Faulty, $"{host.Name}: {reason}", at);
                case ["gap", var reason]:
                    gap ??= $"{host.Name}: {reason}";
                    break;
                case ["system", var identifier]:
                    system = identifier;
                    break;
                case ["history", var file]:
                    var words = file.Split(' ', 2);
                    if (HistoryFile.Read(file) is { } ancestry)
                        timelines.Add(ancestry);
                    else
                        gap ??= $"{host.Name}: what it gave as {words[0]} is no timeline history file";
                    break;
                case ["end", _]:
                    return timelines.Count == 0 && gap is not null
                        ? new Observation<ArchiveFacts>.Unreadable(UnreadableKind.Faulty, gap, at)
                        : new Observation<ArchiveFacts>.Seen(
                            new ArchiveFacts
                            {
                                Timelines = timelines.OrderByDescending(t => t.Timeline).ToEquatableArray(),
                                SystemIdentifier = system,
                                Gap = gap,
                            },
                            at
                        );
            }
        }
        return new Observation<ArchiveFacts>.Unreadable(
            UnreadableKind.Faulty,
            $"{host.Name}: what was asked of the archive was cut short",
            at
        );
    }
}
