using System.Collections.Concurrent;
using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Snapshots;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Hosts;

/// <summary>One small file in the cluster's directory on each member's host, beside the data directories: it is there whatever becomes of the servers.</summary>
/// <param name="turns">Whose turn it is to have a command run on a host; null for a line of its own.</param>
public sealed class SuspensionFiles(IHostExecutor hosts, TimeProvider time, Turns? turns = null) : ISuspensionFiles
{
    /// <summary>A host that did not answer is asked again after this: before every step of a run its silence would cost a full timeout.</summary>
    private static readonly TimeSpan SilenceLasts = TimeSpan.FromSeconds(30);

    private readonly Turns turns = turns ?? HostTurns.Of(time);
    private readonly ConcurrentDictionary<string, long> silent = new(StringComparer.Ordinal);

    private const string Name = "suspension.json";

    private const string ReadScript = """
        file=$(expand "$1")/suspension.json
        if [ -e "$file" ]; then cat "$file"; fi
        """;

    private const string WriteScript = """
        dir=$(expand "$1")
        mkdir -p "$dir" || exit 1
        aside=$dir/.suspension.$$
        cat > "$aside" && sync "$aside" && mv -T "$aside" "$dir/suspension.json" && sync "$dir" && exit 0
        rm -f "$aside"
        exit 1
        """;

    private const string ClearScript = """
        file=$(expand "$1")/suspension.json
        [ -e "$file" ] || exit 0
        rm "$file" && echo removed && exit 0
        # Hosts that share a disk take it away at the same moment: gone is gone, whoever did it.
        [ ! -e "$file" ]
        """;

    public async ValueTask<EquatableArray<PlacedSuspension>> ReadAsync(
        ValidFleet fleet,
        Cluster cluster,
        CancellationToken cancel
    )
    {
        var answers = await AskAsync(
            fleet,
            cluster,
            ReadScript,
            null,
            h => !silent.TryGetValue(h.Address, out var since) || time.GetElapsedTime(since) >= SilenceLasts,
            cancel
        );
        foreach (var (host, result) in answers)
        {
            if (result is HostResult.Exited)
                silent.TryRemove(host.Address, out _);
            else
                silent[host.Address] = time.GetTimestamp();
        }
        return answers
            .Where(a => a.Result is HostResult.Exited { Code: 0, Output.Length: > 0 })
            .Select(a => new PlacedSuspension(
                PlaceOf(a.Host),
                SuspensionJson.Read(Encoding.UTF8.GetBytes(((HostResult.Exited)a.Result).Output))
            ))
            .ToEquatableArray();
    }

    public async ValueTask<EquatableArray<PlaceAnswer>> WriteAsync(
        ValidFleet fleet,
        Cluster cluster,
        Suspension suspension,
        CancellationToken cancel
    ) =>
        Answers(
            await AskAsync(
                fleet,
                cluster,
                WriteScript,
                Encoding.UTF8.GetString(SuspensionJson.Write(suspension)),
                static _ => true,
                cancel
            ),
            static _ => true
        );

    public async ValueTask<EquatableArray<PlaceAnswer>> ClearAsync(ValidFleet fleet, Cluster cluster, CancellationToken cancel) =>
        Answers(
            await AskAsync(fleet, cluster, ClearScript, null, static _ => true, cancel),
            static exited => exited.Output.Length > 0
        );

    private static string PlaceOf(DatabaseHost host) => $"host {host.Name}";

    private static EquatableArray<PlaceAnswer> Answers(
        IEnumerable<(DatabaseHost Host, HostResult Result)> answers,
        Func<HostResult.Exited, bool> changed
    ) =>
        answers
            .Select(a =>
                a.Result.Match(
                    exited =>
                        exited.Code == 0
                            ? new PlaceAnswer(PlaceOf(a.Host), null, changed(exited))
                            : new PlaceAnswer(PlaceOf(a.Host), $"{Name}: {exited.Error.Trim()}", false),
                    timedOut => new PlaceAnswer(
                        PlaceOf(a.Host),
                        $"no answer within {DurationText.Format(timedOut.After)}",
                        false
                    ),
                    unreachable => new PlaceAnswer(PlaceOf(a.Host), unreachable.Reason, false),
                    lost => new PlaceAnswer(PlaceOf(a.Host), lost.Reason, false)
                )
            )
            .ToEquatableArray();

    private async Task<(DatabaseHost Host, HostResult Result)[]> AskAsync(
        ValidFleet fleet,
        Cluster cluster,
        string script,
        string? input,
        Func<DatabaseHost, bool> isAsked,
        CancellationToken cancel
    )
    {
        var environment = fleet.EnvironmentOf(cluster);
        var names = cluster.Members.Select(m => m.Host).ToHashSet(StringComparer.Ordinal);
        var command = new HostScript(
            script,
            [MemberDirectory.Beside(environment.Access, cluster.Name)],
            environment.Access.ObserveTimeout,
            input
        );
        return await Task.WhenAll(
            environment
                .Hosts.Where(h => names.Contains(h.Name) && isAsked(h))
                .OrderBy(h => h.Name, StringComparer.Ordinal)
                .Select(async h => (h, await RunAsync(h, command, cancel)))
        );
    }

    private async ValueTask<HostResult> RunAsync(DatabaseHost host, HostScript command, CancellationToken cancel)
    {
        using var turn = await turns.TakeAsync(0, cancel);
        turn.GiveBackAfter(HostTurns.Patience);
        return await hosts.RunAsync(host, command, cancel);
    }
}
