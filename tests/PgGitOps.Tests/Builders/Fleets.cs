using PgGitOps.Core.Desired;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Builders;

/// <summary>Desired state for tests: a small valid fleet, changed with <c>with</c>.</summary>
internal static class Fleets
{
    internal static readonly SourceSpan At = new("environments/test/clusters/core.yaml", 3, 7, 11);

    internal static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    internal static FleetEnvironment Environment(ReconcileMode mode = ReconcileMode.Enforce) =>
        new()
        {
            Head = new DocumentHead("Environment", "test", null, At),
            Mode = mode,
            Interval = TimeSpan.FromMinutes(1),
            Sites =
            [
                new Site(
                    "oslo",
                    [new FailureDomain("oslo-a", [Host("h1", "10.0.0.1"), Host("h2", "10.0.0.2"), Host("h3", "10.0.0.3")], At)],
                    At
                ),
            ],
            Repositories = [],
            Windows = [new ChangeWindow("nightly", "0 2 * * *", TimeSpan.FromHours(2), "Europe/Oslo", ["restart"], At)],
            Access = new ServerAccess(
                "postgres",
                null,
                "replicator",
                null,
                "prefer",
                TimeSpan.FromSeconds(2),
                TimeSpan.FromSeconds(5),
                "/var/lib/postgresql",
                null,
                []
            ),
            Removal = new RemovalBudget(3, 50),
        };

    internal static DatabaseHost Host(string name, string address) =>
        new(name, "oslo", "oslo-a", address, new HostTransport.Local(null), At);

    internal static Cluster Cluster(params string[] members)
    {
        if (members.Length == 0)
            members = ["core-1", "core-2", "core-3"];
        return new Cluster
        {
            Head = new DocumentHead("Cluster", "core", null, At),
            Environment = "test",
            PostgresMajor = 15,
            Manager = new ClusterManager.Native(),
            PrimarySite = "oslo",
            Mode = null,
            Members = [.. members.Select((m, i) => new Member(m, $"h{i + 1}", 5432, true, i == 0, At, At))],
            Replication = new Replication(null, At),
            Storage = null,
            Parameters = [],
            Roles = [],
            Databases = [],
            Backup = null,
            Exceptions = [],
        };
    }

    internal static ValidFleet Fleet(params Cluster[] clusters) => Fleet(Environment(), clusters);

    internal static ValidFleet Fleet(FleetEnvironment environment, params Cluster[] clusters) =>
        new()
        {
            Revision = new RevisionInfo("0123456789abcdef0123456789abcdef01234567", "A. Author", Now, "Change the fleet"),
            Classes = null,
            Environments = [environment],
            Clusters = [.. clusters.OrderBy(c => c.Name, StringComparer.Ordinal)],
            Policies = [],
            Waivers = [],
            Approvals = [],
        };

    internal static Parameter Setting(string name, string value) => new(name, value, At);

    internal static Located<string> Name(string name) => new(name, At);

    internal static Role Role(string name, params string[] mentioned) =>
        new()
        {
            Name = name,
            Login = false,
            Superuser = false,
            CreateDb = false,
            CreateRole = false,
            Replication = false,
            BypassRls = false,
            Inherit = true,
            ConnectionLimit = -1,
            ValidUntil = null,
            MemberOf = [],
            Settings = [],
            Password = null,
            Mentioned = [.. mentioned],
            At = At,
            Places = [],
        };

    internal static Database Database(string name, string? owner = null) =>
        Core.Desired.Database.OfName(name) with
        {
            Owner = owner is null ? null : Name(owner),
            At = At,
        };

    internal static SynchronousReplication Synchronous(int count, params string[] standbys) =>
        new(
            new SynchronousRule(SynchronousMethod.Any, count, [.. standbys]),
            CommitLevel.On,
            WhenShort.Block,
            [.. standbys.Select(_ => At)],
            At
        );
}
