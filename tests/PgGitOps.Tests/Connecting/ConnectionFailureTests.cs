using Npgsql;
using PgGitOps.Providers.Postgres.Connecting;

namespace PgGitOps.Tests.Connecting;

public sealed class ConnectionFailureTests
{
    /// <summary>What ends a session while the client writes arrives inside the failure of the write.</summary>
    [Fact]
    public void Of_TheEndOfASessionInsideABrokenWrite_KeepsItsCode()
    {
        var end = new PostgresException("terminating connection due to transaction timeout", "FATAL", "FATAL", "25P04");
        var target = new ServerTarget(
            "127.0.0.1",
            5432,
            "postgres",
            "engine",
            null,
            "disable",
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(1)
        );

        Assert.Equal("25P04", ConnectionFailure.Of(end, target).Code);
        Assert.Equal("25P04", ConnectionFailure.Of(new NpgsqlException("broken", end), target).Code);
        Assert.Null(ConnectionFailure.Of(new NpgsqlException("broken", new IOException("end")), target).Code);
    }
}
