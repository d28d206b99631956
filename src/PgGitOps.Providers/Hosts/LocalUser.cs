using System.Globalization;

namespace PgGitOps.Providers.Hosts;

/// <summary>A user of this machine, from its user database.</summary>
internal sealed record LocalUser(string Name, int Uid, int Gid, string Home)
{
    private const string DefaultServerUser = "postgres";

    /// <summary>The user that commands of a local host run as, or why none can be had.</summary>
    /// <param name="declared">From the document; null means <c>postgres</c> when we are root, else ourselves.</param>
    public static async Task<(LocalUser? User, string? Reason)> ResolveAsync(string? declared, CancellationToken cancel)
    {
        if (Environment.IsPrivilegedProcess)
        {
            var name = declared ?? DefaultServerUser;
            var user = await FindAsync(name, cancel);
            if (user is null)
                return (
                    null,
                    $"there is no user {name} on this machine to run servers as; name another one in the host's transport"
                );
            return user.Uid == 0 ? (null, "servers do not run as root; name another user in the host's transport") : (user, null);
        }
        var self =
            await FindAsync(Environment.UserName, cancel)
            ?? new LocalUser(Environment.UserName, -1, -1, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        return declared is null || declared == self.Name
            ? (self, null)
            : (null, $"commands are to run as {declared}, but this process is {self.Name} and only root can switch");
    }

    private static async Task<LocalUser?> FindAsync(string name, CancellationToken cancel)
    {
        using var child = ChildProcess.Start(["getent", "passwd", name], LocalTransport.MinimalEnvironment("/"), out _);
        if (child is null)
            return null;
        await child.FeedAsync(null);
        if (!await child.WaitAsync(TimeSpan.FromSeconds(5), cancel))
        {
            await child.EndAsync();
            return null;
        }
        return
            child.ExitCode == 0
            && child.Output.TrimEnd().Split(':') is [var user, _, var uid, var gid, _, var home, ..]
            && user == name
            ? new LocalUser(
                name,
                int.Parse(uid, CultureInfo.InvariantCulture),
                int.Parse(gid, CultureInfo.InvariantCulture),
                home
            )
            : null;
    }
}
