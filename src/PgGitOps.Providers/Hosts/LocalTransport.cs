using System.Globalization;
using PgGitOps.Core.Desired;

namespace PgGitOps.Providers.Hosts;

/// <summary>Commands on this machine, as the user that owns the servers.</summary>
internal sealed class LocalTransport(HostTransport.Local transport) : IHostConnection
{
    private const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public async ValueTask<HostLaunch> PrepareAsync(IReadOnlyList<string> arguments, TimeSpan? limit, CancellationToken cancel)
    {
        var (user, reason) = await LocalUser.ResolveAsync(transport.User, cancel);
        if (user is null)
            return new HostLaunch { Reason = reason };
        if (Environment.IsPrivilegedProcess && !SearchPath.Split(':').Any(d => File.Exists(Path.Combine(d, "setpriv"))))
            return new HostLaunch { Reason = "setpriv (package util-linux) is missing, so commands cannot run as another user" };
        string[] switchUser = Environment.IsPrivilegedProcess
            ?
            [
                "setpriv",
                string.Create(CultureInfo.InvariantCulture, $"--reuid={user.Uid}"),
                string.Create(CultureInfo.InvariantCulture, $"--regid={user.Gid}"),
                "--init-groups",
                "--",
            ]
            : [];
        return new HostLaunch
        {
            Arguments = [.. switchUser, .. arguments],
            Environment = MinimalEnvironment(user.Home, user.Name),
        };
    }

    /// <summary>Nothing of our own environment reaches a host command: it holds secrets, and settings such as PGDATA or PGHOST would mislead the server programs.</summary>
    internal static Dictionary<string, string> MinimalEnvironment(string home, string? user = null)
    {
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = SearchPath,
            ["HOME"] = home,
            ["LC_ALL"] = "C",
            ["TZ"] = "UTC",
        };
        if (user is not null)
            (environment["USER"], environment["LOGNAME"]) = (user, user);
        return environment;
    }
}
