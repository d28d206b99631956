namespace PgGitOps.Core.Observed;

public enum UnreadableKind
{
    /// <summary>No answer within the deadline, or no route. The server may well be alive.</summary>
    Unreachable,

    /// <summary>The server answered and refused the login.</summary>
    AccessDenied,

    /// <summary>The server answered that it is starting up or shutting down.</summary>
    NotReady,

    /// <summary>A query failed, or the answer could not be understood.</summary>
    Faulty,

    /// <summary>Another server than the declared one answers there (system identifier, cluster name).</summary>
    Stranger,

    /// <summary>Nobody looked: no reader of this process reads such a source.</summary>
    NotRead,
}

/// <summary>What was learnt about one thing, and when. Closed: <see cref="Seen"/>, <see cref="Absent"/>, <see cref="Unreadable"/>.</summary>
/// <remarks>Unreadable is not absent: only a witness that looked at the place itself may say Absent.</remarks>
public abstract record Observation<T>
{
    private Observation(DateTimeOffset at) => At = at;

    /// <summary>When it was looked at, by the engine's clock.</summary>
    public DateTimeOffset At { get; }

    public sealed record Seen(T Value, DateTimeOffset When) : Observation<T>(When);

    /// <param name="Evidence">How the absence was established, such as <c>no data directory at /x on osl-a1</c>.</param>
    public sealed record Absent(string Evidence, DateTimeOffset When) : Observation<T>(When)
    {
        /// <summary>What was left beside it tells that it was there once.</summary>
        public bool WasThere { get; init; }
    }

    public sealed record Unreadable(UnreadableKind Kind, string Reason, DateTimeOffset When) : Observation<T>(When);

    public TResult Match<TResult>(Func<Seen, TResult> seen, Func<Absent, TResult> absent, Func<Unreadable, TResult> unreadable) =>
        this switch
        {
            Seen s => seen(s),
            Absent a => absent(a),
            Unreadable u => unreadable(u),
            _ => throw new InvalidOperationException("Observation is closed"),
        };
}
