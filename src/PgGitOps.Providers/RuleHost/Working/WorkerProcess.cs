using System.Diagnostics;
using PgGitOps.Core.Desired.Yaml;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Jail;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>How a conversation with a worker failed. The worker is gone afterwards.</summary>
internal sealed class WorkerLost(string why, bool noJail = false) : Exception(why)
{
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
    private bool ready;

    private WorkerProcess(Process process)
    {
        this.process = process;
        input = process.StandardInput.BaseStream;
        output = process.StandardOutput.BaseStream;
        errors = ReadErrorsAsync(process.StandardError);
    }

    public int Id => process.Id;

    /// <summary>Alive, and with nearly all of its processor time before it.</summary>
    public bool IsFresh => !process.HasExited && process.TotalProcessorTime < WorkerLimits.KeptUntil;

    // Documents that the worker has, by the place of their tree; what is not judged is forgotten on both sides.
    private Dictionary<LocatedNode, (int Number, RuleDocument Document)> held = [];

    private CompiledRules? loaded;
    private IReadOnlyList<RunnableRule> loadedRules = [];

    public bool Holds(CompiledRules compiled, IReadOnlyList<RunnableRule> rules) => ReferenceEquals(loaded, compiled) && rules.SequenceEqual(loadedRules);

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

    private bool Has(RuleDocument document) => held.TryGetValue(document.Root, out var known) && known.Document.Path == document.Path && known.Document.Kind == document.Kind;

    private int handed;

    public static WorkerProcess Start(ManagedProgram program, string role, string jail)
    {
        var line = WorkerCommand.Launcher(program, JailLauncher.Verb, jail, role);
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
        return new WorkerProcess(Process.Start(start) ?? throw new InvalidOperationException("A process was asked for and none came."));
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

    /// <summary>The next message, or <see cref="WorkerLost"/> when the worker ends or the deadline passes.</summary>
    public (int Kind, byte[] Body) Receive(TimeSpan within)
    {
        using var deadline = new Timer(_ => Kill(), null, within, Timeout.InfiniteTimeSpan);
        while (true)
        {
            (int Kind, byte[] Body) message;
            try
            {
                message = Wire.Receive(output, Wire.AnswerBytesMax);
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                Kill();
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

    private bool killed;

    private void Kill()
    {
        killed = true;
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
        if (killed)
            return new WorkerLost("it took longer than it may");
        process.WaitForExit(TimeSpan.FromSeconds(10));
        if (!process.HasExited)
        {
            Kill();
            return new WorkerLost("the worker closed its output");
        }
        var said = errors.Wait(TimeSpan.FromSeconds(2)) ? errors.Result : "";
        return process.ExitCode switch
        {
            JailLauncher.NoJail => new WorkerLost(said.Trim(), noJail: true),
            134 when said.Contains("Stack overflow", StringComparison.Ordinal) => new WorkerLost("its calls nested too deeply (stack overflow)"),
            134 or 137 when said.Contains("Out of memory", StringComparison.OrdinalIgnoreCase) || said.Contains("OutOfMemory", StringComparison.Ordinal) => new WorkerLost("it used too much memory"),
            152 => new WorkerLost("it used too much processor time"),
            var code => new WorkerLost($"the worker ended with code {code}{(FirstLine(said) is { Length: > 0 } line ? $": {line}" : "")}"),
        };
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0] is var line && line.Length > 300 ? line[..300] : text.Split('\n', 2)[0];

    // Bounded: a worker that floods its error output is read to the end and remembered only in part.
    private static async Task<string> ReadErrorsAsync(StreamReader from)
    {
        var kept = new System.Text.StringBuilder();
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer).ConfigureAwait(false) is var count and > 0)
        {
            if (kept.Length < 16_384)
                kept.Append(buffer, 0, count);
        }
        return kept.ToString();
    }

    public void Dispose()
    {
        if (!process.HasExited)
            Kill();
        process.Dispose();
    }
}
