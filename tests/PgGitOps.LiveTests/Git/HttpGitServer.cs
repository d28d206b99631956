using System.Diagnostics;
using System.Net;
using System.Text;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Git;

/// <summary>git http-backend behind a loopback HTTP server, which can demand a password or break off a transfer.</summary>
public sealed class HttpGitServer : IDisposable
{
    private readonly GitScratch scratch;
    private readonly HttpListener listener;
    private readonly Thread acceptor;

    public HttpGitServer(GitScratch scratch)
    {
        this.scratch = scratch;
        (listener, Port) = Listen();
        acceptor = new Thread(Accept) { IsBackground = true };
        acceptor.Start();
    }

    /// <summary>A port that nobody listens on may still be held for a minute by connections of one that did: then another.</summary>
    private static (HttpListener Listener, int Port) Listen()
    {
        for (var tries = 1; ; tries++)
        {
            var port = FreePort.Next();
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (tries < 10)
            {
                listener.Close();
            }
        }
    }

    public int Port { get; }

    /// <summary>Required as Basic authentication, <c>user:password</c>, when set.</summary>
    public string? Login { get; set; }

    /// <summary>Ends the connection after so many bytes of a pack, when set.</summary>
    public int? PackBytesMax { get; set; }

    public int Requests { get; private set; }

    /// <summary>Set to false, every request waits: a remote that accepts and does not answer.</summary>
    public ManualResetEventSlim Answers { get; } = new(true);

    /// <summary>Requests that wait now.</summary>
    public int Waiting => waiting;

    private int waiting;

    public string Url(string repository) => $"http://127.0.0.1:{Port}/{repository}";

    public void Dispose()
    {
        Answers.Set();
        listener.Close();
        acceptor.Join(TimeSpan.FromSeconds(5));
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var context = listener.GetContext();
                Requests++;
                ThreadPool.QueueUserWorkItem(_ => Answer(context));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The server was closed.
        }
    }

    private void Answer(HttpListenerContext context)
    {
        try
        {
            Interlocked.Increment(ref waiting);
            Answers.Wait();
            Interlocked.Decrement(ref waiting);
            if (
                Login is { } login
                && context.Request.Headers["Authorization"] != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(login))
            )
            {
                context.Response.StatusCode = 401;
                context.Response.AddHeader("WWW-Authenticate", "Basic realm=\"git\"");
                context.Response.Close();
                return;
            }
            Backend(context);
        }
        catch (Exception e)
            when (e is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client went away, or the server was closed.
        }
    }

    private void Backend(HttpListenerContext context)
    {
        var request = context.Request;
        var start = new ProcessStartInfo("git", "http-backend") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in scratch.Environment)
            start.Environment[name] = value;
        start.Environment["GIT_PROJECT_ROOT"] = scratch.Root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["PATH_INFO"] = Uri.UnescapeDataString(request.Url!.AbsolutePath);
        start.Environment["QUERY_STRING"] = request.Url.Query.TrimStart('?');
        start.Environment["REQUEST_METHOD"] = request.HttpMethod;
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"] ?? "";
        if (request.Headers["Content-Encoding"] is { } encoding)
            start.Environment["HTTP_CONTENT_ENCODING"] = encoding;
        using var process = Process.Start(start)!;
        request.InputStream.CopyTo(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();

        var bytes = output.ToArray();
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var line in Encoding.ASCII.GetString(bytes, 0, end).Split("\r\n"))
        {
            var (name, value) = (
                line[..line.IndexOf(':', StringComparison.Ordinal)],
                line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            );
            if (name == "Status")
                context.Response.StatusCode = int.Parse(value.AsSpan(0, 3), System.Globalization.CultureInfo.InvariantCulture);
            else
                context.Response.AddHeader(name, value);
        }
        var body = bytes.AsMemory(end + 4);
        var pack = body.Span.IndexOf("PACK"u8);
        if (PackBytesMax is { } max && pack >= 0)
        {
            context.Response.ContentLength64 = body.Length;
            context.Response.OutputStream.Write(body.Span[..Math.Min(body.Length - 1, pack + max)]);
            context.Response.Abort();
            return;
        }
        context.Response.ContentLength64 = body.Length;
        context.Response.OutputStream.Write(body.Span);
        context.Response.Close();
    }
}
