using System.Net.Sockets;
using System.Text;
using Serilog;

namespace PgGitOps.Controller.Http;

/// <summary>One caller: one request, one answer, and the end.</summary>
internal sealed class HttpConnection(
    Socket socket,
    Func<HttpRequest, HttpResponse> answer,
    HttpLimits limits,
    TimeProvider time,
    ILogger log
)
{
    // What is still read after the answer, so that hanging up does not throw the answer away before the caller has read it.
    private const int LateBytesMax = 64 << 10;

    public void Abort() => socket.Dispose();

    public async Task ServeAsync()
    {
        try
        {
            using (socket)
            {
                var (response, withBody) = await AskedAsync();
                if (response is null)
                    return;
                await SendAsync(response.ToBytes(time.GetUtcNow(), withBody));
                await HangUpAsync();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // A caller that hung up, was too slow, or had to make room; or the end of the run: none concerns the loop.
            log.Debug("an HTTP request ended early: {Reason}", e.Message);
        }
    }

    /// <summary>No response where the caller left without a request.</summary>
    private async Task<(HttpResponse?, bool WithBody)> AskedAsync()
    {
        var (head, refused) = await ReadHeadAsync();
        if (head is null)
            return (refused == 0 ? null : HttpResponse.Refusal(refused), true);
        (var request, refused) = HttpRequest.Parse(head);
        if (request is null)
            return (HttpResponse.Refusal(refused), true);
        try
        {
            return (answer(request), request.Method != "HEAD");
        }
        catch (Exception e)
        {
            log.Warning(e, "an HTTP request could not be answered");
            return (HttpResponse.Refusal(500), request.Method != "HEAD");
        }
    }

    private async Task<(string? Head, int Refused)> ReadHeadAsync()
    {
        using var deadline = new CancellationTokenSource(limits.RequestWithin, time);
        var buffer = new byte[limits.HeadBytesMax];
        var (used, dropped) = (0, 0);
        try
        {
            while (used + dropped < buffer.Length)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(used), deadline.Token);
                if (read == 0)
                    return (null, used == 0 ? 0 : 400);
                // What is no text will not become a request by waiting for more of it.
                if (buffer.AsSpan(used, read).ContainsAnyInRange((byte)0, (byte)8))
                    return (null, 400);
                var searchedFrom = Math.Max(0, used - 3);
                used += read;
                if (searchedFrom == 0)
                {
                    // Empty lines before a request are passed over.
                    var text = buffer.AsSpan(0, used).TrimStart("\r\n"u8);
                    dropped += used - text.Length;
                    used = text.Length;
                    text.CopyTo(buffer);
                }
                if (EndOf(buffer.AsSpan(searchedFrom, used - searchedFrom)) is { } end)
                    return (Encoding.Latin1.GetString(buffer, 0, searchedFrom + end), 0);
            }
            return (null, 431);
        }
        catch (OperationCanceledException)
        {
            return (null, 408);
        }
    }

    /// <summary>Where the empty line begins; lines may end without a carriage return.</summary>
    private static int? EndOf(ReadOnlySpan<byte> head) =>
        (head.IndexOf("\n\r\n"u8), head.IndexOf("\n\n"u8)) switch
        {
            (< 0, < 0) => null,
            (var only, < 0) => only,
            (< 0, var only) => only,
            var (one, other) => Math.Min(one, other),
        };

    private async Task SendAsync(byte[] bytes)
    {
        using var deadline = new CancellationTokenSource(limits.ResponseWithin, time);
        for (var sent = 0; sent < bytes.Length; )
            sent += await socket.SendAsync(bytes.AsMemory(sent), deadline.Token);
    }

    private async Task HangUpAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        using var deadline = new CancellationTokenSource(limits.CloseWithin, time);
        var buffer = new byte[4096];
        for (var late = 0; late < LateBytesMax; )
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(), deadline.Token);
            if (read == 0)
                return;
            late += read;
        }
    }
}
