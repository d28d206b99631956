using System.Diagnostics;

namespace PgGitOps.LiveTests.Fleet;

/// <summary>A directory that servers of this test process may write to; removed with everything in it.</summary>
/// <remarks>In memory where the machine offers it: a fleet writes some hundred megabytes that nobody reads again.</remarks>
public sealed class TestDirectory : IAsyncDisposable
{
    private TestDirectory(string path) => Path = path;

    public string Path { get; }

    public static async Task<TestDirectory> CreateAsync(string prefix = "pggitops-live-", string? under = null)
    {
        var parent = under ?? (Directory.Exists("/dev/shm") ? "/dev/shm" : System.IO.Path.GetTempPath());
        var made = await ServerPrograms.RunAsync("mktemp", ["-d", System.IO.Path.Combine(parent, prefix + "XXXXXX")]);
        return new TestDirectory(made.Trim());
    }

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public ValueTask DisposeAsync()
    {
        Remove(Path);
        return ValueTask.CompletedTask;
    }

    /// <summary>Removes a tree, also one that a dying server still writes to.</summary>
    internal static void Remove(string path)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (Directory.Exists(path))
                    Directory.Delete(path, recursive: true);
                return;
            }
            catch (IOException) when (since.Elapsed < TimeSpan.FromSeconds(5))
            {
                Thread.Yield();
            }
        }
    }
}
