using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Jail;

namespace PgGitOps.Providers.RuleHost;

public sealed record RuleEngineOptions
{
    /// <summary>Where compiled bundles are kept; null compiles each time.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Run rules in a process without a jail. Only what an operator asked for by flag, and reported with every result.</summary>
    public bool Unjailed { get; init; }

    /// <summary>Time for compiling all rules of a bundle, whatever they hold.</summary>
    public TimeSpan CompileBudget { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Processor time for compiling one of them.</summary>
    public TimeSpan CompileShare { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Time for all runs of all rules. Their steps are used up long before on any machine that is not starved.</summary>
    public TimeSpan EvaluateBudget { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Processor time for all runs of one rule.</summary>
    public TimeSpan EvaluateShare { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Steps of one run, and what each document of the fleet adds to them.</summary>
    public long FuelBase { get; init; } = 500_000;

    public long FuelPerDocument { get; init; } = 20_000;

    /// <summary>Tells when a rule that the compiler was not done with is tried again; nothing else.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Note which statements ran and which values were read.</summary>
    public bool Trace { get; init; }

    /// <summary>Workers started anew before the rest of a bundle counts as not judged.</summary>
    public int RestartsMax { get; init; } = 1_000;

    /// <summary>For tests: the launcher behaves as on a kernel without Landlock.</summary>
    internal bool PretendNoLandlock { get; init; }

    /// <summary>For tests: the same while this file exists, so that a jail can go and come back under a running process.</summary>
    internal string? NoLandlockWhile { get; init; }

    /// <summary>What the verdict of a rule depends on beside its text and what it is given: this program, its compiler and the runtime. Null where the program that runs rules is not there.</summary>
    public string? Circumstances()
    {
        try
        {
            return BundleCache.KeyOf(ManagedProgram.Find(), [], Layers);
        }
        catch (JailUnavailable)
        {
            return null;
        }
    }

    internal Layers Layers { get; init; } = Layers.All;
}
