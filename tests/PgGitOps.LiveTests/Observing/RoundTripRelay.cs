using System.Net;
using System.Net.Sockets;

namespace PgGitOps.LiveTests.Observing;

/// <summary>Passes bytes between clients and a server, and counts how often the server was waited for.</summary>
internal sealed class RoundTripRelay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly string host;
    private readonly int port;
    private int roundTrips;
    private int connections;

    public RoundTripRelay(string host, int port)
    {
        (this.host, this.port) = (host, port);
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref connections);

    /// <summary>Answers that followed something a client said; the parts of one answer count once.</summary>
    public int RoundTrips => Volatile.Read(ref roundTrips);

    public (int Connections, int RoundTrips) Take() =>
        (Interlocked.Exchange(ref connections, 0), Interlocked.Exchange(ref roundTrips, 0));

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!end.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync(end.Token);
            }
            catch (Exception exception)
                when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
            Interlocked.Increment(ref connections);
            _ = PassAsync(client);
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var here = client;
        using var server = new TcpClient { NoDelay = true };
        client.NoDelay = true;
        await server.ConnectAsync(host, port);
        var asked = 0;
        var forth = CopyAsync(client.GetStream(), server, () => Volatile.Write(ref asked, 1));
        var back = CopyAsync(
            server.GetStream(),
            client,
            () =>
            {
                if (Interlocked.Exchange(ref asked, 0) == 1)
                    Interlocked.Increment(ref roundTrips);
            }
        );
        await Task.WhenAll(forth, back);
    }

    private async Task CopyAsync(NetworkStream from, TcpClient to, Action onBytes)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, end.Token) is > 0 and var count)
            {
                onBytes();
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), end.Token);
            }
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception)
            when (exception
                    is IOException
                        or OperationCanceledException
                        or ObjectDisposedException
                        or SocketException
                        or InvalidOperationException
            ) { }
    }
}
