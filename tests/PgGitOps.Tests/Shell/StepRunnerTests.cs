using System.Reflection;
using System.Runtime.CompilerServices;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Planning;
using PgGitOps.Providers.Hosts;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Probing;
using PgGitOps.Providers.Postgres.Running;

namespace PgGitOps.Tests.Shell;

/// <summary>Who carries out which step, and what becomes of one that nobody does.</summary>
public class StepRunnerTests
{
    public static TheoryData<Type> Actions =>
        [.. typeof(StepAction).GetNestedTypes(BindingFlags.Public).Where(t => t.IsSubclassOf(typeof(StepAction)))];

    /// <summary>A new action without a runner fails here, before it is refused to a user.</summary>
    [Theory]
    [MemberData(nameof(Actions))]
    public void Action_HasARunner(Type action)
    {
        var hosts = new HostExecutor();
        var runner = new PostgresRunner(
            hosts,
            new DataDirectoryProbe(hosts, TimeProvider.System),
            new SecretStore(),
            TimeProvider.System
        );

        Assert.True(runner.Runs((StepAction)RuntimeHelpers.GetUninitializedObject(action)), action.Name);
    }

    [Fact]
    public async Task Execute_AStepThatNobodyRuns_IsRefusedByNameBeforeAnythingIsDone_AndHoldsBackWhatRestsOnIt()
    {
        var world = new RunWorld { StartsServers = false };

        var result = Assert.Single(
            await world.ExecuteAsync([
                world.Work("core", "core/role/a", "core/start", "core/role/b<core/start", "core/role/c<core/role/b"),
            ])
        );

        Assert.Equal("core:Stopped:done,refused,skipped,skipped", RunWorld.Line(result));
        Assert.Equal(
            "no step runner carries out StartServer (there is a world of booleans)",
            OutcomeText.Reason(result.Steps[1].Outcome)
        );
        Assert.Equal("StepRefused core/start", world.Told[0]);
        Assert.Single(world.Told, t => t.EndsWith(" core/start", StringComparison.Ordinal));
        Assert.DoesNotContain(world.Log, l => l.Contains("core/start", StringComparison.Ordinal));
        Assert.Equal(["core/role/a"], world.True);
    }

    [Fact]
    public async Task Execute_WhereNobodyRunsAnything_TakesNoLease()
    {
        var world = new RunWorld { StartsServers = false };

        var result = Assert.Single(await world.ExecuteAsync([world.Work("core", "core/start")]));

        Assert.Equal("core:Stopped:refused", RunWorld.Line(result));
        Assert.Empty(world.Ended);
        Assert.Empty(world.Log);
    }

    [Fact]
    public async Task Execute_GivesTheRunnersSessionsBackBeforeTheLease()
    {
        var world = new RunWorld();

        await world.ExecuteAsync([world.Work("core", "core/a", "core/b")]);

        Assert.Equal(["runner", "lease"], world.Ended);
    }
}
