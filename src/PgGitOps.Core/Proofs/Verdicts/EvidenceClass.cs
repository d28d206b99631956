namespace PgGitOps.Core.Proofs.Verdicts;

/// <summary>How well a figure is known, weakest first. A sum is as good as its weakest term.</summary>
public enum EvidenceClass
{
    Unknown,

    /// <summary>A planning figure, or a default of this product.</summary>
    Assumed,

    /// <summary>Follows from declared configuration.</summary>
    Derived,

    /// <summary>Observed live, and fresh.</summary>
    Measured,

    /// <summary>Shown by a drill inside its lifetime, on the same configuration.</summary>
    Proven,
}

public static class EvidenceClasses
{
    public static EvidenceClass Weaker(EvidenceClass a, EvidenceClass b) => a < b ? a : b;

    /// <returns>The weakest of them; <see cref="EvidenceClass.Proven"/> where there is none, since nothing then rests on a figure.</returns>
    public static EvidenceClass Weakest(IEnumerable<EvidenceClass> classes) => classes.Aggregate(EvidenceClass.Proven, Weaker);
}
