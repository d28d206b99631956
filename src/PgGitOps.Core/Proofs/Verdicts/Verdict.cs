namespace PgGitOps.Core.Proofs.Verdicts;

/// <summary>What can be said of one claim. The first five come from documents alone; evidence turns them into the others.</summary>
public enum Verdict
{
    /// <summary>Nothing is promised for this scenario; the bound is shown all the same.</summary>
    NotClaimed,

    /// <summary>True in every state the configuration permits, under the listed assumptions.</summary>
    Holds,

    /// <summary>Neither refuted nor proven by configuration: it rests on guesses, or on a lag that only the live loop can watch.</summary>
    Unproven,

    /// <summary>A figure it depends on is not known. Never counts as a pass.</summary>
    Unknown,

    /// <summary>Refuted by a permitted history: see the counterexample.</summary>
    Impossible,

    /// <summary>Holds or is watched, and fresh evidence agrees.</summary>
    Met,

    /// <summary>True until now, but a fault at this moment would break it.</summary>
    AtRisk,

    /// <summary>A drill or an incident measured more than was promised.</summary>
    Breached,
}

public static class VerdictScale
{
    /// <summary>The one that says less good; nothing claimed says nothing.</summary>
    public static Verdict Worse(Verdict a, Verdict b) => a.Badness() >= b.Badness() ? a : b;

    public static int Badness(this Verdict verdict) =>
        verdict switch
        {
            Verdict.NotClaimed => 0,
            Verdict.Met => 1,
            Verdict.Holds => 2,
            Verdict.Unproven => 3,
            Verdict.Unknown => 4,
            Verdict.AtRisk => 5,
            Verdict.Breached => 6,
            Verdict.Impossible => 7,
        };

    public static string Title(this Verdict verdict) =>
        verdict switch
        {
            Verdict.NotClaimed => "not claimed",
            Verdict.Holds => "holds",
            Verdict.Unproven => "unproven",
            Verdict.Unknown => "unknown",
            Verdict.Impossible => "impossible",
            Verdict.Met => "met",
            Verdict.AtRisk => "at risk",
            Verdict.Breached => "breached",
        };
}
