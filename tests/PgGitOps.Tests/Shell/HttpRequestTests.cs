using System.Net;
using PgGitOps.Controller;
using PgGitOps.Controller.Http;
using PgGitOps.Core.Ports;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.Shell;

public class HttpRequestTests
{
    [Theory]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost:8080", "GET", "/healthz", "localhost")]
    [InlineData("GET /healthz HTTP/1.0", "GET", "/healthz", null)]
    [InlineData("GET /healthz HTTP/1.0\nHost:\nA: b", "GET", "/healthz", null)]
    [InlineData("HEAD /healthz?verbose=1 HTTP/1.1\r\nUser-Agent: probe/1\r\nhOST:\t[::1]:80 ", "HEAD", "/healthz", "[::1]")]
    [InlineData("GET http://localhost:80/healthz HTTP/1.1\r\nHost: [::1]", "GET", "/healthz", "[::1]")]
    [InlineData("GET HTTP://localhost HTTP/1.1\r\nHost: 127.0.0.1", "GET", "/", "127.0.0.1")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a", "OPTIONS", "*", "a")]
    public void Parse_OfARequest_TellsWhatIsAsked(string head, string method, string path, string? host) =>
        Assert.Equal((new HttpRequest(method, path, host), 0), HttpRequest.Parse(head));

    [Theory]
    [InlineData("", 400)]
    [InlineData("GET /healthz", 400)]
    [InlineData("GET  /healthz HTTP/1.1\r\nHost: a", 400)]
    [InlineData(" GET /healthz HTTP/1.1\r\nHost: a", 400)]
    [InlineData("GET /healthz HTTP/1.1 \r\nHost: a", 400)]
    [InlineData("GET healthz HTTP/1.1\r\nHost: a", 400)]
    [InlineData("GET /health\0z HTTP/1.1\r\nHost: a", 400)]
    [InlineData("GET /health\rz HTTP/1.1\r\nHost: a", 400)]
    [InlineData("G(T /healthz HTTP/1.1\r\nHost: a", 400)]
    [InlineData("GET /healthz http/1.1\r\nHost: a", 400)]
    [InlineData("GET /healthz HTTP/1\r\nHost: a", 400)]
    [InlineData("GET /healthz HTTP/1.1", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost : a", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a\r\n folded", 400)]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: a\r\nnonsense", 400)]
    [InlineData("PRI * HTTP/2.0", 505)]
    public void Parse_OfNoRequest_SaysWithWhatItIsRefused(string head, int status) =>
        Assert.Equal((null, status), HttpRequest.Parse(head));

    [Theory]
    [InlineData("GET", "/healthz", "localhost", 503)]
    [InlineData("HEAD", "/healthz", null, 503)]
    [InlineData("GET", "/healthz", "127.0.0.1", 503)]
    [InlineData("POST", "/healthz", "localhost", 405)]
    [InlineData("GET", "/", "localhost", 404)]
    [InlineData("GET", "/healthz/", "localhost", 404)]
    [InlineData("GET", "/healthz", "rebound.example.org", 400)]
    public void Answer_OnALoopbackAddress_IsForThisMachine(string method, string path, string? host, int status) =>
        Assert.Equal(status, Answer(new(method, path, host), IPAddress.Loopback).Status);

    [Fact]
    public void Answer_OnAnotherAddress_TakesWhateverNameItIsCalledBy() =>
        Assert.Equal(503, Answer(new("GET", "/healthz", "core.example.org"), IPAddress.Any).Status);

    [Fact]
    public void Answer_WhenPassesComplete_IsOk()
    {
        var health = new HealthState(new ManualTime(), TimeSpan.FromMinutes(1));
        health.Hear(new PassEvent.RevisionAccepted("main", "c0ffee", "core", ["core"]));
        health.Hear(new PassEvent.PassScheduled("core", 0, TimeSpan.FromMinutes(1)));

        Assert.Equal(200, HealthEndpoint.Answer(new("GET", "/healthz", null), IPAddress.Loopback, health).Status);
    }

    [Theory]
    [InlineData("8080", "127.0.0.1:8080")]
    [InlineData("0.0.0.0:8080", "0.0.0.0:8080")]
    [InlineData("[::1]:8080", "[::1]:8080")]
    public void Parse_OfAnAddress_TellsWhereToListen(string text, string address) =>
        Assert.Equal(address, HealthEndpoint.Parse(text).ToString());

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("localhost:8080")]
    [InlineData("70000")]
    public void Parse_OfNoAddress_IsRefused(string text) => Assert.Throws<FormatException>(() => HealthEndpoint.Parse(text));

    private static HttpResponse Answer(HttpRequest request, IPAddress at) =>
        HealthEndpoint.Answer(request, at, new HealthState(new ManualTime(), TimeSpan.FromMinutes(1)));
}
