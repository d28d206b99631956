using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git.Repositories;

/// <summary>How a run of git ended.</summary>
/// <param name="TimedOut">The deadline passed and every process of the run was ended.</param>
/// <param name="OutputCut">More was written than is kept.</param>
internal sealed record GitRun(int ExitCode, byte[] Output, string Error, bool TimedOut, bool OutputCut)
{
    public string OutputText => Encoding.UTF8.GetString(Output);
}

/// <summary>Runs git as a child that cannot outlive its deadline, ask a question or see more of our environment than it needs.</summary>
internal sealed class GitCommand(IReadOnlyDictionary<string, string> extraEnvironment)
{
    private const int OutputBytesMax = 16 << 20;
    private const int ErrorBytesMax = 64 << 10;

    // After git has ended, a process it left behind may still hold the pipes (an ssh master, for one).
    private static readonly TimeSpan PipeGrace = TimeSpan.FromSeconds(2);

    // The wrapper's own deadline ends the group even when we were killed; it must not fire before ours.
    private static readonly TimeSpan WrapperGrace = TimeSpan.FromSeconds(5);

    // Exit code of our choice for flock when another process holds the lock file.
    private const string MirrorHeld = "75";

    // What authentication, proxies, certificates and the user's own configuration need; nothing else is passed on.
    private static readonly string[] PassedOn =
    [
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "TMPDIR",
        "XDG_CONFIG_HOME",
        "XDG_RUNTIME_DIR",
        "DBUS_SESSION_BUS_ADDRESS",
        "SSH_AUTH_SOCK",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSH_VARIANT",
        "GIT_ASKPASS",
        "GNUPGHOME",
        "SUDO_UID",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_SYSTEM",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_SSL_CAINFO",
        "GIT_SSL_CAPATH",
        "GIT_SSL_CERT",
        "GIT_SSL_KEY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "http_proxy",
        "https_proxy",
        "HTTPS_PROXY",
        "no_proxy",
        "NO_PROXY",
        "all_proxy",
        "ALL_PROXY",
    ];

    /// <exception cref="RefusedException">CommandMissing.</exception>
    /// <exception cref="OperationCanceledException">The whole group was ended.</exception>
    public GitRun Run(
        IReadOnlyList<string> arguments,
        TimeSpan deadline,
        CancellationToken cancellation,
        IReadOnlyDictionary<string, string>? environment = null,
        string? lockFile = null
    )
    {
        cancellation.ThrowIfCancellationRequested();
        using var process = Start(arguments, deadline, environment, lockFile);
        var group = process.Id;
        process.StandardInput.Close();
        var output = new PipeReader(process.StandardOutput.BaseStream, OutputBytesMax);
        var error = new PipeReader(process.StandardError.BaseStream, ErrorBytesMax);
        var ended = false;
        using (cancellation.Register(() => EndGroup(process, group)))
            ended = process.WaitForExit(deadline > TimeSpan.Zero ? deadline : TimeSpan.Zero);
        if (!ended)
        {
            EndGroup(process, group);
            process.WaitForExit(PipeGrace);
        }
        // Both, always: the last words of a failed git may still be in the pipe when it has ended.
        var outputClosed = output.Join(PipeGrace);
        var errorClosed = error.Join(PipeGrace);
        if (!outputClosed || !errorClosed)
            Posix.KillGroup(group);
        cancellation.ThrowIfCancellationRequested();
        var exitCode = ended ? process.ExitCode : -1;
        if (exitCode == 127)
            throw Missing();
        if (lockFile is not null && exitCode == 75)
            throw new RefusedException(
                SourceRefusalKind.CacheUnusable,
                "Another process holds the mirror.",
                "Wait for it, or give each process its own cache directory."
            );
        return new GitRun(exitCode, output.Take(), Encoding.UTF8.GetString(error.Take()), !ended, output.IsCut);
    }

    private Process Start(
        IReadOnlyList<string> arguments,
        TimeSpan deadline,
        IReadOnlyDictionary<string, string>? environment,
        string? lockFile
    )
    {
        // setsid: a process group of its own and no terminal that ssh could ask on.
        // flock: as long as git lives, also after us, nobody else works on the same mirror.
        var start = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var seconds = Math.Ceiling((deadline + WrapperGrace).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        string[] wrapper = lockFile is null
            ? ["timeout", "-s", "KILL", seconds, "git"]
            : ["timeout", "-s", "KILL", seconds, "flock", "-n", "-E", MirrorHeld, lockFile, "git"];
        foreach (var argument in wrapper.Concat(arguments))
            start.ArgumentList.Add(argument);
        var passedOn = PassedOn
            .Select(name => (name, value: Environment.GetEnvironmentVariable(name)))
            .Where(pair => pair.value is not null)
            .ToList();
        start.Environment.Clear();
        foreach (var (name, value) in passedOn)
            start.Environment[name] = value;
        foreach (var (name, value) in extraEnvironment)
            start.Environment[name] = value;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        // Messages are read to tell one failure from another, so they must be in one language.
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GCM_INTERACTIVE"] = "never";
        try
        {
            return Process.Start(start) ?? throw Missing();
        }
        catch (Win32Exception)
        {
            throw Missing();
        }
    }

    private static void EndGroup(Process process, int group)
    {
        Posix.KillGroup(group);
        try
        {
            // Only where the deadline came before setsid made the group.
            process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It had ended already.
        }
    }

    private static RefusedException Missing() =>
        new(
            SourceRefusalKind.CommandMissing,
            "The git command, or setsid, timeout and flock that run it, cannot be started.",
            "Install them: apt-get install git util-linux coreutils"
        );

    /// <summary>Drains a pipe on a thread of its own and keeps a bounded part.</summary>
    private sealed class PipeReader
    {
        private readonly MemoryStream kept = new();
        private readonly Lock gate = new();
        private readonly Thread thread;
        private readonly Stream pipe;
        private readonly int bytesMax;
        private bool isCut;

        public PipeReader(Stream pipe, int bytesMax)
        {
            this.pipe = pipe;
            this.bytesMax = bytesMax;
            thread = new Thread(Drain) { IsBackground = true, Name = "git pipe" };
            thread.Start();
        }

        public bool IsCut
        {
            get
            {
                lock (gate)
                    return isCut;
            }
        }

        public bool Join(TimeSpan patience) => thread.Join(patience);

        public byte[] Take()
        {
            lock (gate)
                return kept.ToArray();
        }

        private void Drain()
        {
            var buffer = new byte[8192];
            try
            {
                for (int read; (read = pipe.Read(buffer)) > 0; )
                {
                    lock (gate)
                    {
                        var room = Math.Min(read, bytesMax - (int)kept.Length);
                        kept.Write(buffer, 0, room);
                        isCut |= room < read;
                    }
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The run is over and its pipes are closed.
            }
        }
    }
}
