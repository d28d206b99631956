using PgGitOps.Core.Facets;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Checking;

/// <summary>A cluster between two steps.</summary>
/// <param name="Values">Known facets; a key that is missing is absent or unknown.</param>
public sealed record PlannedState(string Cluster, IReadOnlyDictionary<FacetKey, FacetValue> Values)
{
    public FacetValue? Find(ObjectPath path, Field field) => Values.GetValueOrDefault(new FacetKey(Cluster, path, field));

    /// <summary>Names of members, ordered.</summary>
    public IEnumerable<string> Members =>
        Values
            .Keys.Where(k => k.Field == Field.Role && k.Object is ObjectPath.Member)
            .Select(k => k.Object.MemberName!)
            .Order(StringComparer.Ordinal);
}

/// <summary>Something that has to hold after every step, given where the plan starts and ends.</summary>
public interface IStateInvariant
{
    /// <returns>What is violated, or null.</returns>
    string? Violation(PlannedState start, PlannedState before, Step step, PlannedState after, PlannedState end);
}

public static class StateInvariants
{
    /// <summary>The invariants every plan is checked against.</summary>
    public static EquatableArray<IStateInvariant> All { get; } =
    [new SynchronousStandbysKept(), new OneServerDownAtATime(), new OnePrimary(), new PrimaryBeforeItIsNeeded()];
}

/// <summary>Between two postures the number of standbys that commits wait for never falls below the weaker of the two.</summary>
public sealed class SynchronousStandbysKept : IStateInvariant
{
    public string? Violation(PlannedState start, PlannedState before, Step step, PlannedState after, PlannedState end)
    {
        var floor = Math.Min(Needed(start), Needed(end));
        var now = Needed(after);
        return now < floor
            ? $"after {step.Id} commits wait for {now} standbys, fewer than the {floor} of both the present and the desired state"
            : null;
    }

    private static int Needed(PlannedState state)
    {
        foreach (var member in state.Members)
        {
            if (state.Find(new ObjectPath.Member(member), Field.Role)?.Canonical != "primary")
                continue;
            var text = state.Find(new ObjectPath.Parameter(member, "synchronous_standby_names"), Field.Value)?.Canonical;
            return text is null ? 0 : SynchronousRule.OfCanonical(text)?.Count ?? 0;
        }
        return 0;
    }
}

/// <summary>A server restarts only while every other member that is meant to run does run.</summary>
public sealed class OneServerDownAtATime : IStateInvariant
{
    public string? Violation(PlannedState start, PlannedState before, Step step, PlannedState after, PlannedState end)
    {
        if (step.Action is not StepAction.RestartServer restart)
            return null;
        foreach (var member in before.Members)
        {
            var wasRunning = start.Find(new ObjectPath.Member(member), Field.Running)?.Canonical == "true";
            if (
                member != restart.Member
                && wasRunning
                && before.Find(new ObjectPath.Member(member), Field.Running)?.Canonical != "true"
            )
                return $"{step.Id} would restart {restart.Member} while {member} is down";
        }
        return null;
    }
}

/// <summary>No step leaves two running primaries.</summary>
public sealed class OnePrimary : IStateInvariant
{
    public string? Violation(PlannedState start, PlannedState before, Step step, PlannedState after, PlannedState end)
    {
        var primaries = after
            .Members.Where(m =>
                after.Find(new ObjectPath.Member(m), Field.Role)?.Canonical == "primary"
                && after.Find(new ObjectPath.Member(m), Field.Running)?.Canonical == "true"
            )
            .ToArray();
        return primaries.Length > 1 ? $"after {step.Id} {string.Join(" and ", primaries)} are both primary" : null;
    }
}

/// <summary>A step that needs the writer's lock on a primary runs only while one runs.</summary>
public sealed class PrimaryBeforeItIsNeeded : IStateInvariant
{
    public string? Violation(PlannedState start, PlannedState before, Step step, PlannedState after, PlannedState end)
    {
        if (!step.Action.NeedsPrimary)
            return null;
        var runs = before.Members.Any(m =>
            before.Find(new ObjectPath.Member(m), Field.Role)?.Canonical == "primary"
            && before.Find(new ObjectPath.Member(m), Field.Running)?.Canonical == "true"
        );
        return runs ? null : $"{step.Id} needs a primary, and none runs before it";
    }
}
