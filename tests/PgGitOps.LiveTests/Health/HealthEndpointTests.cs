using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PgGitOps.Controller;
using PgGitOps.Controller.Http;
using PgGitOps.LiveTests.Fleet;
using Serilog;

namespace PgGitOps.LiveTests.Health;

/// <summary>Tests beside which no other may start a process: between fork and exec it holds every socket of this one, and an address stays taken for as long.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class NoProcessBesides
{
    public const string Name = "no process besides";
}

/// <summary>The page of the loop's health, asked by callers that mean harm and by ones that do not know better.</summary>
[Collection(NoProcessBesides.Name)]
public sealed class HealthEndpointTests : IDisposable
{
    private const string Ask = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

    private static readonly HttpLimits Quick = new()
    {
        RequestWithin = TimeSpan.FromSeconds(1),
        ResponseWithin = TimeSpan.FromSeconds(1),
        CloseWithin = TimeSpan.FromMilliseconds(200),
    };

    private readonly HttpServer server = HttpServer.Start(
        new(IPAddress.Loopback, FreePort.Next()),
        _ => new(200, new string('x', 300_000)),
        Quick,
        TimeProvider.System,
        Log.Logger
    );

    public void Dispose() => server.Dispose();

    [LiveFact]
    public async Task Start_WhileCallersAlreadyKnock_AlwaysServes_AndAgainOnTheSamePort()
    {
        using var end = new CancellationTokenSource();
        var port = FreePort.Next();
        var knocking = Enumerable.Range(0, 4).Select(_ => Task.Run(() => KnockAsync(port, end.Token))).ToList();
        var health = new HealthState(TimeProvider.System, TimeSpan.FromMinutes(1));
        for (var start = 0; start < 200; start++)
        {
            using var endpoint = HealthEndpoint.Start(
                port.ToString(CultureInfo.InvariantCulture),
                health,
                TimeProvider.System,
                Log.Logger
            );
            Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\n", await TellAsync(port, Ask), StringComparison.Ordinal);
        }
        await end.CancelAsync();
        await Task.WhenAll(knocking);
    }

    [LiveFact]
    public void Start_WhereThePortIsTaken_SaysSo()
    {
        var taken = Assert.Throws<Cli.UsageException>(() =>
            HealthEndpoint.Start(
                server.Address.ToString(),
                new HealthState(TimeProvider.System, TimeSpan.FromMinutes(1)),
                TimeProvider.System,
                Log.Logger
            )
        );
        Assert.Contains("in use", taken.Message, StringComparison.Ordinal);
    }

    [LiveTheory]
    [InlineData("GET /healthz HTTP/1.0\r\n\r\n", 200)]
    [InlineData("\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", 200)]
    [InlineData("GET /healthz HTTP/1.1\nHost: a\n\n", 200)]
    [InlineData("POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 200)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 200)]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003", 400)]
    [InlineData("hello\r\n\r\n", 400)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)]
    [InlineData("GET /healthz HT", 408)]
    public async Task Asked_InAnyWay_AnswersOnceAndHangsUp(string request, int status)
    {
        var told = await TellAsync(server.Address.Port, request);

        Assert.StartsWith($"HTTP/1.1 {status} ", told, StringComparison.Ordinal);
        Assert.Equal(1, Occurrences(told, "HTTP/1.1 "));
        var (head, body) = (
            told[..told.IndexOf("\r\n\r\n", StringComparison.Ordinal)],
            told[(told.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]
        );
        Assert.Contains("\r\nConnection: close", head, StringComparison.Ordinal);
        Assert.Contains($"\r\nContent-Length: {body.Length}\r\n", head, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Asked_ForTheHeadAlone_SendsTheLengthAndNoBody()
    {
        var told = await TellAsync(server.Address.Port, "HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Contains("\r\nContent-Length: 300000\r\n", told, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", told, StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Asked_WithoutEnd_IsRefusedAtTheLimit_AndAtTheDeadlineWhereItTrickles()
    {
        Assert.StartsWith(
            "HTTP/1.1 431 ",
            await TellAsync(server.Address.Port, "GET /" + new string('a', Quick.HeadBytesMax)),
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "HTTP/1.1 431 ",
            await TellAsync(server.Address.Port, new string('\n', Quick.HeadBytesMax)),
            StringComparison.Ordinal
        );

        using var slow = await ConnectAsync(server.Address.Port);
        var trickling = Task.Run(async () =>
        {
            while (await slow.SendAsync("a"u8.ToArray()) > 0)
                await Task.Delay(50);
        });
        Assert.StartsWith("HTTP/1.1 408 ", await ReadAsync(slow), StringComparison.Ordinal);
        slow.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => trickling.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [LiveFact]
    public async Task Asked_BesideCallersThatNeverAskNeverReadOrBreakOff_AnswersAtOnce()
    {
        List<Socket> silent = [];
        for (var caller = 0; caller < 3 * Quick.ConnectionsMax; caller++)
        {
            silent.Add(await ConnectAsync(server.Address.Port));
            var telling = silent[^1];
            switch (caller % 3)
            {
                case 1:
                    await telling.SendAsync(Encoding.ASCII.GetBytes("GET /healthz HTTP/1.1\r\nHo"));
                    break;
                case 2:
                    await telling.SendAsync(Encoding.ASCII.GetBytes(Ask));
                    // Closed with the answer unread: that is a reset.
                    telling.LingerState = new(true, 0);
                    telling.Dispose();
                    break;
            }
        }
        var since = System.Diagnostics.Stopwatch.StartNew();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await TellAsync(server.Address.Port, Ask), StringComparison.Ordinal);
        Assert.True(since.Elapsed < Quick.RequestWithin, $"answered after {since.Elapsed}");

        // Each is let go of by its deadline, whatever it does.
        foreach (var caller in silent.Where(s => s.Connected))
        {
            await ReadAsync(caller);
            caller.Dispose();
        }
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await TellAsync(server.Address.Port, Ask), StringComparison.Ordinal);
    }

    [LiveFact]
    public async Task Asked_ByANoReader_IsLetGoOfAtTheDeadline_WithoutHoldingUpAnother()
    {
        using var huge = HttpServer.Start(
            new(IPAddress.Loopback, FreePort.Next()),
            r => new(200, r.Path == "/small" ? "small" : new string('x', 64 << 20)),
            Quick,
            TimeProvider.System,
            Log.Logger
        );
        using var deaf = await ConnectAsync(huge.Address.Port);
        await deaf.SendAsync(Encoding.ASCII.GetBytes(Ask));

        Assert.EndsWith(
            "small",
            await TellAsync(huge.Address.Port, Ask.Replace("/healthz", "/small", StringComparison.Ordinal)),
            StringComparison.Ordinal
        );
        await Task.Delay(Quick.ResponseWithin * 2);
        // What the kernel took before the deadline can be read, and then the end; never all of it.
        Assert.True((await ReadAsync(deaf)).Length < 64 << 20);
    }

    [LiveFact]
    public async Task Asked_WhatThrows_IsAnInternalServerError_AndTheNextIsAnswered()
    {
        var asked = 0;
        using var failing = HttpServer.Start(
            new(IPAddress.Loopback, FreePort.Next()),
            _ => Interlocked.Increment(ref asked) == 1 ? throw new InvalidOperationException("broken") : new(200, "ok"),
            Quick,
            TimeProvider.System,
            Log.Logger
        );
        var told = await TellAsync(failing.Address.Port, Ask);
        Assert.StartsWith("HTTP/1.1 500 ", told, StringComparison.Ordinal);
        Assert.DoesNotContain("broken", told, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await TellAsync(failing.Address.Port, Ask), StringComparison.Ordinal);
    }

    private static async Task KnockAsync(int port, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var caller = await ConnectAsync(port);
                await caller.SendAsync(Encoding.ASCII.GetBytes(Ask), CancellationToken.None);
                await ReadAsync(caller);
            }
            catch (SocketException)
            {
                // Nobody listens between two starts.
                await Task.Yield();
            }
        }
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<string> TellAsync(int port, string request)
    {
        using var socket = await ConnectAsync(port);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        return await ReadAsync(socket);
    }

    /// <summary>All that comes until the end, however it ends.</summary>
    private static async Task<string> ReadAsync(Socket socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var told = new StringBuilder();
        var buffer = new byte[65_536];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), deadline.Token) is > 0 and var read)
                told.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (SocketException)
        {
            // Reset by the other side.
        }
        return told.ToString();
    }

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;
}
