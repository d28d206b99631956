using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace PgGitOps.Providers.Hosts;

/// <summary>Whether an address belongs to the machine that the engine runs on.</summary>
internal static class OwnMachine
{
    /// <param name="address">IP address or DNS name, as declared.</param>
    /// <remarks>A name is never taken for this machine: what it resolves to may be another machine in a moment.</remarks>
    public static bool Has(string address)
    {
        if (!IPAddress.TryParse(address, out var ip))
            return address == "localhost";
        if (IPAddress.IsLoopback(ip))
            return true;
        try
        {
            return NetworkInterface
                .GetAllNetworkInterfaces()
                .SelectMany(i => i.GetIPProperties().UnicastAddresses)
                .Any(u => u.Address.Equals(ip));
        }
        catch (Exception e) when (e is NetworkInformationException or SocketException)
        {
            // Not known to be ours.
            return false;
        }
    }
}
