using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Text;

namespace PgGitOps.Providers.Hosts;

/// <summary>A program in a process group of its own.</summary>
internal sealed class ChildProcess : IDisposable
{
    /// <summary>Between the polite and the hard end.</summary>
    private static readonly TimeSpan EndGrace = TimeSpan.FromSeconds(2);

    /// <summary>A daemon started by the program may keep its pipes open. So long their end is waited for, once all that the program wrote has been read.</summary>
    private static readonly TimeSpan PipeGrace = TimeSpan.FromMilliseconds(500);

    private readonly Process process;
    private readonly BoundedCapture output;
    private readonly BoundedCapture error;

    private ChildProcess(Process process)
    {
        this.process = process;
        output = new BoundedCapture((PipeStream)process.StandardOutput.BaseStream);
        error = new BoundedCapture((PipeStream)process.StandardError.BaseStream);
    }

    public string Output => output.Text;

    public string Error => error.Text;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <summary>Starts it, or says why that is not possible.</summary>
    /// <param name="environment">All of the child's environment.</param>
    public static ChildProcess? Start(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        out string? reason
    )
    {
        var start = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        // A forked child leads no group, so setsid makes it one and stays the same process.
        start.ArgumentList.Add("--");
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        try
        {
            var process = Process.Start(start);
            reason = process is null ? "the program did not start" : null;
            return process is null ? null : new ChildProcess(process);
        }
        catch (Win32Exception e)
        {
            reason = $"setsid: {e.Message}";
            return null;
        }
    }

    /// <summary>Writes all of the input and closes it; a child that ends early and reads no more is no error of ours.</summary>
    public async Task FeedAsync(string? text)
    {
        try
        {
            if (text is not null)
                await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(text));
            process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException) { }
    }

    /// <summary>True when it ended by itself in time.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            var ends = Task.WhenAll(output.Completed, error.Completed);
            do await Task.WhenAny(ends, Task.Delay(PipeGrace, CancellationToken.None));
            while (!(output.IsDrained && error.IsDrained) && !deadline.IsCancellationRequested);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Ends the group: politely, then hard.</summary>
    public async Task EndAsync()
    {
        if (process.HasExited && !ProcessGroup.IsAlive(process.Id))
            return;
        ProcessGroup.RequestEnd(process.Id);
        if (!await WaitAsync(EndGrace, CancellationToken.None) || ProcessGroup.IsAlive(process.Id))
        {
            ProcessGroup.Kill(process.Id);
            await WaitAsync(EndGrace, CancellationToken.None);
        }
    }

    public void CloseInput()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException) { }
    }

    public void Dispose()
    {
        output.Dispose();
        error.Dispose();
        process.Dispose();
    }
}
