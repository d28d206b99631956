using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Kinds.Grants;

namespace PgGitOps.Core.Planning.Kinds;

/// <summary>What a step has just made, and what may bring declared facets along by nature. Closed.</summary>
internal abstract record Made(ClusterProblem Problem)
{
    /// <summary>A server just initialised by <see cref="StepAction.InitialisePrimary"/>, which applies every declared parameter but the synchronous rule.</summary>
    internal sealed record Server(ClusterProblem Problem, string Member) : Made(Problem);

    /// <summary>A copy of its source's files, so it starts with what those say at that moment; what differs is set afterwards.</summary>
    internal sealed record Copy(PlanDraft Draft, string Member, string Source) : Made(Draft.Problem);

    /// <summary>The contents of a database made from template0.</summary>
    /// <param name="Owner">Null for a database that initdb makes.</param>
    internal sealed record Contents(ClusterProblem Problem, string Database, string? Owner) : Made(Problem);

    /// <summary>A schema just made: empty, and its owner holds everything.</summary>
    internal sealed record Schema(ClusterProblem Problem, string Database, string Name, string? Owner) : Made(Problem);

    /// <summary>An extension may bring objects along.</summary>
    internal sealed record Extension(ClusterProblem Problem, string Database, string? InSchema) : Made(Problem);

    /// <summary>What all declared facets are by it, as far as it says something of them.</summary>
    internal IEnumerable<FacetState> Effects()
    {
        foreach (var facet in Problem.Desired.All)
        {
            if (Of(facet) is not { } state)
                continue;
            yield return state;
            // What is there by nature needed no statement.
            if (facet.Key.Field == Field.Privileges && state.Value is not null)
                yield return new FacetState(GrantedPrivileges.Key(facet.Key), GrantedPrivileges.None);
        }
    }

    private FacetState? Of(DesiredFacet facet)
    {
        var database = facet.Key.Object is ObjectPath.Database ? null : facet.Key.Object.DatabaseName;
        return this switch
        {
            // initdb makes these two databases as well; what they hold is as in any other.
            Server when database is "postgres" or "template1" => ObjectKinds
                .Of(facet.Key.Object)
                .Fresh(new Contents(Problem, database, null), facet),
            Contents { Database: var inside } when database != inside => null,
            Schema { Database: var inside } when database != inside => null,
            Extension { Database: var inside } when database != inside => null,
            _ => ObjectKinds.Of(facet.Key.Object).Fresh(this, facet),
        };
    }
}

/// <summary>A facet right after something was made.</summary>
/// <param name="Value">Null where it is certainly absent.</param>
internal sealed record Fresh(FacetValue? Value)
{
    /// <summary>As declared.</summary>
    internal static Fresh As(DesiredFacet facet) => new(facet.Value);

    internal static Fresh? If(bool holds, DesiredFacet facet) => holds ? As(facet) : null;

    /// <summary>Nothing is known of it where there is no value.</summary>
    internal static Fresh? Known(FacetValue? value) => value is null ? null : new Fresh(value);
}
