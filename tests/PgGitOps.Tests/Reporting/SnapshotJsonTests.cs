using System.Text.Json;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Reporting.Snapshots;

namespace PgGitOps.Tests.Reporting;

public sealed class SnapshotJsonTests
{
    private const string Verifier = "SCRAM-SHA-256$4096:c2FsdHNhbHQ=$c3RvcmVk:c2VydmVy";
    private static readonly DateTimeOffset At = new(2031, 2, 3, 4, 5, 6, 789, TimeSpan.Zero);
    private static readonly byte[] Key = [1, 2, 3];

    [Fact]
    public void ReadBack_GivesTheSameSnapshotWithDigestsForVerifiers()
    {
        var json = SnapshotJson.Write(Fleet(Verifier), Key);
        var read = Assert.IsType<SnapshotReading.Read>(SnapshotJson.Read(json)).Snapshot;

        Assert.DoesNotContain("c3RvcmVk", json, StringComparison.Ordinal);
        Assert.DoesNotContain("c2FsdHNhbHQ", json, StringComparison.Ordinal);
        var verifier = Facts(read).Roles[0].PasswordVerifier!;
        Assert.True(SnapshotJson.IsDigest(verifier));
        Assert.StartsWith("digest:scram-sha-256:", verifier.Text, StringComparison.Ordinal);
        Assert.Equal(Fleet(verifier.Text), read);
        Assert.Equal(json, SnapshotJson.Write(read, [9]));
    }

    [Fact]
    public void Write_SameSnapshotAndKey_GivesTheSameBytes_AndAnotherKeyOtherDigests()
    {
        Assert.Equal(SnapshotJson.Write(Fleet(Verifier), Key), SnapshotJson.Write(Fleet(Verifier), Key));
        Assert.NotEqual(SnapshotJson.Write(Fleet(Verifier), Key), SnapshotJson.Write(Fleet(Verifier), [4]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"format\":\"pggitops.dev/snapshot/v9\",\"fleet\":{\"at\":\"2031-01-01T00:00:00+00:00\",\"clusters\":[]}}")]
    [InlineData("{\"format\":\"pggitops.dev/snapshot/v2\"}")]
    [InlineData("{\"format\":\"pggitops.dev/snapshot/v2\",\"fleet\":{\"at\":\"2031-01-01T00:00:00+00:00\",\"clusters\":null}}")]
    [InlineData(
        "{\"format\":\"pggitops.dev/snapshot/v2\",\"fleet\":{\"at\":\"2031-01-01T00:00:00+00:00\",\"clusters\":[],\"more\":1}}"
    )]
    [InlineData(
        "{\"format\":\"pggitops.dev/snapshot/v2\",\"fleet\":{\"at\":\"2031-01-01T00:00:00+00:00\",\"clusters\":[{\"name\":\"c\",\"members\":[{\"name\":\"m\",\"server\":{\"at\":\"2031-01-01T00:00:00+00:00\"},\"host\":null}],\"databases\":[],\"record\":{\"at\":\"2031-01-01T00:00:00+00:00\",\"absent\":\"x\"}}]}}"
    )]
    public void Read_WhatIsNoSnapshot_SaysWhy(string json) =>
        Assert.NotEmpty(Assert.IsType<SnapshotReading.Refused>(SnapshotJson.Read(json)).Reason);

    [Theory]
    [InlineData("\"clusters\": [", "\"clusters\": [], \"clusters\": [", "the key 'clusters' stands twice in one object")]
    [InlineData("\"name\": ", "\"name\": \"x\", \"n\\u0061me\": ", "the key 'name' stands twice in one object")]
    [InlineData(
        "\"format\": ",
        "\"format\": \"y\",\n  \"format\": ",
        "line 3, column 3: the key 'format' stands twice in one object"
    )]
    public void Read_WithAKeyTwice_NamesItAndItsPlace(string from, string to, string says)
    {
        var json = SnapshotJson.Write(Fleet(Verifier), Key);
        var at = json.IndexOf(from, StringComparison.Ordinal);
        var twice = json[..at] + to + json[(at + from.Length)..];

        Assert.Contains(says, Assert.IsType<SnapshotReading.Refused>(SnapshotJson.Read(twice)).Reason, StringComparison.Ordinal);
    }

    /// <summary>Written before archives were asked.</summary>
    [Fact]
    public void Read_FileWithoutArchives_IsReadAsBefore()
    {
        var at = JsonSerializer.Serialize(At);
        var read = SnapshotJson.Read(
            $$$"""{"format":"{{{SnapshotJson.Format}}}","fleet":{"at":{{{at}}},"clusters":[{"name":"c","members":[{"name":"m","server":{"at":{{{at}}},"absent":"x"},"host":null}],"databases":[],"record":{"at":{{{at}}},"absent":"x"}}]}}"""
        );

        Assert.Null(Assert.IsType<SnapshotReading.Read>(read).Snapshot.Clusters[0].Members[0].Archive);
    }

    [Fact]
    public void Read_FileWithAVerifierInIt_IsRefused()
    {
        var digest = Facts(
            Assert.IsType<SnapshotReading.Read>(SnapshotJson.Read(SnapshotJson.Write(Fleet(Verifier), Key))).Snapshot
        )
            .Roles[0]
            .PasswordVerifier!.Text;
        var json = SnapshotJson.Write(Fleet(Verifier), Key).Replace(digest, Verifier, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Verifier,
            Assert.IsType<SnapshotReading.Refused>(SnapshotJson.Read(json)).Reason,
            StringComparison.Ordinal
        );
    }

    private static ServerFacts Facts(FleetSnapshot fleet) =>
        ((Observation<ServerFacts>.Seen)fleet.Clusters[0].Members[0].Server).Value;

    private static FleetSnapshot Fleet(string verifier) =>
        new(
            At,
            [
                new ClusterSnapshot
                {
                    Name = "core",
                    Members =
                    [
                        new MemberSnapshot("a1", new Observation<ServerFacts>.Seen(Server(verifier), At), null),
                        new MemberSnapshot(
                            "a2",
                            new Observation<ServerFacts>.Unreadable(
                                UnreadableKind.NotReady,
                                "the database system is starting up",
                                At
                            ),
                            null
                        ),
                        new MemberSnapshot(
                            "a3",
                            new Observation<ServerFacts>.Absent("no directory /d", At),
                            new Observation<DataDirectoryFacts>.Absent("no directory /d", At)
                        ),
                        new MemberSnapshot(
                            "a4",
                            new Observation<ServerFacts>.Unreadable(UnreadableKind.Unreachable, "connection refused", At),
                            new Observation<DataDirectoryFacts>.Seen(new DataDirectoryFacts("/d", 15, true, false, null), At)
                        )
                        {
                            Archive = new Observation<ArchiveFacts>.Seen(
                                new ArchiveFacts
                                {
                                    Timelines = [new TimelineAncestry(2, [new TimelineFork(1, "0/400")])],
                                    SystemIdentifier = "7001",
                                    Gap = "h: cut short",
                                },
                                At
                            ),
                        },
                    ],
                    Databases =
                    [
                        new DatabaseSnapshot(
                            "sales",
                            new Observation<DatabaseFacts>.Seen(
                                new DatabaseFacts
                                {
                                    Schemas = [new SchemaFact("s \"ü\" <x>", "own")],
                                    Extensions = [new ExtensionFact("pg_trgm", "1.6", "s", null)],
                                    Acls =
                                    [
                                        new AclFact("table", "s", "t", "own", null, []),
                                        new AclFact("database", null, "sales", "own", "public", ["CONNECT"]),
                                    ],
                                    DefaultAcls = [new DefaultAclFact("own", null, "tables", "r", ["SELECT"])],
                                },
                                At
                            )
                        ),
                    ],
                    Manager = new Observation<ManagerFacts>.Seen(
                        new ManagerFacts("core", null, true, [new ManagedMember("a1", "primary", "running", 3)]),
                        At
                    ),
                    Backups = new Observation<BackupFacts>.Seen(
                        new BackupFacts(
                            "core",
                            [
                                new BackupFact(
                                    "20310203-040506F",
                                    1,
                                    At,
                                    At,
                                    "000000030000000000000001",
                                    "000000030000000000000002",
                                    false
                                ),
                            ]
                        ),
                        At
                    ),
                    Record = new Observation<ClusterRecord>.Seen(
                        new ClusterRecord(
                            [new InventoryEntry("role/a", "c1", At)],
                            [new AppliedEntry("role/a", "login", "true", "c1", At)],
                            new Suspension("why", "who", At, At.AddDays(1))
                        ),
                        At
                    ),
                },
            ]
        );

    private static ServerFacts Server(string verifier) =>
        new()
        {
            VersionNumber = 150018,
            SystemIdentifier = "7300000000000000001",
            InRecovery = false,
            Timeline = 3,
            StartedAt = At,
            DataChecksums = true,
            Settings = [new SettingFact("work_mem", "4096", "kB", "integer", "user", "default", null, null, "4096", false, [])],
            FileSettings = [new FileSettingFact("/d/postgresql.conf", 3, "port", "5432", true, null)],
            Roles =
            [
                new RoleFact("app", false, true, false, false, true, false, false, -1, At, new PasswordVerifier(verifier)),
                new RoleFact("own", false, true, false, false, false, false, false, 3, null, null),
            ],
            Memberships = [new MembershipFact("own", "app", true)],
            Databases = [new DatabaseFact("sales", "own", "UTF8", "C", "C", -1, true, false)],
            ScopedSettings = [new ScopedSettingFact(null, "app", "work_mem", "3MB")],
            Slots = [new SlotFact("a2", "physical", true, "0/1", "reserved")],
            Standbys = [new StandbyFact("a2", "10.0.0.1", "streaming", "sync", "0/1", "0/1", "0/1", 0)],
            WalReceiver = new WalReceiverFact("streaming", "h", 5432, "a1", 3),
            Lsn = "0/3000060",
        };
}
