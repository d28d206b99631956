using Npgsql;

namespace PgGitOps.Providers.Postgres.Connecting;

/// <summary>An open connection, with what its user remembers about the server on the other end.</summary>
public sealed class ServerSession(NpgsqlDataSource source, NpgsqlConnection connection) : IAsyncDisposable
{
    public NpgsqlConnection Connection { get; } = connection;

    /// <summary>True until the first use has succeeded: session settings are not pinned yet.</summary>
    public bool IsFresh { get; set; } = true;

    /// <summary>Timeouts of which the engine's own stand in the startup packet, so that the server's cannot be seen.</summary>
    public IReadOnlyCollection<string> HiddenTimeouts { get; set; } = [];

    /// <summary>What an earlier use learnt; null on a fresh connection.</summary>
    public object? Memory { get; set; }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await source.DisposeAsync();
    }
}

/// <summary>What came of using a server. Closed: <see cref="Answered"/>, <see cref="Failed"/>.</summary>
public abstract record ServerAnswer<T>
{
    private ServerAnswer() { }

    public sealed record Answered(T Value) : ServerAnswer<T>;

    public sealed record Failed(ConnectionFailure Failure) : ServerAnswer<T>;

    public TResult Match<TResult>(Func<T, TResult> answered, Func<ConnectionFailure, TResult> failed) =>
        this switch
        {
            Answered a => answered(a.Value),
            Failed f => failed(f.Failure),
            _ => throw new InvalidOperationException("ServerAnswer is closed"),
        };
}
