using System.Diagnostics;
using PgGitOps.Core.Desired;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Hosts;

/// <summary>A real sshd on a loopback address with keys of its own; admits one client key as the user that runs servers.</summary>
public sealed class SshServer : IAsyncDisposable
{
    private readonly string directory;
    private readonly Process process;

    private SshServer(string directory, Process process, string address, int port)
    {
        this.directory = directory;
        this.process = process;
        Address = address;
        Port = port;
    }

    public string Address { get; }
    public int Port { get; }

    public int Pid => process.Id;

    public string IdentityFile => Path.Combine(directory, "client");

    public string KnownHosts => Path.Combine(directory, "known_hosts");

    public static string LoginUser => Environment.IsPrivilegedProcess ? ServerPrograms.ServerUser : Environment.UserName;

    public HostTransport.Ssh Transport => new(LoginUser, Port, IdentityFile, KnownHosts);

    /// <param name="addresses">All loopback addresses whose host key the client is to know.</param>
    public static async Task<SshServer> StartAsync(string listen = "127.0.0.1", params string[] addresses)
    {
        var directory = Directory.CreateTempSubdirectory("pggitops-sshd-").FullName;
        var port = FreePort.Next();
        foreach (var key in (string[])["host", "client"])
            await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(directory, key));
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_101_101);
        File.Copy(Path.Combine(directory, "client.pub"), Path.Combine(directory, "authorized"));
        File.SetUnixFileMode(Path.Combine(directory, "authorized"), (UnixFileMode)0b110_100_100);
        var key1 = (await File.ReadAllTextAsync(Path.Combine(directory, "host.pub"))).Split(' ');
        await File.WriteAllLinesAsync(
            Path.Combine(directory, "known_hosts"),
            addresses.Append(listen).Select(a => $"[{a}]:{port} {key1[0]} {key1[1]}")
        );
        // Root logs others in: their accounts may be locked for passwords, which only PAM tells apart.
        await File.WriteAllTextAsync(
            Path.Combine(directory, "config"),
            $"""
            ListenAddress {listen}:{port}
            HostKey {directory}/host
            AuthorizedKeysFile {directory}/authorized
            PidFile none
            UsePAM {(Environment.IsPrivilegedProcess ? "yes" : "no")}
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            MaxStartups 100
            PrintMotd no

            """
        );
        if (Environment.IsPrivilegedProcess)
            Directory.CreateDirectory("/run/sshd");
        var start = new ProcessStartInfo(ServerPrograms.PathOf("sshd"), ["-D", "-e", "-f", Path.Combine(directory, "config")])
        {
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("sshd did not start");
        var server = new SshServer(directory, process, listen, port);
        _ = process.StandardError.ReadToEndAsync();
        await Poll.UntilAsync(
            "sshd listens",
            async () =>
            {
                try
                {
                    using var client = new System.Net.Sockets.TcpClient();
                    await client.ConnectAsync(listen, port);
                    return true;
                }
                catch (System.Net.Sockets.SocketException) when (!process.HasExited)
                {
                    return false;
                }
            }
        );
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pid in ProcessSignals.Tree(process.Id).Reverse())
            ProcessSignals.Send(pid, Signal.Kill);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process =
            Process.Start(new ProcessStartInfo(program, arguments))
            ?? throw new InvalidOperationException($"{program} did not start");
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }
}
