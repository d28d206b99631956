using System.Diagnostics;
using System.Globalization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Policies;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Git.Reading;
using PgGitOps.Providers.RuleHost;

namespace PgGitOps.Benchmarks;

/// <summary>What rules cost inside the loop: all of them over all documents, and what is left to do after a commit of one file.</summary>
internal static class WarmRules
{
    public static int Run(string repository, int commits)
    {
        var source = new GitSource(new GitSourceOptions { Address = repository });
        var reader = new FleetReader();
        var options = new RuleEngineOptions();
        using var engine = new RuleEngine(options);
        var tree = Read(source);
        var bundle = RuleBundleReader.Read(tree);
        var holding = HoldingDocuments.Of(reader.Read(tree)).Documents;
        engine.Evaluate(bundle, holding, DateTimeOffset.UnixEpoch);
        var full = Median(9, () => engine.Evaluate(bundle, holding, DateTimeOffset.UnixEpoch).Runs.Count, out var runs);
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"every rule on every document: median {full:F0} ms, {runs} runs, {full * 1000 / runs:F2} us for a rule on a document"
            )
        );
        var incremental = new IncrementalRules(engine, options);
        incremental.Evaluate(bundle, holding, DateTimeOffset.UnixEpoch);
        var passes = new List<(double Whole, double Rules)>();
        for (var i = 0; i < commits; i++)
        {
            GateCorpus.Touch(repository, i);
            Git(repository, "add", "-A");
            Git(repository, "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-q", "-m", "one file");
            var clock = Stopwatch.StartNew();
            var reading = reader.Read(Read(source));
            var documents = HoldingDocuments.Of(reading).Documents;
            var before = clock.Elapsed.TotalMilliseconds;
            var evaluation = incremental.Evaluate(bundle, documents, DateTimeOffset.UnixEpoch);
            passes.Add((clock.Elapsed.TotalMilliseconds, clock.Elapsed.TotalMilliseconds - before));
            if (reading.ParsedFiles != 1 || evaluation.Runs.Count - incremental.Kept > bundle.Rules.Count)
                throw new InvalidOperationException("a commit of one file must parse one file and run each rule once at most");
        }
        var whole = passes.Select(p => p.Whole).Order().ToList();
        var rules = passes.Select(p => p.Rules).Order().ToList();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"after a one-file commit: median {whole[whole.Count / 2]:F1} ms, of which rules {rules[rules.Count / 2]:F1} ms; workers started {engine.WorkersStarted}; peak memory of the engine {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576} MiB"
            )
        );
        return 0;
    }

    private static SourceTree Read(GitSource source) =>
        source.Read(new SourceRequest()) is SourceOutcome.Read read
            ? read.Tree
            : throw new InvalidOperationException("the corpus must be readable");

    private static double Median(int times, Func<int> work, out int count)
    {
        var took = new List<double>();
        count = 0;
        for (var i = 0; i < times; i++)
        {
            var clock = Stopwatch.StartNew();
            count = work();
            took.Add(clock.Elapsed.TotalMilliseconds);
        }
        took.Sort();
        return took[took.Count / 2];
    }

    private static void Git(string repository, params string[] arguments)
    {
        using var git =
            Process.Start(new ProcessStartInfo("git", ["-C", repository, .. arguments]))
            ?? throw new InvalidOperationException("git did not start");
        git.WaitForExit();
        if (git.ExitCode != 0)
            throw new InvalidOperationException($"git {string.Join(' ', arguments)} exited {git.ExitCode}");
    }
}
