using System.Text;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Postgres.Probing;

namespace PgGitOps.Providers.Postgres.Servers;

/// <summary>Shell functions of the scripts that make, start and stop servers, and the files handed to them.</summary>
internal static class ServerScript
{
    /// <summary>The script looked before it acted, and did not act.</summary>
    public const int RefusedCode = 65;

    /// <summary>Time of a host command that is left for it to say how it failed.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(3);

    // $1 member directory, $2 and $3 for find_bin, $4 seconds. The member's lock keeps out what an earlier, killed writer
    // left running on this host: that goes on to its end, and is then seen like any other server.
    private const string Prelude = """
        root=$(expand "$1")
        data=$root/data
        log=$root/log
        staging=$root/.staging
        seconds=$4
        refuse() { echo "$1" >&2; exit 65; }
        take_lock() {
            mkdir -p "$root" || exit 1
            exec 9>> "$root/.lock" || exit 1
            flock -w "$seconds" 9 || refuse "another program is at work on $root"
        }
        has_data() { [ -e "$data" ] && { [ ! -d "$data" ] || [ -n "$(ls -A "$data")" ]; }; }
        # Files arrive on standard input as lines "name base64", complete only with the line "end".
        receive() {
            while read -r name text; do
                [ "$name" = end ] && return 0
                printf '%s' "$text" | base64 -d > "$1/$name" || return 1
            done
            echo 'the input was truncated' >&2
            return 1
        }
        conf_text() { printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e "s/'/''/g"; }
        # A socket's path has at most 107 bytes; where the directory is too deep there is none, and peers use TCP.
        # A shorter directory below /tmp would be one that anybody may take first.
        path_settings() {
            printf "log_directory = '%s'\n" "$(conf_text "$log")"
            socket=$root/run/.s.PGSQL.$1
            if [ ${#socket} -le 107 ]; then
                printf "unix_socket_directories = '%s'\n" "$(conf_text "$root/run")"
            else
                printf "unix_socket_directories = ''\n"
            fi
        }
        clean_staging() {
            rm -rf "$staging" && mkdir -p "$staging" "$log" "$root/run" || exit 1
            trap 'rm -rf "$staging"' EXIT
            trap 'exit 1' HUP INT TERM
        }
        # One rename: before it there is no data directory, after it a complete one.
        move_into_place() {
            rmdir "$data" 2> /dev/null
            mv -T "$staging/data" "$data" && sync "$root"
        }
        # What happens before the logging collector runs is in the first file, the rest in the second.
        newest_log() { ls -t "$log"/postgresql-*.log 2> /dev/null | head -n 1; }
        log_tail() {
            newest=$(newest_log)
            if [ -z "$newest" ] || grep -qE 'FATAL|PANIC|ERROR|cannot' "$log/startup.log" 2> /dev/null; then newest=$log/startup.log; fi
            tail -n 12 "$newest" 2> /dev/null
        }
        log_sizes() { ( cd "$log" && stat -c '%s %n' postgresql-*.log ) 2> /dev/null; }
        # What a start has written since log_sizes said $1. A weekday's file may hold lines of a week ago before its own.
        log_since() {
            {
                grep -vE 'redirecting log output to|Future log output will appear|^pg_ctl: could not start server|^Examine the log output' "$log/startup.log"
                ls -tr "$log" | while read -r name; do
                    case $name in postgresql-*.log) ;; *) continue ;; esac
                    was=$(printf '%s\n' "$1" | grep -F -- " $name" | cut -d ' ' -f 1)
                    is=$(stat -c %s "$log/$name")
                    # Emptied in between, by its rotation.
                    [ "$is" -ge "${was:-0}" ] || was=0
                    tail -c "+$((${was:-0} + 1))" "$log/$name"
                done
            } 2> /dev/null | tail -n 12
        }
        # Last words of a program that failed. Kept in memory, for the disk may be what is full.
        give_up() { printf '%s\n' "$1" | grep -v '^$' | tail -n 6 >&2; exit 1; }
        # A server that was killed a moment ago and that its parent has not buried yet looks alive to its successor.
        await_burial() {
            dead=$(head -n 1 "$data/postmaster.pid" 2> /dev/null)
            tries=50
            while [ -n "$dead" ] && [ $tries -gt 0 ] && grep -qE '^[0-9]+ \(.*\) Z' "/proc/$dead/stat" 2> /dev/null; do
                sleep 0.1
                tries=$((tries - 1))
            done
        }
        # The server must not keep our pipes or our lock. What pg_ctl itself has to say comes after the server's words.
        # From PostgreSQL 18 on, pg_ctl is content with a server that ended at once on data that was shut down in recovery.
        start_server() {
            await_burial
            : > "$log/startup.log"
            sizes=$(log_sizes)
            "$bin/pg_ctl" start -s -D "$data" -l "$log/startup.log" -w -t "$seconds" >> "$log/startup.log" 2>&1 < /dev/null 9>&- && server_pid "$data" > /dev/null && return 0
            # The collector outlives the server, by as long as it takes to write down why.
            tries=20
            until [ $tries -eq 0 ] || log_since "$sizes" | grep -qE 'FATAL|PANIC|could not find the database system|is not a database cluster directory'; do
                sleep 0.1
                tries=$((tries - 1))
            done
            said=$(log_since "$sizes")
            printf '%s\n' "${said:-it did not start, and wrote no reason to $log}" >&2
            return 1
        }

        """;

    public static HostScript Of(
        StepContext context,
        Core.Desired.Member member,
        string body,
        IEnumerable<string> arguments,
        TimeSpan left,
        string? input = null
    )
    {
        var limit = left > Margin * 2 ? left - Margin : left / 2;
        var seconds = Math.Max(1, (int)limit.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new HostScript(
            ServerLookup.Functions + Prelude + body,
            [context.DirectoryOf(member).Root, .. ServerLookup.Arguments(context.Cluster, context.Access), seconds, .. arguments],
            left,
            input
        );
    }

    /// <summary>Files for a script's receive function. They travel on standard input: arguments are for everyone to see.</summary>
    public static string Files(params (string Name, string Text)[] files) =>
        string.Concat(files.Select(f => $"{f.Name} {Convert.ToBase64String(Encoding.UTF8.GetBytes(f.Text))}\n")) + "end\n";
}
