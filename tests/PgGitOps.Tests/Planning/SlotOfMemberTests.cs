using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Tests.Builders;
using static PgGitOps.Tests.Builders.Fleets;

namespace PgGitOps.Tests.Planning;

/// <summary>A slot of a declared member is never called undeclared, wherever it is and whoever is primary.</summary>
public class SlotOfMemberTests
{
    private static SlotFact Slot(string name, bool active = true) => new(name, "physical", active, "0/3000000", "reserved");

    [Fact]
    public void Drift_WhenThePrimaryMoved_TellsNoSlotOfAMemberAsGivenUp()
    {
        var live = Snapshots
            .Cluster(
                Snapshots.Seen("core-1", Snapshots.Standby() with { Slots = [Slot("core_2", false), Slot("core_3", false)] }),
                Snapshots.Seen("core-2", Snapshots.Primary("core-1", "core-3")),
                Snapshots.Seen("core-3", Snapshots.Standby())
            )
            .WithRecord(["member/core-1/slot/core_2", "member/core-1/slot/core_3"]);

        var plan = Plans.Of(Cluster(), live);

        Assert.Empty(plan.Steps);
        Assert.DoesNotContain(
            plan.Changes,
            c =>
                c.Key.Object.ToString().Contains("/slot/", StringComparison.Ordinal)
                && (c.Key.Field == Field.Undeclared || c.Key.Field == Field.Exists)
        );
        // That they keep WAL there is still told.
        Assert.Equal(2, plan.Changes.Count(c => c.Key.Field == Field.Inactive));
    }

    [Fact]
    public void Drift_WhileThePrimaryIsDown_TellsNoSlotOfACascadeAsGivenUp()
    {
        var cluster = Cluster();
        cluster = cluster with
        {
            Members = [cluster.Members[0], cluster.Members[1], cluster.Members[2] with { From = Name("core-2") }],
        };
        var live = Snapshots
            .Cluster(
                Snapshots.Unreachable("core-1"),
                Snapshots.Seen("core-2", Snapshots.Standby() with { Slots = [Slot("core_3")] }),
                Snapshots.Seen("core-3", Snapshots.Standby())
            )
            .WithRecord(["member/core-2/slot/core_3"]);

        Assert.DoesNotContain(
            Plans.Of(cluster, live).Changes,
            c => c.Key.Object.ToString().Contains("/slot/", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Drift_WhenAnAdoptedStandbyUsesASlotOfAnotherName_KnowsItByItsUser()
    {
        var live = Snapshots.Healthy(
            p => p with { Slots = [Slot("standby_a"), Slot("core_3"), Slot("core_2", false) with { RestartLsn = null }] },
            s => s with { WalReceiver = new WalReceiverFact("streaming", "10.0.0.1", 5432, "standby_a", 1) }
        );

        Assert.DoesNotContain(
            Plans.Of(Cluster(), live).Changes,
            c => c.Key.Object.ToString().Contains("standby_a", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Drift_OfCopiesForAFailoverAndOfBaseBackups_IsSilent_AndOfStrangersIsNot()
    {
        var live = Snapshots.Healthy(
            p =>
                p with
                {
                    Slots =
                    [
                        .. p.Slots,
                        Slot("pg_basebackup_4711") with
                        {
                            Temporary = true,
                        },
                        new SlotFact("feed", "logical", true, "0/3000000", "reserved"),
                    ],
                },
            s => s with { Slots = [new SlotFact("feed", "logical", false, "0/3000000", "reserved") { Synced = true }] }
        );

        var told = Plans
            .Of(Cluster(), live)
            .Changes.Where(c => c.Key.Object.ToString().Contains("/slot/", StringComparison.Ordinal))
            .Select(c => c.Key.Object.ToString())
            .ToArray();

        Assert.Equal(["member/core-1/slot/feed"], told);
    }
}
