using System.Collections.Concurrent;
using System.Globalization;

namespace PgGitOps.LiveTests.Fleet;

/// <summary>Data directories as initdb leaves them: made once per shape in a test process, copied for each server.</summary>
internal static class ServerTemplate
{
    private const string Prefix = "pggitops-template-";

    private static readonly Lazy<Task<TestDirectory>> Root = new(async () =>
    {
        var directory = await TestDirectory.CreateAsync($"{Prefix}{Environment.ProcessId}-");
        RemoveLeftovers(Path.GetDirectoryName(directory.Path)!);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => TestDirectory.Remove(directory.Path);
        return directory;
    });

    private static readonly ConcurrentDictionary<bool, Lazy<Task<string>>> Templates = new();

    /// <summary>Password of the bootstrap superuser of every test server.</summary>
    public static string Password { get; } =
        "pw-" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(12));

    public static async Task MakeDataDirectoryAsync(ServerShape shape, string dataDirectory)
    {
        if (shape.OwnIdentity)
        {
            await InitialiseAsync(dataDirectory, shape.DataChecksums);
            return;
        }
        var template = await Templates
            .GetOrAdd(
                shape.DataChecksums,
                checksums => new Lazy<Task<string>>(async () =>
                {
                    var path = (await Root.Value).File(checksums ? "checksums" : "plain");
                    await InitialiseAsync(path, checksums);
                    return path;
                })
            )
            .Value;
        await ServerPrograms.RunAsync("cp", ["-a", template, dataDirectory]);
    }

    /// <summary>Templates of test processes that were killed; their names say whose they were.</summary>
    private static void RemoveLeftovers(string parent)
    {
        foreach (var path in Directory.GetDirectories(parent, Prefix + "*"))
        {
            var parts = Path.GetFileName(path)[Prefix.Length..].Split('-');
            if (
                parts is [var pid, _]
                && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && !ProcessSignals.IsAlive(id)
            )
                TestDirectory.Remove(path);
        }
    }

    private static async Task InitialiseAsync(string dataDirectory, bool checksums)
    {
        var passwordFile = dataDirectory + ".pw";
        await File.WriteAllTextAsync(passwordFile, Password + "\n");
        File.SetUnixFileMode(passwordFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        try
        {
            string[] always =
            [
                "-D",
                dataDirectory,
                "-U",
                "postgres",
                "-A",
                "scram-sha-256",
                "--pwfile",
                passwordFile,
                "--no-sync",
                "-E",
                "UTF8",
                "--locale=C",
                "--wal-segsize=1",
            ];
            await ServerPrograms.RunAsync(
                "initdb",
                [
                    .. always,
                    .. checksums ? ["-k"]
                    : ServerPrograms.Major >= 18 ? ["--no-data-checksums"]
                    : Array.Empty<string>(),
                ]
            );
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }
}
