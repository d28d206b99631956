using System.Diagnostics;
using System.Text;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>How a run of the built executable ended.</summary>
public sealed record ProgramRun(int ExitCode, string Out, string Error)
{
    public override string ToString() => $"exit {ExitCode}\n--- stdout\n{Out}\n--- stderr\n{Error}";
}

/// <summary>The executable as it was built, in a process of its own.</summary>
public sealed class PgGitOpsProgram : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();

    private PgGitOpsProgram(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Note(output, line.Data);
        process.ErrorDataReceived += (_, line) => Note(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Pid => process.Id;

    public bool HasEnded => process.HasExited;

    /// <summary>What it has written to stderr so far.</summary>
    public string Error
    {
        get
        {
            lock (error)
                return error.ToString();
        }
    }

    public static PgGitOpsProgram Start(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?> environment,
        string workingDirectory
    )
    {
        var start = new ProcessStartInfo(ProgramUnderTest.Command[0])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = workingDirectory,
        };
        foreach (var argument in ProgramUnderTest.Command.Skip(1).Concat(arguments))
            start.ArgumentList.Add(argument);
        // A developer's own settings must not decide a test.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PGGITOPS_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException("the program did not start");
        process.StandardInput.Close();
        return new(process);
    }

    public async Task<ProgramRun> EndAsync(TimeSpan? deadline = null)
    {
        using var limit = new CancellationTokenSource(deadline ?? TimeSpan.FromSeconds(90));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"the program did not end; stderr so far:\n{Error}");
        }
        lock (error)
            lock (output)
                return new(process.ExitCode, output.ToString(), error.ToString());
    }

    public void Signal(Signal signal) => ProcessSignals.Send(process.Id, signal);

    public Task WaitForErrorLineAsync(string text, TimeSpan? deadline = null) =>
        Poll.UntilAsync(
            $"stderr says '{text}'",
            () =>
                Error.Contains(text, StringComparison.Ordinal)
                || (
                    HasEnded ? throw new InvalidOperationException($"the program ended without saying '{text}':\n{Error}") : false
                ),
            deadline
        );

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private static void Note(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
    }
}
