using PgGitOps.Core.Desired;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Tests.Proofs;

/// <summary>Small fleets for proofs, built from one line a part.</summary>
internal static class Fleets
{
    public static readonly SourceSpan Nowhere = new("test.yaml", 1, 1, 1);

    public static Located<T> At<T>(T value) => new(value, Nowhere);

    public static readonly RecoveryClasses Classes = new(
        new DocumentHead("RecoveryClasses", "classes", null, Nowhere),
        [
            new("zero", TimeSpan.Zero, Nowhere),
            new("seconds", TimeSpan.FromSeconds(30), Nowhere),
            new("minutes", TimeSpan.FromMinutes(5), Nowhere),
            new("hours", TimeSpan.FromHours(4), Nowhere),
        ],
        [
            new("seconds", TimeSpan.FromMinutes(1), Nowhere),
            new("minutes", TimeSpan.FromMinutes(15), Nowhere),
            new("hour", TimeSpan.FromHours(1), Nowhere),
            new("day", TimeSpan.FromDays(1), Nowhere),
        ]
    );

    /// <summary>Members as <c>core-1@oslo/a</c>; each stands on a host of its own name. <c>core-4&lt;core-2@bergen/a</c> is a cascade, a trailing <c>-</c> is not promotable.</summary>
    public static (FleetEnvironment Environment, Cluster Cluster) Cluster(
        string members,
        SynchronousReplication? rule = null,
        ClusterManager? manager = null,
        BackupPlan? backup = null,
        string? primarySite = null
    )
    {
        var parsed = members.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToArray();
        var environment = new FleetEnvironment
        {
            Head = new DocumentHead("Environment", "test", null, Nowhere),
            Mode = ReconcileMode.Enforce,
            Interval = TimeSpan.FromMinutes(1),
            Sites = parsed
                .GroupBy(p => p.Site)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new Site(
                    g.Key,
                    g.GroupBy(p => p.Domain)
                        .OrderBy(d => d.Key, StringComparer.Ordinal)
                        .Select(d => new FailureDomain(
                            d.Key,
                            d.Select(p => new DatabaseHost(
                                    "host-" + p.Member.Name,
                                    g.Key,
                                    d.Key,
                                    "127.0.0.1",
                                    new HostTransport.Local(null),
                                    Nowhere
                                ))
                                .ToEquatableArray(),
                            Nowhere
                        ))
                        .ToEquatableArray(),
                    Nowhere
                ))
                .ToEquatableArray(),
            Repositories =
            [
                .. parsed
                    .Select(p => p.Site)
                    .Distinct()
                    .Order(StringComparer.Ordinal)
                    .Select(s => new BackupRepository(s + "-repo", s, "posix", "/var/lib/pgbackrest", Nowhere)),
            ],
            Windows = [],
            Access = new ServerAccess(
                "postgres",
                null,
                "replicator",
                null,
                "disable",
                TimeSpan.FromSeconds(3),
                TimeSpan.FromSeconds(5),
                "~",
                null,
                []
            ),
            Removal = new RemovalBudget(3, 20),
        };
        var cluster = new Cluster
        {
            Head = new DocumentHead("Cluster", "core", null, Nowhere),
            Environment = "test",
            PostgresMajor = 15,
            Manager = manager ?? new ClusterManager.Native(),
            PrimarySite = primarySite ?? parsed[0].Site,
            Mode = null,
            Members = [.. parsed.Select(p => p.Member)],
            Replication = new Replication(rule, Nowhere),
            Storage = new Storage("localNvme", true, null, Nowhere),
            Parameters = [],
            Roles = [],
            Databases = [Database.OfName("tenancy") with { At = Nowhere }],
            Backup = backup,
            Exceptions = [],
        };
        return (environment, cluster);
    }

    public static SynchronousReplication Any(int count, params string[] standbys) => Rule(SynchronousMethod.Any, count, standbys);

    public static SynchronousReplication First(int count, params string[] standbys) =>
        Rule(SynchronousMethod.First, count, standbys);

    public static BackupPlan Backup(params string[] repositories) =>
        new("pgbackrest", [.. repositories.Select(At)], "0 1 * * 0", "0 1 * * 1-6", 4, TimeSpan.FromSeconds(60), Nowhere);

    public static RecoveryPolicy Policy(string name = "tenancy") =>
        new()
        {
            Head = new DocumentHead("RecoveryPolicy", name, null, Nowhere),
            Cluster = At("core"),
            Database = At("tenancy"),
            Schema = null,
            RpoClass = At("zero"),
            RtoClass = At("hour"),
            CrossSite = new CrossSitePolicy(At(CrossSiteReplication.Required), At(TimeSpan.Zero), At("day"), At("said"), Nowhere),
            FailoverLocal = At(FailoverMode.OperatorApproved),
            FailoverCrossSite = At(FailoverMode.OperatorApproved),
            Promotion = new PromotionPolicy([At("group:dba")], [At("approval"), At("fencing")], At("holdWrites"), Nowhere),
            Backup = null,
            Writes = new WriteFigures(ByteCount.Parse("2MB"), ByteCount.Parse("40GB"), Nowhere),
        };

    public static ValidFleet Fleet((FleetEnvironment Environment, Cluster Cluster) cluster, params RecoveryPolicy[] policies) =>
        new()
        {
            Revision = new RevisionInfo(new string('0', 40), "Test", DateTimeOffset.UnixEpoch, "Test"),
            Classes = Classes,
            Environments = [cluster.Environment],
            Clusters = [cluster.Cluster],
            Policies = [.. policies],
            Waivers = [],
            Approvals = [],
        };

    private static SynchronousReplication Rule(SynchronousMethod method, int count, string[] standbys) =>
        new(
            new SynchronousRule(method, count, [.. standbys]),
            CommitLevel.On,
            WhenShort.Block,
            [.. standbys.Select(_ => Nowhere)],
            Nowhere
        );

    private static (Member Member, string Site, string Domain) Parse(string text)
    {
        var promotable = !text.EndsWith('-');
        var parts = text.TrimEnd('-').Split('@', '/');
        var names = parts[0].Split('<');
        var member = new Member(names[0], "host-" + names[0], 5432, promotable, false, Nowhere, Nowhere)
        {
            From = names.Length > 1 ? At(names[1]) : null,
        };
        return (member, parts[1], parts.Length > 2 ? parts[1] + "-" + parts[2] : parts[1] + "-a");
    }
}
