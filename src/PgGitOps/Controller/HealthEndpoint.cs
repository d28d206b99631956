using System.Net;
using System.Net.Sockets;
using PgGitOps.Cli;
using PgGitOps.Controller.Http;
using Serilog;

namespace PgGitOps.Controller;

/// <summary>Answers <c>GET /healthz</c>: 200 while passes complete and no cluster is stuck, else 503.</summary>
internal static class HealthEndpoint
{
    private const string Methods = "GET, HEAD";

    /// <param name="address">As <see cref="Parse"/> takes it.</param>
    /// <exception cref="UsageException">The address cannot be had.</exception>
    public static HttpServer Start(string address, HealthState health, TimeProvider time, ILogger log)
    {
        var at = Parse(address);
        try
        {
            return HttpServer.Start(at, request => Answer(request, at.Address, health), new HttpLimits(), time, log);
        }
        catch (SocketException e)
        {
            throw new UsageException($"--health {address}: {e.Message}");
        }
    }

    /// <param name="address">Such as <c>127.0.0.1:8080</c>, <c>[::]:8080</c> for all, or <c>8080</c> for the loopback address.</param>
    /// <exception cref="FormatException">It is no address with a port.</exception>
    public static IPEndPoint Parse(string address)
    {
        var text = address.Contains(':', StringComparison.Ordinal) ? address : "127.0.0.1:" + address;
        if (!IPEndPoint.TryParse(text, out var parsed) || parsed.Port == 0)
            throw new FormatException($"'{address}' is not ADDRESS:PORT, such as 127.0.0.1:8080.");
        // All addresses are those of IPv4 where the machine has no others.
        return parsed.Address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6 ? new(IPAddress.Any, parsed.Port) : parsed;
    }

    internal static HttpResponse Answer(HttpRequest request, IPAddress at, HealthState health) =>
        (request.Path, request.Method) switch
        {
            _ when IPAddress.IsLoopback(at) && !IsOwnName(request.Host) => new(
                400,
                "{\"error\":\"the host is neither an address nor localhost\"}\n"
            ),
            ("/healthz", "GET" or "HEAD") when health.Report() is var (healthy, json) => new(healthy ? 200 : 503, json + "\n"),
            ("/healthz", _) => new(405, "{\"error\":\"only GET\"}\n", Methods),
            _ => new(404, "{\"error\":\"only /healthz\"}\n"),
        };

    /// <summary>A page on a loopback address is for this machine. A browser asks it under the name of the site whose script asks, where that site's DNS says so.</summary>
    private static bool IsOwnName(string? host) =>
        host is null || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out _);
}
