using System.Net;
using System.Net.Sockets;
using Serilog;

namespace PgGitOps.Controller.Http;

/// <summary>Serves small pages over HTTP/1: one request a connection, with every caller bounded in bytes and time and all of them in number.</summary>
/// <remarks>Why neither HttpListener nor Kestrel: docs/decisions/0012-http-listener.md.</remarks>
internal sealed class HttpServer : IDisposable
{
    // Callers that the kernel keeps until they are accepted.
    private const int Backlog = 64;

    // After a failed accept, such as for want of file descriptors, which waiting may mend and spinning would not.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(200);

    private readonly Socket listener;
    private readonly Func<HttpRequest, HttpResponse> answer;
    private readonly HttpLimits limits;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Lock gate = new();
    private readonly LinkedList<HttpConnection> connections = [];
    private readonly CancellationTokenSource ending = new();
    private Task accepting = Task.CompletedTask;

    private HttpServer(Socket listener, Func<HttpRequest, HttpResponse> answer, HttpLimits limits, TimeProvider time, ILogger log)
    {
        (this.listener, this.answer, this.limits, this.time, this.log) = (listener, answer, limits, time, log);
    }

    public IPEndPoint Address => (IPEndPoint)listener.LocalEndPoint!;

    /// <param name="answer">Asked on threads of the pool, also at the same time.</param>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    public static HttpServer Start(
        IPEndPoint address,
        Func<HttpRequest, HttpResponse> answer,
        HttpLimits limits,
        TimeProvider time,
        ILogger log
    )
    {
        // Everything that a caller meets is made before the first one can connect.
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var server = new HttpServer(listener, answer, limits, time, log);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any))
                listener.DualMode = true;
            listener.Bind(address);
            listener.Listen(Backlog);
        }
        catch (SocketException)
        {
            server.Dispose();
            throw;
        }
        server.accepting = Task.Run(server.AcceptAsync);
        return server;
    }

    public void Dispose()
    {
        ending.Cancel();
        // A socket that somebody still accepts on is closed when that ends, and the address is taken until then.
        accepting.Wait(TimeSpan.FromSeconds(2));
        listener.Dispose();
        lock (gate)
        {
            foreach (var connection in connections)
                connection.Abort();
        }
    }

    private async Task AcceptAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(ending.Token);
                var place = Seat(new HttpConnection(socket, answer, limits, time, log));
                _ = Task.Run(() => ServeAsync(place), CancellationToken.None);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                log.Debug("an HTTP connection could not be accepted: {Reason}", e.Message);
                await Task.Delay(AcceptPause, time, CancellationToken.None);
            }
        }
    }

    private async Task ServeAsync(LinkedListNode<HttpConnection> place)
    {
        try
        {
            await place.Value.ServeAsync();
        }
        catch (Exception e)
        {
            log.Warning(e, "an HTTP connection ended with a fault of the engine");
        }
        finally
        {
            lock (gate)
            {
                if (place.List is not null)
                    connections.Remove(place);
            }
        }
    }

    private LinkedListNode<HttpConnection> Seat(HttpConnection connection)
    {
        lock (gate)
        {
            if (connections.Count >= limits.ConnectionsMax)
            {
                connections.First!.Value.Abort();
                connections.RemoveFirst();
            }
            if (ending.IsCancellationRequested)
                connection.Abort();
            return connections.AddLast(connection);
        }
    }
}
