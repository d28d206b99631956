using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Policies.Machinery;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Jail;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>The jailed process: reads requests from its input, answers on its output, knows nothing else.</summary>
[RequiresUnreferencedCode("It loads compiled rules.")]
internal static class WorkerProgram
{
    public const string Verb = WorkerCommand.Verb;
    private const int ResultBytes = 64 * 1024;

    public static int Run(string[] arguments)
    {
        // A rule that runs reads nothing; this thread sees that the engine is gone.
        new Thread(() =>
        {
            Kernel.WaitForHangUp(0);
            Kernel.Exit(0);
        })
        {
            IsBackground = true,
        }.Start();
        if (arguments[1] != "unjailed")
            CallJail.EnterWorker();
        // Not by way of Console, which looks at terminals and installs signal handlers.
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, 64 * 1024);
        using var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, 64 * 1024);
        Wire.Send(output, Wire.Ready);
        BundleRunner? runner = null;
        IReadOnlyList<RunnableRule> rules = [];
        // Documents that were handed over, by their number; and those of them that are judged.
        var held = new List<CorpusDocument>();
        var corpus = new Corpus([]);
        while (true)
        {
            var (kind, body) = Wire.Receive(input, int.MaxValue);
            using var from = Wire.Reader(body);
            switch (kind)
            {
                case 0:
                    return 0;
                case Wire.Compile:
                    CompileRules(from, output);
                    break;
                case Wire.Probe:
                    ProbeRules(from, output);
                    break;
                case Wire.Load:
                    (var image, rules) = Messages.ReadBundle(from);
                    runner?.Dispose();
                    runner = new BundleRunner(image)
                    {
                        FuelBase = from.ReadInt64(),
                        FuelPerDocument = from.ReadInt64(),
                        Trace = from.ReadBoolean(),
                    };
                    break;
                case Wire.Documents:
                    held.AddRange(CorpusCodec.Read(from));
                    break;
                case Wire.Corpus:
                    corpus = new Corpus(from.ReadList(int.MaxValue, () => held[from.Read7BitEncodedInt()]));
                    held = [.. corpus.Documents];
                    break;
                case Wire.Run:
                    RunRules(runner ?? throw new InvalidOperationException("Nothing was loaded."), rules, corpus, from, output);
                    break;
                default:
                    throw new InvalidOperationException("An unknown message arrived.");
            }
        }
    }

    // Roslyn is loaded when this method is first called, and never in a process that only evaluates.
    private static void CompileRules(BinaryReader from, Stream output)
    {
        var (rules, layers) = Messages.ReadRules(from);
        CompiledRules? compiled = null;
        var thread = new Thread(() => compiled = RuleCompiler.Compile(rules, layers), 64 * 1024 * 1024);
        thread.Start();
        thread.Join();
        Wire.Send(output, Wire.Compiled, to => Messages.Write(to, compiled!));
    }

    /// <summary>Compiles each rule by itself, and names it before: when the process dies, the engine knows of which.</summary>
    private static void ProbeRules(BinaryReader from, Stream output)
    {
        var (rules, layers) = Messages.ReadRules(from);
        var thread = new Thread(
            () =>
            {
                // The compiler's own start is not the first rule's.
                RuleCompiler.Compile([new RuleText(0, "", "", "Fleet", [])], layers);
                foreach (var rule in rules)
                {
                    Wire.Send(output, Wire.Started, w => w.Write7BitEncodedInt(rule.Number));
                    RuleCompiler.Compile([rule], layers);
                }
            },
            64 * 1024 * 1024
        );
        thread.Start();
        thread.Join();
        Wire.Send(output, Wire.Done);
    }

    private static void RunRules(
        BundleRunner runner,
        IReadOnlyList<RunnableRule> rules,
        Corpus corpus,
        BinaryReader from,
        Stream output
    )
    {
        var now = new DateTimeOffset(from.ReadInt64(), TimeSpan.Zero);
        var skipped = from.ReadList(100_000, from.Read7BitEncodedInt).ToHashSet();
        var chosen = from.ReadBoolean()
            ? from.ReadList(10_000_000, () => (from.Read7BitEncodedInt(), from.Read7BitEncodedInt() - 1)).ToHashSet()
            : null;
        using var buffer = new MemoryStream();
        using var to = new BinaryWriter(buffer, Encoding.UTF8);
        runner.Run(
            [.. rules.Where(r => !skipped.Contains(r.Number))],
            corpus,
            now,
            (rule, subject) => chosen is null || chosen.Contains((rule, subject)),
            rule =>
            {
                Flush();
                // Named before it runs: when the process dies, the engine knows whose run it was.
                Wire.Send(output, Wire.Started, w => w.Write7BitEncodedInt(rule));
            },
            result =>
            {
                to.Flush();
                var before = buffer.Length;
                try
                {
                    ResultCodec.Write(to, result);
                }
                catch (Exception e)
                {
                    // What cannot be said is the error of the run that said it, and of no other.
                    to.Flush();
                    buffer.SetLength(before);
                    var empty = new Evaluation(
                        corpus,
                        new FuelTank(0, trace: false),
                        now,
                        new Dictionary<string, Core.Policies.ParameterValue>()
                    );
                    ResultCodec.Write(
                        to,
                        result with
                        {
                            End = RunEnd.Error,
                            Reason = $"what the rule reported cannot be encoded ({e.GetType().Name})",
                            Evaluation = empty,
                        }
                    );
                }
                if (buffer.Length > ResultBytes)
                    Flush();
            }
        );
        Flush();
        Wire.Send(output, Wire.Done);

        void Flush()
        {
            to.Flush();
            if (buffer.Length == 0)
                return;
            Wire.Send(output, Wire.Results, w => w.Write(buffer.GetBuffer(), 0, (int)buffer.Length));
            buffer.SetLength(0);
        }
    }
}
