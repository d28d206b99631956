using System.Globalization;
using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Ports;

/// <summary>Shell functions that every script run on a host begins with, so that all of them look at a host the same way.</summary>
/// <remarks>POSIX sh. Scripts get their values as arguments, never pasted into the text, and secrets on standard input.</remarks>
public static class HostScript
{
    private const string Prelude = """
        set -u
        umask 077
        # A leading ~ is the home of the user the script runs as.
        expand() {
            case $1 in
                '~') printf '%s' "$HOME" ;;
                '~/'*) printf '%s/%s' "$HOME" "${1#??}" ;;
                *) printf '%s' "$1" ;;
            esac
        }
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

    /// <param name="body">What follows the functions; sees the arguments as $1, $2 …</param>
    public static HostCommand Command(
        string body,
        IEnumerable<string> arguments,
        TimeSpan timeout,
        string? standardInput = null
    ) => new([.. (string[])["/bin/sh", "-c", Prelude + body, "pggitops"], .. arguments], standardInput, timeout);

    /// <summary>The two arguments of find_bin.</summary>
    public static string[] BinArguments(Cluster cluster, ServerAccess access) =>
        [cluster.PostgresMajor.ToString(CultureInfo.InvariantCulture), access.BinDirectory ?? ""];
}
