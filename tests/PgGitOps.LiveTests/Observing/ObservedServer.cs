using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Observing;

namespace PgGitOps.LiveTests.Observing;

/// <summary>Targets for test servers, and shorthands to look at what was observed.</summary>
internal static class ObservedServer
{
    public static ServerAccess Access(TimeSpan? deadline = null, string user = PostgresServer.User, string? password = null)
    {
        var variable = "PGGITOPS_TEST_" + Guid.NewGuid().ToString("N");
        Environment.SetEnvironmentVariable(variable, password ?? PostgresServer.Password);
        return new ServerAccess(
            user,
            new SecretReference.FromEnvironment(variable, default),
            "replicator",
            null,
            "disable",
            deadline ?? TimeSpan.FromSeconds(10),
            deadline ?? TimeSpan.FromSeconds(10),
            "~/none",
            null,
            []
        );
    }

    public static ClusterTarget Target(ServerAccess access, params PostgresServer[] members) =>
        Target("cluster", access, members);

    public static ClusterTarget Target(string name, ServerAccess access, params PostgresServer[] members) =>
        new()
        {
            Name = name,
            Access = access,
            Members = [.. members.Select(m => new MemberTarget(m.Name, m.Address, m.Port))],
        };

    public static PostgresReader Observer(bool keep = false) => new(Connections(keep), TimeProvider.System);

    public static ServerConnections Connections(bool keep = false) => new(new SecretStore(), TimeProvider.System, keep);

    public static async Task<ClusterSnapshot> ObserveAsync(ClusterTarget target) =>
        (await Observer().ObserveAsync([target], CancellationToken.None)).Clusters.Single();

    public static ServerFacts Facts(this ClusterSnapshot snapshot, string member) =>
        Assert.IsType<Observation<ServerFacts>.Seen>(snapshot.Find(member)!.Server).Value;

    public static Observation<ServerFacts>.Unreadable Unreadable(this ClusterSnapshot snapshot, string member) =>
        Assert.IsType<Observation<ServerFacts>.Unreadable>(snapshot.Find(member)!.Server);

    public static DatabaseFacts Contents(this ClusterSnapshot snapshot, string database) =>
        Assert.IsType<Observation<DatabaseFacts>.Seen>(snapshot.Databases.Single(d => d.Name == database).Contents).Value;

    public static string Words(this IEnumerable<string> words) => string.Join(' ', words);

    public static string Text(this AclFact acl) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{acl.Kind} {acl.Schema}.{acl.Object} {acl.Grantee ?? "-"}: {acl.Privileges.Words()}"
        );
}
