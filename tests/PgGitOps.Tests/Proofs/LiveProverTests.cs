using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.State;
using PgGitOps.State;
using PgGitOps.Wiring;
using static PgGitOps.Tests.Proofs.Fleets;

namespace PgGitOps.Tests.Proofs;

[Trait("Requirement", "R-07")]
public sealed class LiveProverTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly PlanningFigures Declared = new()
    {
        Detection = TimeSpan.FromSeconds(30),
        Decision = TimeSpan.FromMinutes(5),
        Promotion = TimeSpan.FromSeconds(5),
        Reconnect = TimeSpan.FromSeconds(5),
    };

    /// <summary>core-1 and core-2 in oslo, core-3 in bergen; asynchronous with a window of thirty seconds unless a rule is given.</summary>
    private static ContextProof Proof(SynchronousReplication? rule = null)
    {
        var window = rule is null ? TimeSpan.FromSeconds(30) : TimeSpan.Zero;
        var policy = Policy() with
        {
            RpoClass = At("minutes"),
            Planning = Declared,
            CrossSite = Policy().CrossSite with { DataLossWindow = At(window), RtoClass = null },
        };
        return Prover.Prove(Fleet(Cluster("core-1@oslo/a core-2@oslo/b core-3@bergen/a", rule), policy)).Contexts[0];
    }

    private static StandbyFact Standby(
        string name,
        long bytes = 0,
        double? flushLag = null,
        double reply = 0.1,
        string state = "streaming",
        string flushed = "0/3000000"
    ) => new(name, "10.0.0.9", state, "async", "0/3000000", flushed, flushed, bytes, flushLag, reply);

    private static ClusterSnapshot Seen(string names, string level, params StandbyFact[] standbys) =>
        Seen(names, level, "0/3000000", Now, standbys);

    private static ClusterSnapshot Seen(
        string names,
        string level,
        string lsn,
        DateTimeOffset at,
        params StandbyFact[] standbys
    ) =>
        new()
        {
            Name = "core",
            Members =
            [
                new(
                    "core-1",
                    new Observation<ServerFacts>.Seen(
                        Server(false) with
                        {
                            Lsn = lsn,
                            Standbys = [.. standbys],
                            Settings =
                            [
                                Setting("fsync", "on"),
                                Setting("full_page_writes", "on"),
                                Setting("synchronous_commit", level),
                                Setting("synchronous_standby_names", names),
                            ],
                        },
                        at
                    ),
                    null
                ),
                new("core-2", new Observation<ServerFacts>.Seen(Server(true), at), null),
                new("core-3", new Observation<ServerFacts>.Seen(Server(true), at), null),
            ],
            Databases =
            [
                new(
                    "tenancy",
                    new Observation<DatabaseFacts>.Seen(
                        new DatabaseFacts
                        {
                            Schemas = [],
                            Extensions = [],
                            Acls = [],
                            DefaultAcls = [],
                        },
                        at
                    )
                ),
            ],
            Record = new Observation<ClusterRecord>.Absent("none", at),
        };

    private static SettingFact Setting(string name, string value) =>
        new(name, value, null, "string", "sighup", "configuration file", null, null, null, false, []);

    private static ServerFacts Server(bool standby) =>
        new()
        {
            VersionNumber = 150000,
            SystemIdentifier = "1",
            InRecovery = standby,
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
            Lsn = "0/3000000",
            ReplayPaused = standby ? false : null,
        };

    private static LiveContext Judge(
        ContextProof proof,
        ClusterSnapshot? seen,
        LiveContext? previous = null,
        DateTimeOffset? now = null
    ) => LiveProver.Of(proof, seen, Classes, now ?? Now, previous);

    private static LiveVerdict Site(LiveContext context) => context.Find(FailureScenario.SiteLoss)!.Live;

    [Fact]
    public void IdleStandbyThatHasEverything_IsKept_HoweverLongItIsSilent() =>
        Assert.Equal(
            Verdict.Met,
            Site(Judge(Proof(), Seen("", "on", Standby("core-2"), Standby("core-3", reply: 4000)))).Verdict
        );

    [Theory]
    [InlineData(2, 0.1, Verdict.Met)]
    [InlineData(31, 0.1, Verdict.AtRisk)]
    [InlineData(0.01, 31, Verdict.AtRisk)]
    public void StandbyThatMissesSomething_IsAsLateAsItsDelayOrItsSilence(double flushLag, double reply, Verdict expected) =>
        Assert.Equal(
            expected,
            Site(Judge(Proof(), Seen("", "on", Standby("core-2"), Standby("core-3", 4096, flushLag, reply)))).Verdict
        );

    [Fact]
    public void StandbyWhoseDelayIsNotMeasured_IsLateByThePositionsSeenBefore()
    {
        var proof = Proof();
        // A slow link: replies come, the reported delay is small, and yet positions of half a minute ago are not there.
        var before = Judge(
            proof,
            Seen("", "on", "0/4000000", Now.AddSeconds(-35), Standby("core-2"), Standby("core-3", 16777216, 0.5)),
            now: Now.AddSeconds(-35)
        );
        Assert.Equal(Verdict.Met, Site(before).Verdict);

        var after = Judge(proof, Seen("", "on", "0/5000000", Now, Standby("core-2"), Standby("core-3", 33554432, 0.5)), before);

        Assert.Equal(Verdict.AtRisk, Site(after).Verdict);
        Assert.Contains("35s", Site(after).Because, StringComparison.Ordinal);
    }

    [Fact]
    public void StandbyWhoseDelayIsNotMeasured_IsLateByThePositionsThatAnotherRunSaw()
    {
        using var directory = new TemporaryDirectory();
        LiveVerdict Run(string lsn, DateTimeOffset at, long behind) =>
            Site(
                LiveProofs
                    .Of(
                        Fleet(Cluster("core-1@oslo/a core-2@oslo/b core-3@bergen/a"), Policy()),
                        [Proof()],
                        new FleetSnapshot(at, [Seen("", "on", lsn, at, Standby("core-2"), Standby("core-3", behind, 0.5))]),
                        at,
                        new LagEvidence(
                            new EvidenceFiles(directory.Path, new FixedTime(at)),
                            "0123456789abcdef",
                            new StateConditions(_ => { })
                        )
                    )
                    .Single()
            );

        Assert.Equal(Verdict.Met, Run("0/4000000", Now.AddSeconds(-35), 16777216).Verdict);
        var after = Run("0/5000000", Now, 33554432);

        Assert.Equal(Verdict.AtRisk, after.Verdict);
        Assert.Contains("35s", after.Because, StringComparison.Ordinal);
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    private sealed class TemporaryDirectory : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("pggitops-lag-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    [Fact]
    public void StandbyThatDoesNotStream_PutsTheWindowAtRisk()
    {
        var site = Site(Judge(Proof(), Seen("", "on", Standby("core-2"))));
        Assert.Equal(Verdict.AtRisk, site.Verdict);
        Assert.Contains("no standby in another site streams from core-1", site.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void CatchingUpStandby_IsUnknownNeverKept() =>
        Assert.Equal(
            Verdict.Unknown,
            Site(Judge(Proof(), Seen("", "on", Standby("core-2"), Standby("core-3", 1 << 30, 0.2, state: "catchup")))).Verdict
        );

    [Fact]
    public void UnreadPrimary_IsUnknown_AndFreezesAnAlarm()
    {
        var proof = Proof();
        var alarm = Judge(proof, Seen("", "on", Standby("core-2")));
        Assert.Equal(Verdict.Unknown, Site(Judge(proof, null)).Verdict);

        var later = Site(Judge(proof, null, alarm));

        Assert.Equal(Verdict.AtRisk, later.Verdict);
        Assert.Equal(later.Because, Site(Judge(proof, null, Judge(proof, null, alarm))).Because);
    }

    [Theory]
    [InlineData("ANY 1 (\"core-3\")", "on", Verdict.Met)]
    [InlineData("", "on", Verdict.AtRisk)]
    [InlineData("ANY 1 (\"core-2\", \"core-3\")", "on", Verdict.AtRisk)]
    [InlineData("ANY 1 (\"core-3\")", "remote_write", Verdict.AtRisk)]
    [InlineData("ANY 1 (\"core-3\")", "local", Verdict.AtRisk)]
    public void PromiseOfZero_IsProvenOnceMoreOnWhatTheServerHas(string names, string level, Verdict expected) =>
        Assert.Equal(
            expected,
            Site(Judge(Proof(Any(1, "core-3")), Seen(names, level, Standby("core-2"), Standby("core-3")))).Verdict
        );

    [Fact]
    public void FunctionThatLowersTheCommitLevel_IsNamed()
    {
        var seen = Seen("ANY 1 (\"core-3\")", "on", Standby("core-2"), Standby("core-3"));
        var facts = new DatabaseFacts
        {
            Schemas = [],
            Extensions = [],
            Acls = [],
            DefaultAcls = [],
            FunctionSettings = [new("app.fast(integer)", "synchronous_commit", "off")],
        };
        var site = Site(
            Judge(
                Proof(Any(1, "core-3")),
                seen with
                {
                    Databases = [new("tenancy", new Observation<DatabaseFacts>.Seen(facts, Now))],
                }
            )
        );
        Assert.Equal(Verdict.AtRisk, site.Verdict);
        Assert.Contains("app.fast(integer)", site.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoPrimaries_AreAtRisk()
    {
        var seen = Seen("", "on", Standby("core-2"), Standby("core-3"));
        seen = seen with
        {
            Members =
            [
                .. seen.Members.Select(m =>
                    m.Name == "core-3" ? m with { Server = new Observation<ServerFacts>.Seen(Server(false), Now) } : m
                ),
            ],
        };
        Assert.Contains("core-1 and core-3 all accept writes", Site(Judge(Proof(), seen)).Because, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingSynchronousStandby_SaysThatCommitsWait()
    {
        var context = Judge(Proof(Any(1, "core-3")), Seen("ANY 1 (\"core-3\")", "on", Standby("core-2")));
        Assert.Contains(context.Alarms, c => c.Live.Because.Contains("commits wait now", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Json_FitsItsSchema()
    {
        var json = PgGitOps.Core.Reporting.Proofs.ProveLive.Json(
            Now,
            [Judge(Proof(), Seen("", "on", Standby("core-2"))), Judge(Proof(Any(1, "core-3")), null)]
        );
        var schema = await NJsonSchema.JsonSchema.FromFileAsync(
            Path.Combine(Desired.Trees.ProjectDirectory, "schemas", "reports", "prove-live.schema.json")
        );
        Assert.Empty(schema.Validate(json));
        Assert.NotEmpty(schema.Validate(json.Replace("\"atRisk\"", "\"fine\"", StringComparison.Ordinal)));
        var rules = new LiveRuleReport(
            [new("LIVE1", "A rule", "")],
            [new Diagnostic(Severity.Error, "LIVE1", "core-1 is primary", SourceSpan.WholeFile("a.yaml"))],
            []
        );
        var ruled = PgGitOps.Core.Reporting.Proofs.ProveLive.Json(Now, [], rules);
        Assert.Empty(schema.Validate(ruled));
        Assert.Contains("\"rejected\": true", ruled, StringComparison.Ordinal);
        Assert.Contains(
            "✗ a.yaml: error LIVE1: core-1 is primary",
            PgGitOps.Core.Reporting.Proofs.ProveLive.Text([], rules),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void WeakenedRule_PutsOnlyWhatItLosesAtRisk()
    {
        // Without a rule the site's loss is no longer ruled out; a crash still loses nothing.
        var context = Judge(Proof(Any(1, "core-3")), Seen("", "on", Standby("core-2"), Standby("core-3")));
        Assert.Equal(Verdict.AtRisk, Site(context).Verdict);
        Assert.DoesNotContain(context.Alarms, c => c.Static.Scenario == FailureScenario.ProcessCrash);
    }
}
