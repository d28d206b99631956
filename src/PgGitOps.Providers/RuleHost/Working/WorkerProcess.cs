using System.Diagnostics;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Jail;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>How long a worker may take.</summary>
/// <param name="Processor">Of its own processor time: the same on a machine that is busy with other things.</param>
/// <param name="Wall">Of time as it passes.</param>
internal readonly record struct Patience(TimeSpan Processor, TimeSpan Wall);

/// <summary>How a conversation with a worker failed. The worker is gone afterwards.</summary>
internal sealed class WorkerLost(string why, bool noJail = false, bool byMachine = false, bool tookTooMuch = false)
    : Exception(why)
{
    /// <summary>Not the rule's doing, or not for certain: on another machine, or later, it may go well.</summary>
    public bool ByMachine { get; } = byMachine;

    /// <summary>It used more processor time than it may.</summary>
    public bool TookTooMuch { get; } = tookTooMuch;

    /// <summary>The jail could not be built, so nothing was run.</summary>
    public bool NoJail { get; } = noJail;
}

/// <summary>A worker as the engine holds it: started inside the jail, spoken to with a deadline, killed when it misses it.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process process;
    private readonly Stream input;
    private readonly Stream output;
    private readonly Task<string> errors;
    private readonly Timer watch;
    private volatile Deadline? limit;
    private bool ready;

    private WorkerProcess(Process process)
    {
        this.process = process;
        input = process.StandardInput.BaseStream;
        output = process.StandardOutput.BaseStream;
        errors = ReadErrorsAsync(process.StandardError);
        watch = new Timer(_ => Watch(), null, WatchEvery, WatchEvery);
    }

    private static readonly TimeSpan WatchEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>From now on; the worker is ended when it goes past.</summary>
    public void Limit(Patience patience)
    {
        try
        {
            limit = new(
                process.TotalProcessorTime + patience.Processor,
                Environment.TickCount64 + (long)patience.Wall.TotalMilliseconds
            );
        }
        catch (InvalidOperationException)
        {
            // It has ended; whoever reads from it finds out.
        }
    }

    /// <summary>It waits for work, which may take any time.</summary>
    public void Rest() => limit = null;

    private void Watch()
    {
        try
        {
            if (limit is not { } now)
                return;
            if (process.TotalProcessorTime > now.Processor)
                Kill(Killed.Processor);
            else if (Environment.TickCount64 > now.Ends)
                Kill(Killed.Slow);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    private sealed record Deadline(TimeSpan Processor, long Ends);

    private enum Killed
    {
        No,
        Processor,
        Slow,
        Other,
    }

    public int Id => process.Id;

    /// <summary>Alive, and with nearly all of its processor time before it.</summary>
    public bool IsFresh => !process.HasExited && process.TotalProcessorTime < WorkerLimits.KeptUntil;

    // Documents that the worker has, by the place of their tree; what is not judged is forgotten on both sides.
    private Dictionary<LocatedNode, (int Number, RuleDocument Document)> held = [];

    private CompiledRules? loaded;
    private IReadOnlyList<RunnableRule> loadedRules = [];

    public bool Holds(CompiledRules compiled, IReadOnlyList<RunnableRule> rules) =>
        ReferenceEquals(loaded, compiled) && rules.SequenceEqual(loadedRules);

    public void Hold(CompiledRules compiled, IReadOnlyList<RunnableRule> rules) => (loaded, loadedRules) = (compiled, rules);

    /// <summary>Sends documents that the worker does not have.</summary>
    public void Hand(IReadOnlyCollection<RuleDocument> documents)
    {
        RuleDocument[] strange = [.. documents.Where(d => !Has(d))];
        if (strange.Length == 0)
            return;
        Send(Wire.Documents, to => CorpusCodec.Write(to, strange));
        foreach (var document in strange)
            held[document.Root] = (handed++, document);
    }

    /// <summary>Says which documents are judged, and in which order.</summary>
    public void Choose(IReadOnlyList<RuleDocument> documents)
    {
        Hand(documents);
        Send(Wire.Corpus, to => to.WriteList(documents, d => to.Write7BitEncodedInt(held[d.Root].Number)));
        var chosen = new Dictionary<LocatedNode, (int, RuleDocument)>(documents.Count);
        for (handed = 0; handed < documents.Count; handed++)
            chosen[documents[handed].Root] = (handed, documents[handed]);
        held = chosen;
    }

    private bool Has(RuleDocument document) =>
        held.TryGetValue(document.Root, out var known)
        && known.Document.Path == document.Path
        && known.Document.Kind == document.Kind;

    private int handed;

    public static WorkerProcess Start(ManagedProgram program, string role, string jail)
    {
        var line = WorkerCommand.Launcher(
            program,
            JailLauncher.Verb,
            jail,
            role,
            Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)
        );
        var start = new ProcessStartInfo(line[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        foreach (var argument in line.Skip(1))
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in WorkerCommand.Variables(WorkerLimits.Launch))
            start.Environment[name] = value;
        return new WorkerProcess(
            LastingThread.Run(() => Process.Start(start))
                ?? throw new InvalidOperationException("A process was asked for and none came.")
        );
    }

    public void Send(int kind, Action<BinaryWriter>? body = null)
    {
        try
        {
            Wire.Send(input, kind, body);
        }
        catch (IOException)
        {
            // It ended before it had read everything; what it says last is why.
            throw Lost();
        }
    }

    /// <summary>The next message, or <see cref="WorkerLost"/> when the worker ends or goes past its limit.</summary>
    public (int Kind, byte[] Body) Receive()
    {
        while (true)
        {
            (int Kind, byte[] Body) message;
            try
            {
                message = Wire.Receive(output, Wire.AnswerBytesMax);
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                // Cut short by its end, or by ours.
                if (killed != Killed.No)
                    throw Lost();
                Kill(Killed.Other);
                throw new WorkerLost("the worker's answer was malformed");
            }
            if (message.Kind == 0)
                throw Lost();
            if (ready)
                return message;
            if (message.Kind != Wire.Ready)
                throw new WorkerLost("the worker did not say it was ready");
            ready = true;
        }
    }

    private volatile Killed killed;

    /// <summary>Ends it now, from any thread.</summary>
    public void Stop() => Kill(Killed.Other);

    private void Kill(Killed why)
    {
        if (killed == Killed.No)
            killed = why;
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It had ended already.
        }
    }

    private WorkerLost Lost()
    {
        if (killed != Killed.No)
            return killed == Killed.Processor
                ? new WorkerLost("it used more processor time than it may", byMachine: true, tookTooMuch: true)
                : new WorkerLost("it took longer than it may", byMachine: true);
        process.WaitForExit(TimeSpan.FromSeconds(10));
        if (!process.HasExited)
        {
            Kill(Killed.Other);
            return new WorkerLost("the worker closed its output");
        }
        var said = errors.Wait(TimeSpan.FromSeconds(2)) ? errors.Result : "";
        return process.ExitCode switch
        {
            JailLauncher.NoJail => new WorkerLost(said.Trim(), noJail: true),
            134 when said.Contains("Stack overflow", StringComparison.Ordinal) => new WorkerLost(
                "its calls nested too deeply (stack overflow)"
            ),
            134
            or 137
                when said.Contains("Out of memory", StringComparison.OrdinalIgnoreCase)
                    || said.Contains("OutOfMemory", StringComparison.Ordinal) => new WorkerLost("it used too much memory"),
            152 => new WorkerLost("it used more processor time than it may", byMachine: true, tookTooMuch: true),
            // Killed from outside, as the kernel does when the machine runs out of memory.
            137 => new WorkerLost("the worker was killed", byMachine: true),
            var code => new WorkerLost(
                $"the worker ended with code {code}{(FirstLine(said) is { Length: > 0 } line ? $": {line}" : "")}"
            ),
        };
    }

    private static string FirstLine(string text) =>
        text.Split('\n', 2)[0] is var line && line.Length > 300 ? line[..300] : text.Split('\n', 2)[0];

    // Bounded: a worker that floods its error output is read to the end and remembered only in part.
    private static async Task<string> ReadErrorsAsync(StreamReader from)
    {
        var kept = new System.Text.StringBuilder();
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer) is var count and > 0)
        {
            if (kept.Length < 16_384)
                kept.Append(buffer, 0, count);
        }
        return kept.ToString();
    }

    public void Dispose()
    {
        watch.Dispose();
        if (!process.HasExited)
            Kill(Killed.Other);
        process.Dispose();
    }
}
