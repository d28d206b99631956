using System.Net;
using System.Net.Sockets;
using System.Text;
using PgGitOps.Core.Observed;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Postgres.Connecting;
using PgGitOps.Providers.Postgres.Leasing;

namespace PgGitOps.LiveTests.Observing;

/// <summary>
/// A timeout so short that the session is gone before its first statement arrives, and with it what the server said of the reason: a connection that breaks.
/// </summary>
public sealed class LostSessionTests
{
    [LiveFact]
    public async Task Observe_WhenSessionsEndBeforeTheyCanSayAnything_TakesTheTimeoutsOutOfTheWay()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await using var impatient = new ImpatientRelay(server.Address, server.Port);
        var target = ObservedServer.Target(ObservedServer.Access(), server) with
        {
            Members = [new("a1", "127.0.0.1", impatient.Port)],
        };

        var seen = (await ObservedServer.ObserveAsync(target)).Find("a1")!.Server;

        Assert.Equal(ServerPrograms.Major >= 14, seen is Observation<ServerFacts>.Seen);
    }

    [LiveFact]
    public async Task Write_WhenSessionsEndBeforeTheyCanSayAnything_TakesTheTimeoutsOutOfTheWay()
    {
        await using var server = await PostgresServer.StartAsync(new ServerShape { Name = "a1" });
        await using var impatient = new ImpatientRelay(server.Address, server.Port);

        var (connection, reason) = await WriterConnection.OpenAsync(
            ServerTarget.Of(ObservedServer.Access(), "127.0.0.1", impatient.Port),
            "a1",
            new SecretStore(),
            "writer",
            CancellationToken.None
        );

        Assert.Equal(ServerPrograms.Major >= 14, connection is not null);
        Assert.Equal(connection is null, reason is not null);
        if (connection is not null)
            await connection.DisposeAsync();
    }

    /// <summary>Ends a session that has no idle_session_timeout of its own as soon as it says its first word after the login.</summary>
    private sealed class ImpatientRelay : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource end = new();
        private readonly string host;
        private readonly int port;

        public ImpatientRelay(string host, int port)
        {
            (this.host, this.port) = (host, port);
            listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public async ValueTask DisposeAsync()
        {
            await end.CancelAsync();
            listener.Dispose();
            end.Dispose();
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                    _ = PassAsync(await listener.AcceptTcpClientAsync(end.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException) { }
        }

        private async Task PassAsync(TcpClient client)
        {
            using var here = client;
            using var server = new TcpClient { NoDelay = true };
            var buffer = new byte[64 * 1024];
            try
            {
                await server.ConnectAsync(host, port, end.Token);
                var first = await client.GetStream().ReadAsync(buffer, end.Token);
                var hasOwn = Encoding
                    .ASCII.GetString(buffer, 0, first)
                    .Contains("idle_session_timeout", StringComparison.Ordinal);
                await server.GetStream().WriteAsync(buffer.AsMemory(0, first), end.Token);
                var back = server.GetStream().CopyToAsync(client.GetStream(), end.Token);
                if (hasOwn)
                {
                    await client.GetStream().CopyToAsync(server.GetStream(), end.Token);
                    return;
                }
                // What comes next has been written to a connection that is no more.
                await client.GetStream().ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false, end.Token);
                client.LingerState = new LingerOption(true, 0);
                client.Close();
            }
            catch (Exception e)
                when (e is OperationCanceledException or ObjectDisposedException or IOException or SocketException) { }
        }
    }
}
