using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.Postgres.Probing;

/// <summary>Looks at a member's data directory with one command on its host.</summary>
/// <param name="known">Where a server that answered once said that its data are, by cluster and member; null where none is remembered.</param>
public sealed class DataDirectoryProbe(
    IHostExecutor hosts,
    TimeProvider time,
    Func<Cluster, Member, FleetEnvironment, string?>? known = null
) : IHostProbe
{
    private const int SeenFaulty = 65;

    /// <summary>What the script tells of how far the WAL reaches, each at least.</summary>
    private static readonly string[] Ends = ["recovery", "checkpoint"];

    // A path that cannot be searched looks like a missing one to test(1): so the nearest directory that does exist is
    // asked whether it may be searched, before anything is called missing.
    private const string Script = """
        # Prints why there is no data directory; nothing where there is something.
        missing() {
            near=$1
            while [ ! -e "$near" ] && [ ! -L "$near" ]; do near=$(dirname "$near"); done
            if [ ! -d "$near" ]; then echo "$near is not a directory" >&2; exit 65; fi
            if [ ! -x "$near" ] || [ ! -r "$near" ]; then echo "$near cannot be read by $(id -un)" >&2; exit 65; fi
            if [ "$near" != "$1" ]; then echo "no directory $1"; return; fi
            [ -n "$(ls -A "$1")" ] || echo "$1 is empty"
        }
        managed=$(expand "$1")
        data=$managed
        # Where its server said that it lies comes first: the documents may have moved since.
        if [ -n "$4" ]; then
            data=$(expand "$4")
            gone=$(missing "$data") || exit 65
            if [ -n "$gone" ] && [ "$5" = also ]; then
                there=$(missing "$managed") || exit 65
                if [ -z "$there" ]; then data=$managed; else gone="$gone, $there"; fi
            fi
        fi
        echo "path=$data"
        [ "$data" = "$managed" ] && echo "managed=yes"
        if [ "$data" = "$managed" ]; then gone=$(missing "$data") || exit 65; fi
        if [ -n "$gone" ]; then
            echo "absent=$gone"
            # Written by the first start, when the data were in place; a try that was cut short before leaves none.
            log=$(dirname "$managed")/log/startup.log
            [ -e "$log" ] && echo "trace=$log"
            exit 0
        fi
        if [ ! -f "$data/PG_VERSION" ]; then echo "$data holds files, but no PG_VERSION: not a data directory" >&2; exit 65; fi
        echo "version=$(cat "$data/PG_VERSION")"
        # Started as it is, a copy that is being restored would end its recovery wherever the WAL that is there ends.
        if [ ! -f "$data/standby.signal" ] && ! server_pid "$data" > /dev/null; then
            for sign in recovery.signal backup_label; do
                if [ -f "$data/$sign" ]; then echo "$data holds $sign: a backup is being restored there; let its owner finish, or remove that file" >&2; exit 65; fi
            done
        fi
        [ -f "$data/standby.signal" ] && echo "standby=yes"
        if server_pid "$data" > /dev/null; then
            echo "running=yes"
            echo "port=$(sed -n 4p "$data/postmaster.pid" 2> /dev/null)"
            case $(sed -n 8p "$data/postmaster.pid" 2> /dev/null) in ready* | standby*) echo "listens=$(sed -n 6p "$data/postmaster.pid")" ;; esac
        fi
        ls "$data/pg_wal" 2> /dev/null | grep -E '^[0-9A-F]{8}\.history$' | sort -r | head -n 16 | while read -r name; do
            echo "history=$name $(base64 < "$data/pg_wal/$name" | tr -d '\n')"
        done
        bin=$(find_bin "$2" "$3" 2> /dev/null) || exit 0
        control=$(LC_ALL=C "$bin/pg_controldata" -D "$data" 2> /dev/null) || exit 0
        field() { printf '%s\n' "$control" | sed -n "s|^$1: *||p"; }
        echo "system=$(field 'Database system identifier')"
        checkpoint=$(field 'Latest checkpoint location')
        timeline=$(field "Latest checkpoint's TimeLineID")
        echo "checkpointTimeline=$timeline"
        echo "recoveryTimeline=$(field "Min recovery ending loc's timeline")"
        echo "checkpoint=$checkpoint"
        echo "recovery=$(field 'Minimum recovery ending location')"
        # Where a server was promoted a moment before it ended, only its WAL says so.
        segments=$(ls "$data/pg_wal" 2> /dev/null | grep -E '^[0-9A-F]{24}$' | sort)
        newest=$(printf '%s\n' "$segments" | tail -n 1 | cut -c 1-8)
        echo "segment=$newest"
        # The end of WAL stands nowhere: it is where reading it meets what is none. Reading begins late, for the way from the last
        # checkpoint may be long: segments that are kept for later lie behind under names to come, and their first page tells an older address.
        size=$(field 'Bytes per WAL segment')
        echo "segmentSize=$size"
        [ -n "$newest" ] && [ "${size:-0}" -gt 0 ] || exit 0
        number() { echo $((0x$(printf '%s' "$1" | cut -c 9-16) * (0x100000000 / size) + 0x$(printf '%s' "$1" | cut -c 17-24))); }
        written() {
            [ "$(od -An -t x8 -j 8 -N 8 "$data/pg_wal/$1" 2> /dev/null | tr -d ' ')" = "$(printf '%016x' $(($(number "$1") * size)))" ]
        }
        segments=$(printf '%s\n' "$segments" | grep "^$newest")
        count=$(printf '%s\n' "$segments" | wc -l)
        low=1 high=$((count + 1))
        while [ $((high - low)) -gt 1 ]; do
            middle=$(((low + high) / 2))
            if written "$(printf '%s\n' "$segments" | sed -n "${middle}p")"; then low=$middle; else high=$middle; fi
        done
        # The one before the last, for a record may reach from it into the last.
        first=$(printf '%s\n' "$segments" | sed -n "$((low > 1 ? low - 1 : 1))p")
        begin=$(number "$first")
        from=$(printf '%X/%X' $((begin * size / 0x100000000)) $((begin * size % 0x100000000)))
        if [ $((0x$newest)) -eq "${timeline:-0}" ] && [ "$begin" -le $(((0x${checkpoint%/*} * 0x100000000 + 0x${checkpoint#*/}) / size)) ]; then from=$checkpoint; fi
        # Behind the last file pg_waldump waits five seconds for the next one. So it ends there, and that all of it could be read is an answer.
        to=
        if [ "$low" -eq "$count" ]; then
            to=$((($(number "$(printf '%s\n' "$segments" | tail -n 1)") + 1) * size))
            to=$(printf '%X/%X' $((to / 0x100000000)) $((to % 0x100000000)))
        fi
        said=$(LC_ALL=C timeout 3 "$bin/pg_waldump" -q -t $((0x$newest)) -s "$from" ${to:+-e "$to"} -p "$data/pg_wal" 2>&1 > /dev/null) && [ -n "$to" ] && said="no more of it at $to"
        echo "dump=$(printf '%s\n' "$said" | grep -v '^$' | tail -n 1)"
        exit 0
        """;

    public async ValueTask<Observation<DataDirectoryFacts>> LookAsync(
        ValidFleet fleet,
        Cluster cluster,
        Member member,
        CancellationToken cancel
    )
    {
        var environment = fleet.EnvironmentOf(cluster);
        var host = environment.Hosts.Single(h => h.Name == member.Host);
        var directory = MemberDirectory.Of(environment.Access, cluster.Name, member.Name);
        // What is remembered of a server that was provisioned may be moved by its owner to where the documents say; what was found stays where it was.
        var (place, also) = member.DataDirectory is { } declared
            ? (declared.Value, "")
            : (known?.Invoke(cluster, member, environment) ?? "", "also");
        var script = new HostScript(
            ServerLookup.Functions + Script,
            [directory.Data, .. ServerLookup.Arguments(cluster, environment.Access), place, also],
            environment.Access.ObserveTimeout
        );
        var result = await hosts.RunAsync(host, script, cancel);
        var at = time.GetUtcNow();
        return result.Match<Observation<DataDirectoryFacts>>(
            exited =>
                exited.Code == 0 ? Witnessed(Read(exited.Output, host, at), environment.Access, host) : Faulty(exited, host, at),
            timedOut => new Observation<DataDirectoryFacts>.Unreadable(
                UnreadableKind.Unreachable,
                $"{host.Name}: no answer within {DurationText.Format(timedOut.After)}",
                at
            ),
            unreachable => new Observation<DataDirectoryFacts>.Unreadable(UnreadableKind.Unreachable, unreachable.Reason, at),
            lost => new Observation<DataDirectoryFacts>.Unreadable(UnreadableKind.Unreachable, lost.Reason, at)
        );
    }

    private static Observation<DataDirectoryFacts> Faulty(HostResult.Exited exited, DatabaseHost host, DateTimeOffset at) =>
        new Observation<DataDirectoryFacts>.Unreadable(
            UnreadableKind.Faulty,
            exited.Code == SeenFaulty
                ? $"{host.Name}: {exited.Error.Trim()}"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{host.Name}: inspecting the data directory ended with code {exited.Code}: {exited.Error.Trim()}"
                ),
            at
        );

    /// <summary>Nothing lies at a place that nobody declared: that says nothing about where the server keeps its data.</summary>
    private static Observation<DataDirectoryFacts> Witnessed(
        Observation<DataDirectoryFacts> seen,
        ServerAccess access,
        DatabaseHost host
    ) =>
        seen is Observation<DataDirectoryFacts>.Absent absent
        && host.Transport is HostTransport.Undeclared
        && !access.DataRootDeclared
            ? new Observation<DataDirectoryFacts>.Unreadable(
                UnreadableKind.Faulty,
                $"{absent.Evidence}, where a server would be made by default; where this one keeps its data is not declared (the host's transport, access.dataRoot, or the member's dataDirectory)",
                absent.At
            )
            : seen;

    private static Observation<DataDirectoryFacts> Read(string output, DatabaseHost host, DateTimeOffset at)
    {
        var lines = output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split('=', 2))
            .Where(l => l.Length == 2)
            .ToArray();
        var facts = lines.Where(l => l[0] != "history").ToDictionary(l => l[0], l => l[1], StringComparer.Ordinal);
        if (facts.TryGetValue("absent", out var evidence))
        {
            return facts.TryGetValue("trace", out var trace)
                ? new Observation<DataDirectoryFacts>.Absent(
                    $"{evidence} on {host.Name}, where {trace} tells of a server that was started",
                    at
                )
                {
                    WasThere = true,
                }
                : new Observation<DataDirectoryFacts>.Absent($"{evidence} on {host.Name}", at);
        }
        if (
            !facts.TryGetValue("path", out var path)
            || !facts.TryGetValue("version", out var version)
            || !int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var major)
        )
            return new Observation<DataDirectoryFacts>.Unreadable(
                UnreadableKind.Faulty,
                $"{host.Name}: PG_VERSION could not be understood",
                at
            );
        return new Observation<DataDirectoryFacts>.Seen(
            new DataDirectoryFacts(
                path,
                major,
                facts.ContainsKey("standby"),
                facts.ContainsKey("running"),
                facts.GetValueOrDefault("system") is { Length: > 0 } system ? system : null
            )
            {
                IsManaged = facts.ContainsKey("managed"),
                Timeline = TimelineOf(facts),
                Lsn = End(facts),
                KnownTimelines = lines
                    .Where(l => l[0] == "history")
                    .Select(l => HistoryFile.Read(l[1]))
                    .OfType<TimelineAncestry>()
                    .OrderByDescending(k => k.Timeline)
                    .ToEquatableArray(),
                Listens = facts.GetValueOrDefault("listens") is { Length: > 0 } address ? address : null,
                Port =
                    facts.TryGetValue("port", out var port)
                    && int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                        ? number
                        : null,
            },
            at
        );
    }

    /// <summary>pg_control lags behind a promotion and behind what a standby received, so the newest WAL segment counts too.</summary>
    private static int? TimelineOf(Dictionary<string, string> facts)
    {
        if (!Number("checkpointTimeline", NumberStyles.None, out var timeline))
            return null;
        if (Number("recoveryTimeline", NumberStyles.None, out var recovery))
            timeline = Math.Max(timeline, recovery);
        return Number("segment", NumberStyles.AllowHexSpecifier, out var segment) ? Math.Max(timeline, segment) : timeline;

        bool Number(string key, NumberStyles style, out int number)
        {
            number = 0;
            return facts.TryGetValue(key, out var text) && int.TryParse(text, style, CultureInfo.InvariantCulture, out number);
        }
    }

    private static string? End(Dictionary<string, string> facts)
    {
        var size = long.TryParse(
            facts.GetValueOrDefault("segmentSize"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var bytes
        )
            ? bytes
            : (long?)null;
        var known = Ends.Select(k => Core.Observed.Lsn.TryParse(facts.GetValueOrDefault(k)))
            .Append(WalEnd.Of(facts.GetValueOrDefault("dump"), size))
            .OfType<Lsn>()
            .Where(l => l.Bytes > 0)
            .ToArray();
        return known.Length == 0 ? null : known.Max().ToString();
    }
}
