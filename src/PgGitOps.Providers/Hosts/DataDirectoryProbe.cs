using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Hosts;

/// <summary>Looks at a member's data directory with one command on its host.</summary>
public sealed class DataDirectoryProbe(IHostExecutor hosts, TimeProvider time) : IHostProbe
{
    private const int SeenFaulty = 65;

    // A path that cannot be searched looks like a missing one to test(1): so the nearest directory that does exist is
    // asked whether it may be searched, before anything is called missing.
    private const string Script = """
        data=$(expand "$1")
        near=$data
        while [ ! -e "$near" ] && [ ! -L "$near" ]; do near=$(dirname "$near"); done
        if [ ! -d "$near" ]; then echo "$near is not a directory" >&2; exit 65; fi
        if [ ! -x "$near" ] || [ ! -r "$near" ]; then echo "$near cannot be read by $(id -un)" >&2; exit 65; fi
        echo "path=$data"
        if [ "$near" != "$data" ]; then echo "absent=no directory $data"; exit 0; fi
        if [ -z "$(ls -A "$data")" ]; then echo "absent=$data is empty"; exit 0; fi
        if [ ! -f "$data/PG_VERSION" ]; then echo "$data holds files, but no PG_VERSION: not a data directory" >&2; exit 65; fi
        echo "version=$(cat "$data/PG_VERSION")"
        [ -f "$data/standby.signal" ] && echo "standby=yes"
        server_pid "$data" > /dev/null && echo "running=yes"
        if bin=$(find_bin "$2" "$3" 2> /dev/null); then
            "$bin/pg_controldata" -D "$data" 2> /dev/null | sed -n 's/^Database system identifier: */system=/p'
        fi
        exit 0
        """;

    public async ValueTask<Observation<DataDirectoryFacts>> LookAsync(ValidFleet fleet, Cluster cluster, Member member, CancellationToken cancel)
    {
        var environment = fleet.EnvironmentOf(cluster);
        var host = environment.Hosts.Single(h => h.Name == member.Host);
        var directory = MemberDirectory.Of(environment.Access, cluster.Name, member.Name);
        var command = HostScript.Command(Script, [directory.Data, .. HostScript.BinArguments(cluster, environment.Access)], environment.Access.ObserveTimeout);
        var result = await hosts.RunAsync(host, command, cancel).ConfigureAwait(false);
        var at = time.GetUtcNow();
        return result.Match<Observation<DataDirectoryFacts>>(
            exited => exited.Code == 0 ? Read(exited.Output, host, at) : Faulty(exited, host, at),
            timedOut => new Observation<DataDirectoryFacts>.Unreadable(UnreadableKind.Unreachable, $"{host.Name}: no answer within {DurationText.Format(timedOut.After)}", at),
            unreachable => new Observation<DataDirectoryFacts>.Unreadable(UnreadableKind.Unreachable, unreachable.Reason, at),
            lost => new Observation<DataDirectoryFacts>.Unreadable(UnreadableKind.Unreachable, lost.Reason, at));
    }

    private static Observation<DataDirectoryFacts> Faulty(HostResult.Exited exited, DatabaseHost host, DateTimeOffset at) =>
        new Observation<DataDirectoryFacts>.Unreadable(
            UnreadableKind.Faulty,
            exited.Code == SeenFaulty ? $"{host.Name}: {exited.Error.Trim()}" : string.Create(CultureInfo.InvariantCulture, $"{host.Name}: looking at the data directory ended with code {exited.Code}: {exited.Error.Trim()}"),
            at);

    private static Observation<DataDirectoryFacts> Read(string output, DatabaseHost host, DateTimeOffset at)
    {
        var facts = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split('=', 2))
            .Where(l => l.Length == 2)
            .ToDictionary(l => l[0], l => l[1], StringComparer.Ordinal);
        if (facts.TryGetValue("absent", out var evidence))
            return new Observation<DataDirectoryFacts>.Absent($"{evidence} on {host.Name}", at);
        if (!facts.TryGetValue("path", out var path) || !facts.TryGetValue("version", out var version) || !int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var major))
            return new Observation<DataDirectoryFacts>.Unreadable(UnreadableKind.Faulty, $"{host.Name}: PG_VERSION could not be understood", at);
        return new Observation<DataDirectoryFacts>.Seen(
            new DataDirectoryFacts(path, major, facts.ContainsKey("standby"), facts.ContainsKey("running"), facts.GetValueOrDefault("system")), at);
    }
}
