using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Git.Reading;
using static PgGitOps.LiveTests.Git.GitScratch;

namespace PgGitOps.LiveTests.Git;

[Trait("Requirement", "R-16")]
public sealed class SshRepositoryTests : IDisposable
{
    private const string Sshd = "/usr/sbin/sshd";

    private readonly GitScratch scratch = new();
    private Process? server;

    public void Dispose()
    {
        if (server is not null)
        {
            server.Kill(entireProcessTree: true);
            server.WaitForExit();
            server.Dispose();
        }
        scratch.Dispose();
    }

    [SshdFact]
    public void Read_OverSsh_ReadsWithTheKeyAndNamesEachFailure()
    {
        var repository = scratch.NewRepository();
        scratch.Bare(repository);
        foreach (var key in new[] { "host", "user", "stranger" })
            Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", scratch.Path(key));
        File.Copy(scratch.Path("user.pub"), scratch.Path("authorized"));
        var port = FreePort.Next();
        // An unprivileged sshd serves only its own user; as root that is the postgres user of the machine.
        var user = Environment.UserName == "root" ? "postgres" : Environment.UserName;
        if (user == "postgres")
            Run("chown", "-R", "postgres", scratch.Path("host"), scratch.Path("authorized"), scratch.Path("bare.git"));
        Run("chmod", "a+rx", scratch.Root);
        Start(user, port);
        var hostKey = string.Join(' ', File.ReadAllText(scratch.Path("host.pub")).Split(' ')[..2]);
        File.WriteAllText(scratch.Path("known hosts"), $"[127.0.0.1]:{port} {hostKey}\n");
        File.WriteAllText(scratch.Path("unknown"), "");
        var strangerKey = string.Join(' ', File.ReadAllText(scratch.Path("stranger.pub")).Split(' ')[..2]);
        File.WriteAllText(scratch.Path("changed"), $"[127.0.0.1]:{port} {strangerKey}\n");
        var url = $"ssh://{user}@127.0.0.1:{port}{scratch.Path("bare.git")}";
        var options = scratch.Options(url) with
        {
            SshIdentityFile = scratch.Path("user"),
            SshKnownHostsFile = scratch.Path("known hosts"),
        };

        var tree = ReadOf(new GitSource(options).Read(new SourceRequest())).Tree;
        Assert.Equal(scratch.Head(repository), tree.Revision.CommitId);
        Assert.Equal(["environments/local/b.yaml", "policies/a.yaml"], tree.Paths());

        void Refuses(SourceRefusalKind kind, GitSourceOptions other)
        {
            var refusal = RefusalOf(new GitSource(other).Read(new SourceRequest()));
            Assert.True(refusal.Kind == kind, $"expected {kind}, got {refusal}");
        }

        Refuses(SourceRefusalKind.AuthenticationFailed, options with { SshIdentityFile = scratch.Path("stranger") });
        Refuses(SourceRefusalKind.HostKeyUnknown, options with { SshKnownHostsFile = scratch.Path("unknown") });
        Refuses(SourceRefusalKind.HostKeyUnknown, options with { SshKnownHostsFile = scratch.Path("changed") });
        Refuses(
            SourceRefusalKind.RepositoryMissing,
            options with
            {
                Address = url.Replace("bare.git", "absent.git", StringComparison.Ordinal),
            }
        );
        Refuses(
            SourceRefusalKind.RemoteUnreachable,
            options with
            {
                Address = $"ssh://{user}@127.0.0.1:{FreePort.Next()}/x.git",
            }
        );

        // The short form has no place for a port, so ssh's own configuration gives it.
        File.WriteAllText(
            scratch.Path("ssh config"),
            $"Host policies\n  HostName 127.0.0.1\n  Port {port}\n  IdentityFile {scratch.Path("user")}\n  UserKnownHostsFile \"{scratch.Path("known hosts")}\"\n"
        );
        var environment = new Dictionary<string, string>(scratch.Environment)
        {
            ["GIT_SSH_COMMAND"] = $"ssh -F '{scratch.Path("ssh config")}'",
        };
        var shortForm = new GitSource(
            scratch.Options($"{user}@policies:{scratch.Path("bare.git")}") with
            {
                CommandEnvironment = environment,
            }
        );
        Assert.Equal(2, ReadOf(shortForm.Read(new SourceRequest())).Tree.Files.Count);
    }

    private void Start(string user, int port)
    {
        File.WriteAllText(
            scratch.Path("sshd_config"),
            $"""
            ListenAddress 127.0.0.1
            Port {port}
            HostKey {scratch.Path("host")}
            AuthorizedKeysFile {scratch.Path("authorized")}
            PidFile none
            UsePAM no
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            """
        );
        string[] command =
            Environment.UserName == "root" ? ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", Sshd] : [Sshd];
        var start = new ProcessStartInfo(command[0]) { RedirectStandardError = true };
        foreach (var argument in command[1..].Concat(["-D", "-e", "-f", scratch.Path("sshd_config")]))
            start.ArgumentList.Add(argument);
        server = Process.Start(start)!;
        server.BeginErrorReadLine();
        var clock = Stopwatch.StartNew();
        while (!Answers(port))
        {
            Assert.False(
                server.HasExited,
                string.Create(CultureInfo.InvariantCulture, $"sshd ended with {(server.HasExited ? server.ExitCode : 0)}")
            );
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "sshd did not answer within a minute");
            Thread.Sleep(20);
        }
    }

    private static bool Answers(int port)
    {
        try
        {
            using var probe = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Runs only where an SSH server is installed. The skip is shown.</summary>
    private sealed class SshdFactAttribute : FactAttribute
    {
        public SshdFactAttribute()
        {
            if (!File.Exists(Sshd))
                Skip = "Needs an SSH server: apt-get install openssh-server";
        }
    }
}
