namespace PgGitOps.LiveTests.Fleet;

/// <summary>Where a gated program stops.</summary>
public enum Gate
{
    /// <summary>Before the real program runs.</summary>
    Before,

    /// <summary>When the real one has done all its work, and before anybody hears of it.</summary>
    After,
}

/// <summary>A directory with all of PostgreSQL's programs, one of which stops halfway until the test lets it go on.</summary>
/// <remarks>So that a test need not catch a moment: the state it wants holds still, on however slow a machine.</remarks>
public sealed class GatedPrograms : IAsyncDisposable
{
    /// <summary>A gate nobody opens any more, because its test has failed, opens by itself.</summary>
    private const int SecondsMax = 120;

    private readonly TestDirectory directory;

    private GatedPrograms(TestDirectory directory) => this.directory = directory;

    /// <summary>For <c>spec.access.binDirectory</c>.</summary>
    public string BinDirectory => directory.Path;

    public static async Task<GatedPrograms> MakeAsync(string program, Gate gate)
    {
        // Not in memory: what is there may not be executable.
        var made = new GatedPrograms(await TestDirectory.CreateAsync("pggitops-bin-", Path.GetTempPath()));
        foreach (var real in Directory.GetFiles(ServerPrograms.BinDirectory!).Where(f => Path.GetFileName(f) != program))
            File.CreateSymbolicLink(Path.Combine(made.BinDirectory, Path.GetFileName(real)), real);
        var (before, after) = gate == Gate.Before ? ("wait_for_test", ":") : (":", "wait_for_test");
        var script = made.directory.File(program);
        await File.WriteAllTextAsync(
            script,
            $$"""
            #!/bin/sh
            wait_for_test() {
                : > '{{made.directory.File("reached")}}'
                left={{SecondsMax * 10}}
                while [ ! -e '{{made.directory.File("open")}}' ] && [ $left -gt 0 ]; do sleep 0.1; left=$((left - 1)); done
            }
            {{before}}
            '{{ServerPrograms.PathOf(program)}}' "$@" || exit
            {{after}}

            """
        );
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        return made;
    }

    public Task ReachedAsync() => Poll.UntilAsync("the program stands at its gate", () => File.Exists(directory.File("reached")));

    public void Open() => File.WriteAllText(directory.File("open"), "");

    public async ValueTask DisposeAsync()
    {
        Open();
        await directory.DisposeAsync();
    }
}
