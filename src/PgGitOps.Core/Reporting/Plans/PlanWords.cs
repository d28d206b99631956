using System.Globalization;
using PgGitOps.Core.Approving;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Kinds;

namespace PgGitOps.Core.Reporting.Plans;

/// <summary>Words and marks that all renderings of a plan share.</summary>
public static class PlanWords
{
    internal static char Mark(Step step) =>
        step switch
        {
            { Action: StepAction.RestartServer } => '↻',
            { Removes.Count: > 0 } => '-',
            { Creates.Count: > 0 } => '+',
            _ => '~',
        };

    /// <summary>Such as <c>3 to create, 1 to change, 0 to remove, 1 restart</c>.</summary>
    internal static string Summary(ClusterPlan plan)
    {
        if (plan.Steps.Count == 0)
            return plan switch
            {
                { Refusals.Count: > 0 } => "nothing planned, see the refusals",
                { Unknowns.Count: > 0 } => "nothing planned, not everything could be read",
                { Changes.Count: > 0 } => "nothing planned, differences are only reported",
                { NotManaged.Count: > 0 } => $"nothing planned, {Parts(plan.NotManaged.Count)}",
                _ => "in sync",
            };
        int Count(char mark) => plan.Steps.Count(s => Mark(s) == mark);
        var restarts = Count('↻');
        var summary = string.Create(
            CultureInfo.InvariantCulture,
            $"{Count('+')} to create, {Count('~')} to change, {Count('-')} to remove"
        );
        return restarts == 0
            ? summary
            : string.Create(CultureInfo.InvariantCulture, $"{summary}, {restarts} restart{(restarts == 1 ? "" : "s")}");
    }

    /// <summary>What is declared and kept by nobody, in a few words.</summary>
    internal static string Parts(int count) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "part is" : "parts are")} declared and not managed");

    /// <summary>What is only written down, or null.</summary>
    internal static string? Found(ClusterPlan plan) =>
        plan.Found.Count == 0
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{plan.Found.Count} {(plan.Found.Count == 1 ? "value is" : "values are")} as declared already: recorded in schema pggitops at the next apply, so that a later change is reported as drift"
            );

    /// <summary>Old and new values of what a step changes; not for objects it makes.</summary>
    internal static IEnumerable<(string What, string From, string To)> Moves(Step step)
    {
        if (Mark(step) is not ('~' or '↻'))
            yield break;
        // What only the record forgets stays as it is.
        if (step.Action is StepAction.ExecuteSql { Statements.Count: 0 })
            yield break;
        var before = step.Preconditions.ToDictionary(p => p.Key, p => p.Value);
        foreach (var (key, to) in step.Effects)
        {
            // Whom a privilege came from is the record's alone.
            if (
                !before.TryGetValue(key, out var from)
                || Equals(from, to)
                || key.Field == Planning.Kinds.Grants.GrantedPrivileges.Field
            )
                continue;
            // The written value is told by the running one where both move.
            if (key.Field == Field.Configured && step.Effects.Any(e => e.Key == key with { Field = Field.Value }))
                continue;
            yield return (Label(key), Show(key, from), Show(key, to));
        }
    }

    /// <summary>The facet without its cluster, and without a field that says nothing.</summary>
    public static string Label(FacetKey key)
    {
        // What is only seen has no kind: such as a setting of all roles, of which the value is seen.
        var silent = ObjectKinds.Find(key.Object)?.Words.Silent ?? [Field.Value, Field.Exists];
        if (silent.Contains(key.Field))
            return key.Object.ToString();
        return key.Field == Field.Configured ? $"{key.Object} (in the file)" : $"{key.Object} {key.Field}";
    }

    public static string Show(FacetKey key, FacetValue? value) =>
        value?.Display ?? (key.Field == Field.Exists ? "absent" : "(none)");

    /// <summary>Why a step does not run at once, or null.</summary>
    internal static string? Gate(Step step, StepVerdict? verdict) =>
        verdict is null
            ? step.Window is null
                ? null
                : $"waits for a window that allows {step.Window}"
            : WhyNot(verdict);

    /// <summary>Why a step does not run now; null for one that does.</summary>
    public static string? WhyNot(StepVerdict verdict) =>
        verdict.Match<string?>(
            _ => null,
            waits =>
                waits.Opens is { } opens
                    ? $"waits for window {waits.Window}, which opens {Moment(opens)}"
                    : $"waits for window {waits.Window}, which does not open within a year",
            needs => $"needs approval: {needs.Reason}",
            behind => $"waits for {behind.StepId}"
        );

    internal static string Moment(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);

    internal static string Word(ChangeCause cause) =>
        cause switch
        {
            ChangeCause.Intent => "changed in Git",
            ChangeCause.Drift => "drift",
            ChangeCause.Conflict => "conflict",
            ChangeCause.Initial => "new",
            ChangeCause.Undeclared => "undeclared",
            ChangeCause.Unknown => "cause unknown",
        };

    internal static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
