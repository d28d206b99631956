using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Writing;

/// <summary>A fleet of one cluster, <c>core</c>, with members core-1 and core-2 on two simulated sites.</summary>
public sealed record FleetUnderTest(ValidFleet Fleet, Cluster Cluster)
{
    public const string User = "engine";
    public const string PrimaryAddress = "127.0.21.1";
    public const string StandbyAddress = "127.0.22.1";
    public const string Superuser = "sup'er \\ secret-4711";
    public const string Replicator = "re:pli\\ca'tor-0815";
    public const string SuperuserVariable = "PGGITOPS_TEST_SUPERUSER";
    public const string ReplicatorVariable = "PGGITOPS_TEST_REPLICATOR";

    private static readonly SourceSpan Here = SourceSpan.WholeFile("environments/test/environment.yaml");

    public static FleetUnderTest Of(
        string dataRoot,
        HostTransport transport,
        int? port1 = null,
        int? port2 = null,
        string? binDirectory = null,
        params (string Name, string Value)[] parameters
    )
    {
        Environment.SetEnvironmentVariable(SuperuserVariable, Superuser);
        Environment.SetEnvironmentVariable(ReplicatorVariable, Replicator);
        static DocumentHead Head(string kind, string name) => new(kind, name, "team-a", Here);
        var environment = new FleetEnvironment
        {
            Head = Head("Environment", "test"),
            Mode = ReconcileMode.Enforce,
            Interval = TimeSpan.FromMinutes(1),
            Sites =
            [
                new Site(
                    "bergen",
                    [
                        new FailureDomain(
                            "bergen-a",
                            [new DatabaseHost("bgo-1", "bergen", "bergen-a", StandbyAddress, transport, Here)],
                            Here
                        ),
                    ],
                    Here
                ),
                new Site(
                    "oslo",
                    [
                        new FailureDomain(
                            "oslo-a",
                            [new DatabaseHost("osl-1", "oslo", "oslo-a", PrimaryAddress, transport, Here)],
                            Here
                        ),
                    ],
                    Here
                ),
            ],
            Repositories = [],
            Windows = [],
            Access = new ServerAccess(
                User,
                new SecretReference.FromEnvironment(SuperuserVariable, Here),
                "replicator",
                new SecretReference.FromEnvironment(ReplicatorVariable, Here),
                "disable",
                TimeSpan.FromSeconds(5),
                TimeSpan.FromSeconds(10),
                dataRoot,
                binDirectory ?? ServerPrograms.ChosenBinDirectory,
                ["127.0.0.0/8"]
            ),
            Removal = new RemovalBudget(3, 20),
        };
        var cluster = new Cluster
        {
            Head = Head("Cluster", "core"),
            Environment = "test",
            PostgresMajor = ServerPrograms.Major,
            Manager = new ClusterManager.Native(),
            PrimarySite = "oslo",
            Mode = null,
            Members =
            [
                new Member("core-1", "osl-1", port1 ?? FreePort.Next(), true, true, Here, Here),
                new Member("core-2", "bgo-1", port2 ?? FreePort.Next(), true, false, Here, Here),
            ],
            Replication = new Replication(null, Here),
            Storage = new Storage("localNvme", true, null, Here),
            Parameters = [.. parameters.Select(p => new Parameter(p.Name, p.Value, Here))],
            Roles = [],
            Databases = [],
            Backup = null,
            Exceptions = [],
        };
        var fleet = new ValidFleet
        {
            Revision = new RevisionInfo(
                "0123456789abcdef0123456789abcdef01234567",
                "A. Tester",
                DateTimeOffset.UnixEpoch,
                "test"
            ),
            Classes = null,
            Environments = [environment],
            Clusters = [cluster],
            Policies = [],
            Waivers = [],
            Approvals = [],
        };
        return new FleetUnderTest(fleet, cluster);
    }

    /// <summary>What an observer would say; a null member server is one whose data directory is not there.</summary>
    public ClusterSnapshot Snapshot(bool? primaryInRecovery, bool? standbyInRecovery = null) =>
        new()
        {
            Name = Cluster.Name,
            Members = [Seen("core-1", primaryInRecovery), Seen("core-2", standbyInRecovery)],
            Databases = [],
            Record = new Observation<ClusterRecord>.Absent("not observed", Now),
        };

    public static Step StepOf(
        StepAction action,
        string[]? creates = null,
        double seconds = 60,
        FacetState[]? effects = null,
        string[]? removes = null
    ) =>
        new()
        {
            Id = "core/test",
            Cluster = "core",
            Title = "test",
            Action = action,
            Preconditions = [],
            Effects = [.. effects ?? []],
            Hazards = [],
            Timeout = TimeSpan.FromSeconds(seconds),
            DependsOn = [],
            Because = null,
            Creates = [.. (creates ?? []).Select(ObjectPath.Parse)],
            Removes = [.. (removes ?? []).Select(ObjectPath.Parse)],
        };

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    private static MemberSnapshot Seen(string name, bool? inRecovery) =>
        inRecovery is { } recovery
            ? new MemberSnapshot(name, new Observation<ServerFacts>.Seen(Facts(recovery), Now), null)
            : new MemberSnapshot(
                name,
                new Observation<ServerFacts>.Unreadable(UnreadableKind.Unreachable, "connection refused", Now),
                new Observation<DataDirectoryFacts>.Absent("no directory", Now)
            );

    private static ServerFacts Facts(bool inRecovery) =>
        new()
        {
            VersionNumber = ServerPrograms.Major * 10000,
            SystemIdentifier = "1",
            InRecovery = inRecovery,
            Timeline = 1,
            StartedAt = Now,
            DataChecksums = true,
            Settings = [],
            FileSettings = [],
            Roles = [],
            Memberships = [],
            Databases = [],
            ScopedSettings = [],
            Slots = [],
            Standbys = [],
            WalReceiver = null,
            Lsn = null,
        };
}
