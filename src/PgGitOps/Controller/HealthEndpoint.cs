using System.Net;
using System.Text;
using PgGitOps.Cli;
using Serilog;

namespace PgGitOps.Controller;

/// <summary>Answers <c>GET /healthz</c>: 200 while passes complete and no cluster is stuck, else 503.</summary>
/// <remarks>
/// HttpListener instead of Kestrel: the ASP.NET framework would be loaded, and have to be installed, for every command;
/// this one page needs no more than the base runtime has.
/// </remarks>
internal sealed class HealthEndpoint : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly HealthState health;
    private readonly ILogger log;

    private HealthEndpoint(HealthState health, ILogger log)
    {
        this.health = health;
        this.log = log;
    }

    /// <param name="address">Such as <c>127.0.0.1:8080</c>, <c>[::]:8080</c> for all, or <c>8080</c> for the loopback address.</param>
    public static HealthEndpoint Start(string address, HealthState health, ILogger log)
    {
        var endpoint = new HealthEndpoint(health, log);
        endpoint.listener.Prefixes.Add($"http://{Host(address)}/");
        try
        {
            endpoint.listener.Start();
        }
        catch (Exception e) when (e is HttpListenerException or System.Net.Sockets.SocketException)
        {
            throw new UsageException($"--health {address}: {e.Message}");
        }
        _ = Task.Run(endpoint.ServeAsync);
        return endpoint;
    }

    /// <summary>Refuses what is no address with a port.</summary>
    public static string Host(string address)
    {
        var text = address.Contains(':', StringComparison.Ordinal) ? address : "127.0.0.1:" + address;
        if (!IPEndPoint.TryParse(text, out var parsed) || parsed.Port == 0)
            throw new FormatException($"'{address}' is not ADDRESS:PORT, such as 127.0.0.1:8080.");
        // The listener of the base runtime takes what follows the first colon for the port.
        if (parsed.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && !parsed.Address.Equals(IPAddress.IPv6Any))
            throw new FormatException(
                $"'{address}' is an IPv6 address; the page is served on IPv4 addresses, such as 127.0.0.1:8080, or with [::]:8080 on all."
            );
        return parsed.Address.Equals(IPAddress.Any) || parsed.Address.Equals(IPAddress.IPv6Any)
            ? $"*:{parsed.Port}"
            : parsed.ToString();
    }

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                Answer(await listener.GetContextAsync().ConfigureAwait(false));
            }
            catch (Exception e)
                when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException or IOException)
            {
                // A caller that hung up, or the end of the run: neither concerns the loop.
                log.Debug("health request ended early: {Reason:l}", e.Message);
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        using var response = context.Response;
        var (status, body) = (context.Request.Url?.AbsolutePath, context.Request.HttpMethod) switch
        {
            ("/healthz", "GET" or "HEAD") when health.Report() is var (healthy, json) => (healthy ? 200 : 503, json + "\n"),
            ("/healthz", _) => (405, "{\"error\":\"only GET\"}\n"),
            _ => (404, "{\"error\":\"only /healthz\"}\n"),
        };
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.Headers["Cache-Control"] = "no-store";
        var bytes = Encoding.UTF8.GetBytes(body);
        response.ContentLength64 = bytes.Length;
        if (context.Request.HttpMethod != "HEAD")
            response.OutputStream.Write(bytes);
    }
}
