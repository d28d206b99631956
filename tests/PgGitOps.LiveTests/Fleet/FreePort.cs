using System.Net;
using System.Net.Sockets;

namespace PgGitOps.LiveTests.Fleet;

/// <summary>Ports nobody listens on, at whatever address.</summary>
/// <remarks>A port belongs to this process until it ends: the byte of its number is locked in a file that all test processes of the user know.</remarks>
public static class FreePort
{
    // Below Linux's ephemeral range (32768…): an outgoing connection of another test cannot take the port before the server does.
    private const int First = 18_000;
    private const int Last = 31_999;

    private static readonly FileStream Book = new(
        Path.Combine(Path.GetTempPath(), $"pggitops-test-ports-{Environment.UserName}"),
        FileMode.OpenOrCreate,
        FileAccess.ReadWrite,
        FileShare.ReadWrite
    );

    private static readonly HashSet<int> Given = [];

    public static int Next()
    {
        lock (Given)
        {
            for (var attempt = 0; attempt < 500; attempt++)
            {
                var port = Random.Shared.Next(First, Last);
                if (Given.Add(port) && Reserve(port) && IsFree(port))
                    return port;
            }
        }
        throw new InvalidOperationException("no free port");
    }

    private static bool Reserve(int port)
    {
        try
        {
            Book.Lock(port, 1);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // At any address: a server at one of them, which a listener at another would not notice, is in the way of one at all.
    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
