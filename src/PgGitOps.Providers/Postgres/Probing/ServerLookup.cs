using System.Globalization;
using PgGitOps.Core.Desired;

namespace PgGitOps.Providers.Postgres.Probing;

/// <summary>Shell functions that find a server and its programs on a host, so that every script looks at a host the same way.</summary>
internal static class ServerLookup
{
    public const string Functions = """
        # Directory of the server programs of one major version: the declared one, else the usual places.
        find_bin() {
            for dir in ${2:+"$2"} "/usr/lib/postgresql/$1/bin" "/usr/pgsql-$1/bin" "/opt/postgresql/$1/bin" "/usr/local/pgsql/bin" /usr/bin /usr/local/bin; do
                [ -x "$dir/postgres" ] || continue
                case $("$dir/postgres" --version) in *" $1."* | *" $1"[a-z]*) printf '%s' "$dir"; return 0 ;; esac
            done
            echo "no server programs of PostgreSQL $1 ${2:+in $2 or }in the usual directories" >&2
            return 1
        }
        # Process id of the server that runs on a data directory, if one does. A process id alone may have been given
        # to another program since, so it counts only while that process stands in the directory.
        server_pid() {
            [ -r "$1/postmaster.pid" ] || return 1
            read -r pid < "$1/postmaster.pid" || [ -n "${pid:-}" ] || return 1
            case $pid in '' | *[!0-9]*) return 1 ;; esac
            kill -0 "$pid" 2> /dev/null || return 1
            [ "$(readlink "/proc/$pid/cwd")" = "$(readlink -f "$1")" ] || return 1
            printf '%s' "$pid"
        }

        """;

    /// <summary>The two arguments of find_bin.</summary>
    public static string[] Arguments(Cluster cluster, ServerAccess access) =>
        [cluster.PostgresMajor.ToString(CultureInfo.InvariantCulture), access.BinDirectory ?? ""];
}
