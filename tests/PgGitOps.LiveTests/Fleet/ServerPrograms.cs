using System.Diagnostics;
using System.Globalization;

namespace PgGitOps.LiveTests.Fleet;

/// <summary>Where the real programs are that live tests run.</summary>
public static class ServerPrograms
{
    /// <summary>Operating-system user that runs servers when the tests run as root, which PostgreSQL refuses.</summary>
    public const string ServerUser = "postgres";

    private static readonly Lazy<string?> Bin = new(FindBinDirectory);

    /// <summary>Directory of initdb, postgres and the others, from PGGITOPS_TEST_BIN; null runs the newest that is installed.</summary>
    public static string? ChosenBinDirectory { get; } =
        Environment.GetEnvironmentVariable("PGGITOPS_TEST_BIN") is { Length: > 0 } chosen ? chosen : null;

    /// <summary>Directory of initdb, postgres and the others; null where PostgreSQL is not installed.</summary>
    public static string? BinDirectory => Bin.Value;

    /// <summary>Such as 15: what documents declare.</summary>
    public static int Major { get; } =
        Bin.Value?.Split('/') is [.., var major, "bin"] ? int.Parse(major, CultureInfo.InvariantCulture) : 15;

    public static string PathOf(string program) =>
        Find(program)
        ?? throw new InvalidOperationException($"{program} is not installed; a test that needs it says so in its LiveFact.");

    /// <summary>Full path of a program, or null.</summary>
    public static string? Find(string program)
    {
        var directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
            Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries
        );
        return directories
            .Prepend(BinDirectory ?? "")
            .Append("/usr/sbin")
            .Append("/sbin")
            .Where(d => d.Length > 0)
            .Select(d => Path.Combine(d, program))
            .FirstOrDefault(File.Exists);
    }

    /// <summary>Why none of the servers can be started here, or null when they can.</summary>
    public static string? WhatIsMissing(IEnumerable<string> programs)
    {
        if (BinDirectory is null)
            return "PostgreSQL's server programs are missing (apt-get install postgresql-15)";
        var missing = programs.Where(p => Find(p) is null).Order(StringComparer.Ordinal).ToArray();
        if (missing.Length > 0)
            return $"{string.Join(", ", missing)} missing";
        if (Environment.IsPrivilegedProcess && Find("setpriv") is null)
            return "setpriv is missing, and PostgreSQL refuses to run as root";
        return
            Environment.IsPrivilegedProcess
            && !File.ReadLines("/etc/passwd").Any(l => l.StartsWith(ServerUser + ":", StringComparison.Ordinal))
            ? $"the tests run as root and there is no user {ServerUser} to run servers as"
            : null;
    }

    /// <summary>Program and arguments as the user who may run servers: exec'd, so the child's pid is the program's own.</summary>
    public static ProcessStartInfo AsServerUser(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        if (Environment.IsPrivilegedProcess)
        {
            start.FileName = PathOf("setpriv");
            foreach (var argument in (string[])[$"--reuid={ServerUser}", $"--regid={ServerUser}", "--init-groups", program])
                start.ArgumentList.Add(argument);
        }
        else
        {
            start.FileName = program;
        }
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        return start;
    }

    /// <summary>Runs a program to its end; a failure is a broken fixture, so it throws.</summary>
    public static async Task<string> RunAsync(
        string program,
        IEnumerable<string> arguments,
        TimeSpan? timeout = null,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        var start = AsServerUser(PathOf(program), arguments);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end in time");
        }
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error}{await output}");
    }

    private static string? FindBinDirectory()
    {
        if (ChosenBinDirectory is not null)
            return ChosenBinDirectory;
        const string debian = "/usr/lib/postgresql";
        if (Directory.Exists(debian))
        {
            var newest = Directory
                .GetDirectories(debian)
                .Select(d =>
                    (
                        Path: Path.Combine(d, "bin"),
                        Major: int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var major)
                            ? major
                            : 0
                    )
                )
                .Where(d => d.Major > 0 && File.Exists(Path.Combine(d.Path, "postgres")))
                .OrderByDescending(d => d.Major)
                .FirstOrDefault();
            if (newest.Path is not null)
                return newest.Path;
        }
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("pg_config", "--bindir") { RedirectStandardOutput = true, UseShellExecute = false }
            );
            var directory = process?.StandardOutput.ReadToEnd().Trim();
            return directory is not null && File.Exists(Path.Combine(directory, "postgres")) ? directory : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
