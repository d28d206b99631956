using System.Globalization;
using System.Text;

namespace PgGitOps.Controller.Http;

/// <param name="Json">The body.</param>
/// <param name="Allow">The methods that would have been right, with 405.</param>
internal sealed record HttpResponse(int Status, string Json, string? Allow = null)
{
    /// <summary>What is said where no page was asked.</summary>
    public static HttpResponse Refusal(int status) => new(status, $"{{\"error\":\"{Reason(status).ToLowerInvariant()}\"}}\n");

    /// <param name="withBody">False for HEAD: the same headers, and nothing after them.</param>
    public byte[] ToBytes(DateTimeOffset now, bool withBody)
    {
        var body = Encoding.UTF8.GetBytes(Json);
        var head = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} {Reason(Status)}\r\n")
            .Append(CultureInfo.InvariantCulture, $"Date: {now:R}\r\n")
            .Append("Content-Type: application/json\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n")
            .Append("Cache-Control: no-store\r\n");
        if (Allow is not null)
            head.Append(CultureInfo.InvariantCulture, $"Allow: {Allow}\r\n");
        head.Append("Connection: close\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head.ToString()), .. withBody ? body : []];
    }

    private static string Reason(int status) =>
        status switch
        {
            200 => "OK",
            400 => "Bad Request",
            404 => "Not Found",
            405 => "Method Not Allowed",
            408 => "Request Timeout",
            431 => "Request Header Fields Too Large",
            500 => "Internal Server Error",
            503 => "Service Unavailable",
            505 => "HTTP Version Not Supported",
            _ => throw new InvalidOperationException($"nothing is answered with status {status}"),
        };
}
