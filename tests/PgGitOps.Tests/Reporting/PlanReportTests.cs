using System.Text;
using System.Text.Json;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Reporting.Drift;
using PgGitOps.Core.Reporting.Plans;
using PgGitOps.Core.Sources;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Reporting;

public class PlanReportTests
{
    private const string Hostile = "x\u001b[2J</td><script>|`*\u202e@all";

    private static readonly Cluster Desired = Cluster() with
    {
        Parameters = [Setting("max_connections", "200"), Setting("work_mem", "16MB")],
        Replication = new Replication(Synchronous(1, "core-2", "core-3"), At),
        Roles =
        [
            Role("app", "login", "password") with
            {
                Login = true,
                Password = new SecretReference.FromFile("/run/secrets/app", At),
            },
            Role("old", "login"),
        ],
        Databases =
        [
            Database("tenancy", "app") with
            {
                Schemas = [new Schema("tenancy", null, At)],
                Grants = [new Grant(GrantTarget.Schema, "tenancy", null, Name("app"), ["USAGE"], At)],
            },
        ],
    };

    private static readonly ClusterSnapshot Drifted = Snapshots
        .Healthy(p =>
            p with
            {
                Roles =
                [
                    Snapshots.Role("postgres") with
                    {
                        Superuser = true,
                    },
                    Snapshots.Replicator,
                    Snapshots.Role("old") with
                    {
                        Login = true,
                    },
                    Snapshots.Role("gone"),
                    Snapshots.Role("boss") with
                    {
                        Superuser = true,
                    },
                ],
                FileSettings = [new FileSettingFact("/data/postgresql.auto.conf", 3, "jit", "off", true, null)],
            }
        )
        .WithRecord(["role/gone"], ("role/old", "login", "false"));

    public static TheoryData<string> Names => [.. Worlds.Keys];

    private static Dictionary<string, (Cluster Cluster, ClusterSnapshot Snapshot)> Worlds { get; } =
        new()
        {
            ["bring-up"] = (Desired, Snapshots.Empty("core-1", "core-2", "core-3")),
            ["drifted"] = (Desired, Drifted),
            ["in-order"] = (Cluster(), Snapshots.Healthy()),
            ["standby-lost"] = (
                Desired with
                {
                    Parameters = [],
                },
                Snapshots.Cluster(
                    Snapshots.Seen("core-1", Snapshots.Primary("core-2")),
                    Snapshots.Seen("core-2", Snapshots.Standby()),
                    Snapshots.Absent("core-3")
                )
            ),
            ["primary-unreachable"] = (
                Desired,
                Snapshots.Cluster(
                    Snapshots.Unreachable("core-1"),
                    Snapshots.Seen("core-2", Snapshots.Standby()),
                    Snapshots.Absent("core-3")
                )
            ),
            ["split"] = (
                Desired,
                Snapshots.Cluster(
                    Snapshots.Seen("core-1", Snapshots.Primary()),
                    Snapshots.Seen("core-2", Snapshots.Primary()),
                    Snapshots.Unreachable("core-3")
                )
            ),
            ["lowered"] = (Cluster() with { Parameters = [Setting("max_connections", "50")] }, Snapshots.Healthy()),
        };

    [Theory]
    [MemberData(nameof(Names))]
    public void Text_OfAPlan_IsAsReviewed(string world)
    {
        var (plan, approved, _) = Of(world);

        Golden.Check($"plans/{world}.txt", PlanText.Render(plan, approved));
    }

    [Theory]
    [InlineData("drifted")]
    public void Markdown_OfAPlan_IsAsReviewed(string world)
    {
        var (plan, approved, _) = Of(world);

        Golden.Check($"plans/{world}.md", PlanMarkdown.Render(plan, approved));
    }

    [Theory]
    [InlineData("drifted")]
    [InlineData("split")]
    public void Drift_OfAWorld_IsAsReviewed(string world)
    {
        var report = Drift(world);

        Golden.Check($"drift/{world}.txt", DriftText.Render(report));
        Golden.Check($"drift/{world}.md", DriftMarkdown.Render(report));
        Golden.Check($"drift/{world}.html", DriftHtml.Render(report));
        Golden.Check($"drift/{world}.json", Encoding.UTF8.GetString(DriftJson.Write(report).Span));
        Golden.Check($"drift/{world}.sarif", Encoding.UTF8.GetString(DriftSarif.Write(report).Span));
    }

    [Fact]
    public void Drift_WithWhatRulesSayOfLiveClusters_IsAsReviewed()
    {
        var report = Drift("in-order") with { Rules = Rules };

        Golden.Check("drift/ruled.txt", DriftText.Render(report));
        Golden.Check("drift/ruled.md", DriftMarkdown.Render(report));
        Golden.Check("drift/ruled.html", DriftHtml.Render(report));
        Golden.Check("drift/ruled.json", Encoding.UTF8.GetString(DriftJson.Write(report).Span));
        Golden.Check("drift/ruled.sarif", Encoding.UTF8.GetString(DriftSarif.Write(report).Span));
        Assert.Empty(SchemaFindings("drift", DriftJson.Write(report)));
        Assert.NotEmpty(
            SchemaFindings(
                "drift",
                Encoding.UTF8.GetBytes(
                    Encoding
                        .UTF8.GetString(DriftJson.Write(report).Span)
                        .Replace("\"asked\"", "\"heard\"", StringComparison.Ordinal)
                )
            )
        );
        Assert.Contains(
            "live rules: 2 asked, nothing found\n",
            DriftText.Render(report with { Rules = Rules with { Standing = [], Waived = [] } }),
            StringComparison.Ordinal
        );
    }

    private static LiveRuleReport Rules { get; } =
        new(
            [new("LIVE1", "One site is not enough", "", Severity.Error), new("LIVE2", "Nobody lags", "", Severity.Warning)],
            [
                new Diagnostic(
                    Severity.Error,
                    "LIVE1",
                    $"core-1 is primary {Hostile}",
                    new SourceSpan("environments/prod/clusters/core.yaml", 3, 19, 23)
                )
                {
                    Hint = "move it",
                    Document = "Cluster/core",
                    Field = "metadata.name",
                },
                new Diagnostic(
                    Severity.Error,
                    "PGP120",
                    "rule LIVE2 on Cluster/core: it took longer than it may",
                    new SourceSpan("policies/rules/live.csx", 2, 5, 10)
                )
                {
                    Document = "Cluster/core",
                },
            ],
            [
                new Diagnostic(
                    Severity.Note,
                    "LIVE1",
                    "core-2 is behind (waived by w until 2030-01-01: for now)",
                    new SourceSpan("environments/prod/clusters/core.yaml", 9, 1, 5)
                )
                {
                    Document = "Cluster/core",
                },
            ]
        );

    [Theory]
    [MemberData(nameof(Names))]
    public void Json_OfEveryWorld_FitsItsSchema(string world)
    {
        var (plan, _, _) = Of(world);

        Assert.Empty(SchemaFindings("plan", PlanJson.Write(plan)));
        Assert.Empty(SchemaFindings("drift", DriftJson.Write(Drift(world))));
        Assert.NotEmpty(
            SchemaFindings(
                "plan",
                Encoding.UTF8.GetBytes(
                    Encoding.UTF8.GetString(PlanJson.Write(plan).Span).Replace("\"steps\"", "\"stepz\"", StringComparison.Ordinal)
                )
            )
        );
    }

    private static IEnumerable<string> SchemaFindings(string schema, ReadOnlyMemory<byte> json)
    {
        var text = File.ReadAllText(Golden.InRepository($"schemas/reports/{schema}.schema.json"));
        return NJsonSchema
            .JsonSchema.FromJsonAsync(text)
            .GetAwaiter()
            .GetResult()
            .Validate(Encoding.UTF8.GetString(json.Span))
            .Select(f => f.ToString());
    }

    [Fact]
    public void Reports_OfHostileNames_LetNothingThrough()
    {
        var cluster = Cluster("core-1") with { Roles = [Role(Hostile)] };
        var snapshot = Snapshots.Cluster(
            Snapshots.Seen(
                "core-1",
                Snapshots.Primary() with
                {
                    Roles = [Snapshots.Role(Hostile + "2") with { Superuser = true }],
                }
            )
        );
        var fleet = Fleet(cluster);
        var live = Snapshots.Fleet(snapshot);
        var plan = Planner.Plan(fleet, live, Plans.Options);
        var approved = Approval.Decide(plan, fleet, live, Consent.Enforced, Now);
        var drift = DriftReport.Of(approved, live, _ => null) with { Rules = Rules };

        string[] all =
        [
            PlanText.Render(plan, approved),
            PlanMarkdown.Render(plan, approved),
            DriftText.Render(drift),
            DriftMarkdown.Render(drift),
            DriftHtml.Render(drift),
        ];

        Assert.All(all, t => Assert.DoesNotContain('\u001b', t));
        Assert.All(all, t => Assert.DoesNotContain('\u202e', t));
        Assert.DoesNotContain("<script>", DriftHtml.Render(drift), StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", DriftMarkdown.Render(drift), StringComparison.Ordinal);
        Assert.DoesNotContain(" @all", DriftMarkdown.Render(drift), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(DriftSarif.Write(drift));
        Assert.Equal("2.1.0", json.RootElement.GetProperty("version").GetString());
    }

    [Fact]
    public void Drift_OnsetIsTheFirstTimeSeen()
    {
        var (_, approved, live) = Of("drifted");
        var first = Now.AddDays(-2);

        var report = DriftReport.Of(approved, live, key => key.Object == ObjectPath.Parse("role/old") ? first : null);

        Assert.Equal(first, report.Clusters[0].Items.Single(i => i.Change.Key.Object == ObjectPath.Parse("role/old")).Since);
        Assert.All(
            report.Clusters[0].Items.Where(i => i.Change.Key.Object != ObjectPath.Parse("role/old")),
            i => Assert.Equal(live.At, i.Since)
        );
    }

    private static DriftReport Drift(string world)
    {
        var (_, approved, live) = Of(world);
        return DriftReport.Of(approved, live, _ => Now.AddHours(-3));
    }

    internal static (Plan Plan, ApprovedPlan Approved, FleetSnapshot Live) Of(string world)
    {
        var (cluster, snapshot) = Worlds[world];
        var fleet = Fleet(cluster);
        var live = Snapshots.Fleet(snapshot);
        var plan = Planner.Plan(fleet, live, Plans.Options);
        return (plan, Approval.Decide(plan, fleet, live, Consent.Enforced, Now), live);
    }
}
