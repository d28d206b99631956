using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>Settings that nobody declared and that undo, now or after the next restart, what somebody did declare.</summary>
public class UndeclaredSettingTests
{
    private const string NotYet = "setting could not be applied";
    private const string Path = "member/core-1/parameter/huge_pages";

    [Fact]
    public void Plan_WhenAnUndeclaredChangeWaitsForARestart_TellsItOnceWithTheValueThatWaits()
    {
        var change = Assert.Single(
            Changes(Cluster("core-1"), Waiting(Auto("on", NotYet))),
            c => c.Key.Object == ObjectPath.Parse(Path)
        );

        Assert.Equal(
            ("pendingRestart", "on", ChangeCause.Undeclared),
            (change.Key.Field.ToString(), change.Live!.Display, change.Cause)
        );
        Assert.Equal(FieldTreatment.Observe, change.Treatment);
    }

    [Fact]
    public void Plan_WhenTheFilesMayNotBeRead_StillTellsThatAChangeWaits() =>
        Assert.Equal(
            "pendingRestart",
            Assert.Single(Changes(Cluster("core-1"), Waiting()), c => c.Key.Object == ObjectPath.Parse(Path)).Key.Field.ToString()
        );

    [Fact]
    public void Plan_WhenAnUndeclaredChangeWasNotEvenReloaded_TellsTheLineOnce()
    {
        var facts = Snapshots.Primary() with { FileSettings = [Auto("on", NotYet)] };

        var change = Assert.Single(Changes(Cluster("core-1"), facts), c => c.Key.Object == ObjectPath.Parse(Path));

        Assert.Equal(("alterSystem", "on"), (change.Key.Field.ToString(), change.Live!.Display));
    }

    [Fact]
    public void Plan_WhenALineOfSomebodyElseIsGone_TellsThatItWaitsAndNotThatTheFileIsFaulty()
    {
        // As PostgreSQL 15 shows it, under no file and no line.
        var gone = new FileSettingFact(
            "",
            0,
            "",
            null,
            false,
            "parameter \"huge_pages\" cannot be changed without restarting the server"
        );
        var faulty = new FileSettingFact(
            "",
            0,
            "",
            null,
            false,
            "could not open configuration file \"/data/postgresql.conf\": Permission denied"
        );

        var fields = Changes(Cluster("core-1"), Waiting(gone, faulty))
            .Where(c => c.Danger is not null)
            .Select(c => $"{c.Key.Field} {c.Live!.Display}");

        Assert.Equal([$"configurationFile :0: {faulty.Error}", "pendingRestart true"], fields.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Plan_WhenADeclaredChangeWaitsForARestart_CallsItNoDanger()
    {
        var cluster = Cluster("core-1") with { Parameters = [Setting("huge_pages", "on")] };

        Assert.DoesNotContain(Changes(cluster, Waiting(Auto("on", NotYet))), c => c.Danger is not null);
    }

    [Theory]
    // Written by us; Git gave it up before the restart.
    [InlineData("on", "on", null, true)]
    // Taken back by us: no line is left, and the server still runs with our value.
    [InlineData(null, null, "try", true)]
    // Over what we wrote, and after what we took back, somebody else set another.
    [InlineData("off", "on", null, false)]
    [InlineData("on", null, "try", false)]
    public void Plan_WhenAChangeOfOursWaitsForARestart_CallsOnlyAForeignOneADanger(
        string? line,
        string? written,
        string? applied,
        bool isOurs
    )
    {
        var facts = line is null ? Waiting() : Waiting(Auto(line, NotYet));
        (string, string, string)[] record =
        [
            .. written is null ? [] : new[] { (Path, "configured", written) },
            .. applied is null ? [] : new[] { (Path, "value", applied) },
        ];

        var changes = Plans
            .Of(Cluster("core-1"), Snapshots.Cluster(Snapshots.Seen("core-1", facts)).WithRecord([], record))
            .Changes;

        Assert.Equal(isOurs ? 0 : 1, changes.Count(c => c.Danger is not null));
    }

    [Fact]
    public void Plan_WhenADeclaredParameterIsOverriddenForADatabaseOrARole_TellsEach()
    {
        var changes = Changes(
            Declaring("8MB"),
            Overridden(("tenancy", null, "1GB"), ("tenancy", "tenancy_app", "2GB"), (null, "reports", "3GB"), (null, null, "4GB"))
        );

        Assert.Equal(
            [
                "database/tenancy/setting/work_mem: work_mem = 1GB",
                "role/*/setting/work_mem: work_mem = 4GB",
                "role/reports/setting/work_mem: work_mem = 3GB",
                "role/tenancy_app/setting/work_mem/in/tenancy: work_mem = 2GB",
            ],
            changes
                .Where(c => c.Danger is not null)
                .Select(c => $"{c.Key.Object}: {c.Live!.Display}")
                .Order(StringComparer.Ordinal)
        );
        Assert.All(
            changes.Where(c => c.Danger is not null),
            c => Assert.Equal("8MB, declared for the cluster, does not hold in its sessions", c.Danger)
        );
    }

    [Fact]
    public void Plan_WhenAnOverrideIsDeclaredOrChangesNothing_CallsItNoDanger()
    {
        var cluster = Declaring("8MB") with
        {
            Databases = [Database("tenancy") with { Settings = [Setting("work_mem", "1GB")] }],
        };

        // The same value in another spelling, and a parameter that no document speaks of.
        var facts = Overridden(("tenancy", null, "1GB"), (null, "reports", "1048576kB"), ("tenancy", "tenancy_app", "1024MB"));
        facts = facts with
        {
            ScopedSettings =
            [
                .. facts.ScopedSettings.Where(s => s.Role != "reports"),
                new ScopedSettingFact(null, "reports", "work_mem", "8192kB"),
                new ScopedSettingFact("other", null, "random_page_cost", "1.1"),
            ],
        };

        Assert.DoesNotContain(
            Changes(cluster, facts),
            c => c.Danger is not null && c.Key.Object.ToString().Contains("/in/", StringComparison.Ordinal)
        );
        Assert.Equal(
            "1GB, declared for database tenancy, does not hold in its sessions",
            Assert.Single(Changes(cluster, facts), c => c.Danger is not null).Danger
        );
    }

    [Fact]
    public void Plan_WhenGitGaveUpAnOverrideOfOurs_TakesItBackAndCallsItNoDanger()
    {
        var facts = Overridden(("tenancy", null, "1GB"));
        var world = Snapshots
            .Cluster(Snapshots.Seen("core-1", facts))
            .WithRecord([], ("database/tenancy/setting/work_mem", "value", "1048576"));

        var plan = Plans.Of(Declaring("8MB"), world);

        Assert.DoesNotContain(plan.Changes, c => c.Danger is not null);
        Assert.Contains(plan.Changes, c => c.Key.Object == ObjectPath.Parse("database/tenancy/setting/work_mem"));
    }

    private static Cluster Declaring(string workMem) =>
        Cluster("core-1") with
        {
            Parameters = [Setting("work_mem", workMem)],
            Roles = [Role("tenancy_app"), Role("reports")],
            Databases = [Database("tenancy")],
        };

    private static ServerFacts Overridden(params (string? Database, string? Role, string Value)[] overrides) =>
        Snapshots.Primary() with
        {
            ScopedSettings = [.. overrides.Select(o => new ScopedSettingFact(o.Database, o.Role, "work_mem", o.Value))],
            Databases = [Snapshots.Database("postgres", "postgres"), Snapshots.Database("tenancy", "postgres")],
        };

    private static FileSettingFact Auto(string value, string? error) =>
        new("/data/postgresql.auto.conf", 3, "huge_pages", value, error is null, error);

    /// <summary>As PostgreSQL shows it: the source stays what it was.</summary>
    private static ServerFacts Waiting(params FileSettingFact[] lines) =>
        Snapshots.Primary() with
        {
            Settings =
            [
                .. Snapshots.Primary().Settings,
                Snapshots.Setting("huge_pages", "try", "enum", null, "postmaster", values: ["off", "on", "try"]) with
                {
                    PendingRestart = true,
                },
            ],
            FileSettings = [.. lines],
        };

    private static EquatableArray<Change> Changes(Cluster cluster, ServerFacts facts) =>
        Plans.Of(cluster, Snapshots.Cluster(Snapshots.Seen("core-1", facts))).Changes;
}
