using PgGitOps.Core.Desired;

namespace PgGitOps.Core.Ports;

/// <summary>Where a member's files are on its host. Paths may start with <c>~/</c>, which the host resolves.</summary>
/// <param name="Root">Directory of this member alone.</param>
public sealed record MemberDirectory(string Root)
{
    public string Data => $"{Root}/data";

    /// <summary>Server logs; outside the data directory, so that a base backup does not copy them.</summary>
    public string Log => $"{Root}/log";

    /// <summary>Unix sockets.</summary>
    public string Run => $"{Root}/run";

    public static MemberDirectory Of(ServerAccess access, string cluster, string member) =>
        new($"{ClusterRoot(access, cluster)}/{member}");

    /// <summary>Lock of the writer that brings the cluster's first server into being.</summary>
    public static string WriterLock(ServerAccess access, string cluster) => $"{ClusterRoot(access, cluster)}/.writer.lock";

    /// <summary>Where the engine keeps what it has to know of a cluster while no server of it runs.</summary>
    public static string Beside(ServerAccess access, string cluster) => $"{ClusterRoot(access, cluster)}/.pggitops";

    private static string ClusterRoot(ServerAccess access, string cluster) => $"{access.DataRoot.TrimEnd('/')}/{cluster}";
}
