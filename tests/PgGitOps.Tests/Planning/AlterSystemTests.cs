using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Sql;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

public class AlterSystemTests
{
    [Theory]
    [InlineData("work_mem", "64MB", "64MB")]
    [InlineData("log_line_prefix", "it's 100% \\ 'quoted' = , ", "it's 100% \\ 'quoted' = , ")]
    [InlineData("auto_explain.log_min_duration", "1s", "1s")]
    [InlineData(
        "shared_preload_libraries",
        "pg_stat_statements,  \"My Lib\", /opt/x.so",
        "pg_stat_statements, \"My Lib\", \"/opt/x.so\""
    )]
    [InlineData("log_line_prefix", "", "")]
    public void Read_OfAWrittenStatement_GivesWhatTheFileWillHold(string name, string value, string inFile) =>
        Assert.Equal((name, inFile), AlterSystem.Read(AlterSystem.Write(name, value)));

    [Fact]
    public void Read_OfAReset_GivesNoValue()
    {
        Assert.Equal(("work_mem", null), AlterSystem.Read(AlterSystem.Write("work_mem", null)));
        Assert.Equal(("shared_preload_libraries", null), AlterSystem.Read(AlterSystem.Write("shared_preload_libraries", "")));
        Assert.Null(AlterSystem.Read("SELECT pg_catalog.pg_reload_conf()"));
    }

    [Fact]
    public void Plan_OfAValueThatTheServerWorksOut_RestartsNothingOnceItWasRead()
    {
        var facts = Snapshots.Primary();
        facts = facts with
        {
            Settings = [.. facts.Settings, Snapshots.Setting("wal_buffers", "512", "integer", "8kB", "postmaster", "override")],
            FileSettings = [new FileSettingFact("/data/postgresql.auto.conf", 3, "wal_buffers", "-1", true, null)],
        };
        var cluster = Cluster("core-1") with { Parameters = [Setting("wal_buffers", "-1")] };

        Assert.Empty(Plans.Of(cluster, Snapshots.Cluster(Snapshots.Seen("core-1", facts))).Steps);
        Assert.Equal(
            ["core/member/core-1/restart"],
            Plans
                .Of(
                    cluster,
                    Snapshots.Cluster(
                        Snapshots.Seen("core-1", facts.WithSetting("wal_buffers", s => s with { PendingRestart = true }))
                    )
                )
                .Ids()
        );
    }

    /// <summary>From 17 on a reload calls a value that the server worked out changed, though a restart would work out the same.</summary>
    [Theory]
    [InlineData("0", true)]
    [InlineData(" 0 ", true)]
    [InlineData("64", false)]
    public void Plan_OfAValueLeftToTheServer_RestartsNothingWhateverAReloadCallsPending(string declared, bool isIdle)
    {
        var facts = Snapshots.Primary();
        facts = facts with
        {
            VersionNumber = 170010,
            Settings =
            [
                .. facts.Settings,
                Snapshots.Setting("transaction_buffers", "32", "integer", "8kB", "postmaster", "override") with
                {
                    BootValue = "0",
                    PendingRestart = true,
                },
            ],
            FileSettings =
            [
                new FileSettingFact("/data/postgresql.auto.conf", 3, "transaction_buffers", declared, false, "cannot be changed"),
            ],
        };
        var cluster = Cluster("core-1") with { PostgresMajor = 17, Parameters = [Setting("transaction_buffers", declared)] };

        Assert.Equal(isIdle, Plans.Of(cluster, Snapshots.Cluster(Snapshots.Seen("core-1", facts))).Steps.Count == 0);
    }

    [Fact]
    public void Plan_OfAnEmptyListOverOneInTheServersFile_IsRefusedAndRestartsNothing()
    {
        var facts = Snapshots.Primary();
        facts = facts with
        {
            Settings =
            [
                .. facts.Settings,
                Snapshots.Setting(
                    "shared_preload_libraries",
                    "pg_stat_statements",
                    "string",
                    null,
                    "postmaster",
                    "configuration file"
                ),
            ],
            FileSettings =
            [
                new FileSettingFact("/data/postgresql.conf", 812, "shared_preload_libraries", "pg_stat_statements", true, null),
            ],
        };

        var plan = Plans.Of(
            Cluster("core-1") with
            {
                Parameters = [Setting("shared_preload_libraries", "")],
            },
            Snapshots.Cluster(Snapshots.Seen("core-1", facts))
        );

        Assert.Empty(plan.Steps);
        Assert.Contains("line 812 of /data/postgresql.conf", Assert.Single(plan.Refusals).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_OfAValueThatReadsLikeAWordOfReports_WritesTheValueItself()
    {
        var cluster = Cluster("core-1") with
        {
            Parameters = [Setting("log_line_prefix", "(empty)")],
            Roles = [Role("app") with { Settings = [Setting("application_name", "(empty)")] }],
            Databases = [Database("postgres") with { Settings = [Setting("log_line_prefix", "")] }],
        };

        var plan = Plans.Of(cluster, Snapshots.Cluster(Snapshots.Seen("core-1", Snapshots.Primary())));

        Assert.Contains("ALTER SYSTEM SET \"log_line_prefix\" = '(empty)'", plan.Sql());
        Assert.Contains("ALTER ROLE \"app\" SET \"application_name\" = '(empty)'", plan.Sql());
        Assert.Contains("ALTER DATABASE \"postgres\" SET \"log_line_prefix\" = ''", plan.Sql());
        Assert.Contains(plan.Changes, c => c.Desired?.Display == "'(empty)'");
        Assert.Contains(plan.Changes, c => c.Desired?.Display == "(empty)");
    }
}
