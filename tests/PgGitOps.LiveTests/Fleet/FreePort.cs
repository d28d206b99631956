using System.Net;
using System.Net.Sockets;

namespace PgGitOps.LiveTests.Fleet;

/// <summary>Ports nobody listens on.</summary>
public static class FreePort
{
    // Below Linux's ephemeral range (32768…): an outgoing connection of another test cannot take the port before the server does.
    private const int First = 18_000;
    private const int Last = 31_999;

    private static readonly HashSet<int> Given = [];

    public static int Next(string address = "127.0.0.1")
    {
        for (var attempt = 0; attempt < 500; attempt++)
        {
            var port = Random.Shared.Next(First, Last);
            lock (Given)
            {
                if (!Given.Add(port))
                    continue;
            }
            using var listener = new TcpListener(IPAddress.Parse(address), port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
            }
        }
        throw new InvalidOperationException($"no free port at {address}");
    }
}
