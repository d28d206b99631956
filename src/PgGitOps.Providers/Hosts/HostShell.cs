using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Hosts;

/// <summary>What every script run on a host begins with.</summary>
internal static class HostShell
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

        """;

    public static HostCommand Command(HostScript script) =>
        new(
            [.. (string[])["/bin/sh", "-c", Prelude + script.Body, "pggitops"], .. script.Arguments],
            script.StandardInput,
            script.Timeout
        );
}
