using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Live;
using PgGitOps.Core.Reporting.Status;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

public class StatusReportTests
{
    private static string WithPromises()
    {
        var fleet = Proofs.Fleets.Fleet(
            Proofs.Fleets.Cluster("core-1@oslo/a core-2@oslo/b core-3@bergen/a"),
            Proofs.Fleets.Policy()
        );
        var snapshot = Snapshots.Fleet(Snapshots.Healthy());
        LiveContext[] promises =
        [
            .. Prover
                .Prove(fleet)
                .Contexts.SelectMany(c =>
                    new[]
                    {
                        LiveProver.Of(c, snapshot.Clusters[0], fleet.Classes, Fleets.Now),
                        LiveProver.Of(c, null, fleet.Classes, Fleets.Now),
                    }
                ),
        ];
        var json = new StatusReport(fleet, snapshot, Planner.Plan(fleet, snapshot, Plans.Options), promises, Fleets.Now).Json();
        Assert.Contains("\"verdict\"", json, StringComparison.Ordinal);
        return json;
    }

    [Fact]
    public void Text_OfAStandbyAheadOfItsPrimary_SaysSo_AndNotThatAllIsInOrder()
    {
        var fleet = Fleets.Fleet(Fleets.Cluster());
        var primary = ((Observation<ServerFacts>.Seen)Lineage.Histories.Running("core-1", true, "1 0/400").Server).Value with
        {
            Standbys = [new StandbyFact("core-2", "10.0.0.2", "streaming", "async", "0/400", "0/500", "0/500", -5_242_880)],
        };
        var ahead = Snapshots.Cluster(
            Snapshots.Seen("core-1", primary),
            Lineage.Histories.Receiving("core-2", "1 0/500"),
            Snapshots.Absent("core-3")
        );
        var snapshot = Snapshots.Fleet(ahead);
        var plan = Planner.Plan(fleet, snapshot, Plans.Options);
        Assert.NotNull(plan.Clusters[0].Alert);

        var text = new StatusReport(fleet, snapshot, plan, [], Fleets.Now).Text();

        Assert.Contains("5242880 bytes AHEAD of the primary", text, StringComparison.Ordinal);
        Assert.DoesNotContain("behind", text, StringComparison.Ordinal);
        Assert.DoesNotContain("in sync", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_OfEveryKindOfMember_KeepsToItsSchema()
    {
        var schema = await NJsonSchema.JsonSchema.FromJsonAsync(
            File.ReadAllText(Golden.InRepository("schemas/reports/status.schema.json"))
        );
        var world = Snapshots.Healthy();
        ClusterSnapshot[] worlds =
        [
            world,
            Snapshots.Empty("core-1", "core-2", "core-3"),
            world with
            {
                Members = [world.Members[0], Snapshots.Unreachable("core-2"), Snapshots.Stopped("core-3", standby: true)],
            },
            world with
            {
                Record = new Observation<ClusterRecord>.Seen(
                    new ClusterRecord([], [], new Suspension("index rebuild", "lars", Snapshots.At, Snapshots.At.AddHours(1))),
                    Snapshots.At
                ),
            },
        ];
        foreach (var one in worlds)
        {
            var fleet = Fleets.Fleet(Fleets.Cluster());
            var snapshot = Snapshots.Fleet(one);

            var json = new StatusReport(fleet, snapshot, Planner.Plan(fleet, snapshot, Plans.Options), [], Fleets.Now).Json();

            Assert.Empty(schema.Validate(json).Select(e => e.ToString()));
        }
        var suspended = Snapshots.Fleet(worlds[^1]);
        var text = new StatusReport(
            Fleets.Fleet(Fleets.Cluster()),
            suspended,
            Planner.Plan(Fleets.Fleet(Fleets.Cluster()), suspended, Plans.Options),
            [],
            Fleets.Now
        ).Json();
        Assert.Contains("\"owner\": \"lars\"", text, StringComparison.Ordinal);
        Assert.Empty(schema.Validate(WithPromises()).Select(e => e.ToString()));
        // The check is awake.
        Assert.NotEmpty(schema.Validate(text.Replace("\"enforce\"", "\"whatever\"", StringComparison.Ordinal)));
    }

    // Erases the line it stands on, returns, begins a line of its own, and turns what follows around.
    private const string Hostile = "a\e[2K\r\n  b\u202e";

    [Fact]
    public void Text_WithNamesAndReasonsThatATerminalObeys_ShowsThemOnTheirLines()
    {
        var fleet = Fleets.Fleet(Fleets.Cluster());
        var snapshot = Snapshots.Fleet(
            Snapshots.Healthy() with
            {
                Members =
                [
                    Snapshots.Healthy().Members[0],
                    Snapshots.Unreachable("core-2") with
                    {
                        Server = new Observation<ServerFacts>.Unreadable(
                            UnreadableKind.Unreachable,
                            $"reason {Hostile}",
                            Snapshots.At
                        ),
                    },
                ],
                Record = new Observation<ClusterRecord>.Seen(
                    new ClusterRecord(
                        [],
                        [],
                        new Suspension($"why {Hostile}", $"who {Hostile}", Snapshots.At, Snapshots.At.AddHours(1))
                    ),
                    Snapshots.At
                ),
            }
        );
        var plan = Planner.Plan(fleet, snapshot, Plans.Options);
        var danger = new Change(
            Paths.Key($"role/{Hostile}", "superuser"),
            null,
            null,
            null,
            ChangeCause.Undeclared,
            Core.Desired.FieldTreatment.Observe,
            null
        )
        {
            Danger = "it may do anything",
        };
        plan = plan with { Clusters = [plan.Clusters[0] with { Changes = [danger], Unknowns = [$"unknown {Hostile}"] }] };

        var text = new StatusReport(fleet, snapshot, plan, [], Fleets.Now).Text();

        const string Shown = @"a\u001B[2K\u000D\u000A  b\u202E";
        Assert.Contains($"suspended by who {Shown} until", text, StringComparison.Ordinal);
        Assert.Contains($"Z: why {Shown}\n", text, StringComparison.Ordinal);
        Assert.Contains($"reason {Shown}\n", text, StringComparison.Ordinal);
        Assert.Contains($"  danger: role/{Shown} superuser: : it may do anything\n", text, StringComparison.Ordinal);
        Assert.Contains($"  unknown: unknown {Shown}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, c => c != '\n' && char.IsControl(c));
    }

    [Fact]
    public void Said_OfASuspensionWithTextThatATerminalObeys_ShowsIt()
    {
        var said = SuspensionText.Of("core", new Suspension($"why {Hostile}", $"who {Hostile}", Snapshots.At, Snapshots.At));

        Assert.StartsWith(@"core is suspended by who a\u001B[2K", said, StringComparison.Ordinal);
        Assert.DoesNotContain(said, char.IsControl);
    }
}
