using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Hosts;

/// <summary>Commands over OpenSSH's client. Nothing is asked, and an unknown host key is refused.</summary>
/// <remarks>
/// No ControlMaster: its background process outlives us and holds our pipes. A command costs one handshake, so scripts do
/// as much as they can in one. The login shell of the remote user has to be a POSIX one.
/// </remarks>
internal sealed class SshTransport(DatabaseHost host, HostTransport.Ssh transport) : IHostConnection
{
    /// <summary>ssh's own failures; a remote command may end with it too, hence the marks.</summary>
    private const int OwnFailure = 255;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    public ValueTask<HostLaunch> PrepareAsync(IReadOnlyList<string> arguments, TimeSpan? limit, CancellationToken cancel)
    {
        // The two marks tell a command that never started, one whose connection broke, and one that ended.
        var mark = Guid.NewGuid().ToString("N");
        var (begin, end) = ($"begin-{mark}", $"end-{mark}");
        string[] timed = limit is { } l
            ?
            [
                "timeout",
                "-k",
                "2",
                string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0.1, l.TotalSeconds):0.###}"),
                "env",
                "LC_ALL=C",
                "TZ=UTC",
            ]
            : ["env", "LC_ALL=C", "TZ=UTC"];
        var remote = $"cd /; echo {begin} >&2; {ShellText.Quote([.. timed, .. arguments])}; rc=$?; echo {end} >&2; exit $rc";
        var launch = new HostLaunch
        {
            Arguments = ["ssh", .. Options(), "--", host.Address, $"exec /bin/sh -c {ShellText.Quote(remote)}"],
            Environment = Environment(),
            Overhead = ConnectTimeout + TimeSpan.FromSeconds(5),
            WhenExited = (child, took) => ResultOf(child, took, limit, begin, end),
            WhenEnded = (child, after) =>
                child.Error.Contains(begin, StringComparison.Ordinal)
                    ? new HostResult.TimedOut(after)
                    : new HostResult.Unreachable(
                        $"{host.Name} ({host.Address}) did not answer over SSH within {DurationText.Format(after)}"
                    ),
        };
        return ValueTask.FromResult(launch);
    }

    private HostResult ResultOf(ChildProcess child, TimeSpan took, TimeSpan? limit, string begin, string end)
    {
        var error = child.Error;
        var from = error.IndexOf(begin, StringComparison.Ordinal);
        if (from < 0)
            return new HostResult.Unreachable($"ssh to {host.Name} ({host.Address}): {Message(error, child.ExitCode)}");
        var to = error.LastIndexOf(end, StringComparison.Ordinal);
        if (to < 0)
            return new HostResult.Lost(
                $"the connection to {host.Name} ({host.Address}) broke while the command ran: {Message(error[(from + begin.Length)..], child.ExitCode)}"
            );
        var own = error[(from + begin.Length)..to].TrimStart('\n');
        // timeout reports 124, or 137 when it had to kill; a program may do so too, but not at the deadline.
        return child.ExitCode is 124 or 137 && took >= limit
            ? new HostResult.TimedOut(limit.Value)
            : new HostResult.Exited(child.ExitCode, child.Output, own);
    }

    private static string Message(string error, int code)
    {
        var lines = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 0 ? string.Join("; ", lines.TakeLast(3))
            : code == OwnFailure ? "no reason given"
            : string.Create(CultureInfo.InvariantCulture, $"exit code {code}");
    }

    private List<string> Options()
    {
        var seconds = ConnectTimeout.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        List<string> options =
        [
            "-T",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=yes",
            "-o",
            $"ConnectTimeout={seconds}",
            "-o",
            "ControlMaster=no",
            "-o",
            "ControlPath=none",
            "-o",
            "ServerAliveInterval=5",
            "-o",
            "ServerAliveCountMax=3",
            "-o",
            "LogLevel=ERROR",
            "-o",
            "ClearAllForwardings=yes",
            "-p",
            transport.Port.ToString(CultureInfo.InvariantCulture),
        ];
        if (transport.User is { } user)
            options.AddRange(["-l", user]);
        if (transport.IdentityFile is { } identity)
            options.AddRange(["-i", identity, "-o", "IdentitiesOnly=yes"]);
        if (transport.KnownHosts is { } known)
            options.AddRange(["-o", $"UserKnownHostsFile=\"{known}\"", "-o", "GlobalKnownHostsFile=/dev/null"]);
        return options;
    }

    private static Dictionary<string, string> Environment()
    {
        var environment = LocalTransport.MinimalEnvironment(
            System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile),
            System.Environment.UserName
        );
        if (System.Environment.GetEnvironmentVariable("SSH_AUTH_SOCK") is { Length: > 0 } agent)
            environment["SSH_AUTH_SOCK"] = agent;
        return environment;
    }
}
