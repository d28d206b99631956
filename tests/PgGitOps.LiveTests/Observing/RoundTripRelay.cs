using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace PgGitOps.LiveTests.Observing;

/// <summary>Passes bytes between clients and a server, and counts how often the server was waited for.</summary>
/// <remarks>
/// By the messages that say that the server waits for the next question (ReadyForQuery), not by who speaks when: a server begins to answer a long batch while the rest of it is
/// still on the way.
/// </remarks>
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

    /// <summary>Answers that are complete, that to a login among them.</summary>
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
        var answers = new AnswerCount();
        var forth = CopyAsync(client.GetStream(), server, static _ => { });
        var back = CopyAsync(server.GetStream(), client, bytes => Interlocked.Add(ref roundTrips, answers.Ending(bytes)));
        await Task.WhenAll(forth, back);
    }

    private async Task CopyAsync(NetworkStream from, TcpClient to, Action<ReadOnlyMemory<byte>> onBytes)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, end.Token) is > 0 and var count)
            {
                onBytes(buffer.AsMemory(0, count));
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

    /// <summary>Follows the messages of a server: a byte that says which, and a length that counts itself.</summary>
    private sealed class AnswerCount
    {
        private const int HeadLength = 5;

        private readonly byte[] head = new byte[HeadLength];
        private int ofHead;
        private int left;

        /// <returns>How many answers end in these bytes.</returns>
        public int Ending(ReadOnlyMemory<byte> bytes)
        {
            var ended = 0;
            var rest = bytes.Span;
            while (!rest.IsEmpty)
            {
                if (left > 0)
                {
                    var skipped = Math.Min(left, rest.Length);
                    left -= skipped;
                    rest = rest[skipped..];
                    continue;
                }
                head[ofHead++] = rest[0];
                rest = rest[1..];
                if (ofHead < HeadLength)
                    continue;
                ofHead = 0;
                left = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - sizeof(int);
                ended += head[0] == 'Z' ? 1 : 0;
            }
            return ended;
        }
    }
}
