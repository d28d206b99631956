using PgGitOps.Core.Desired;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs.Faults;

/// <summary>One named part of an outage.</summary>
/// <param name="Duration">Null when it has no bound that anybody stated.</param>
/// <param name="ByDefault">The figure is the product's own guess, because the documents state none. It can never refute a claim.</param>
public sealed record OutageTerm(string Name, TimeSpan? Duration, EvidenceClass Class, bool ByDefault)
{
    public override string ToString() => Duration is { } d ? $"{Name} {Amounts.Round(d)}" : $"{Name} (unknown)";
}

/// <summary>How long a context takes no writes, as a sum of named terms.</summary>
public sealed record Outage(EquatableArray<OutageTerm> Terms, string? Endless)
{
    public static readonly Outage None = new([], null);

    /// <param name="why">What the writes wait for.</param>
    public static Outage Never(string why) => new([], why);

    public static Outage Of(params OutageTerm[] terms) => new(terms.ToEquatableArray(), null);

    public bool IsNone => Terms.Count == 0 && Endless is null;

    /// <summary>Null when a term is unknown or the outage does not end by itself.</summary>
    public TimeSpan? Total { get; } = Sum(Terms, Endless, _ => true);

    /// <summary>What the terms that somebody declared add up to: the part that can refute a claim.</summary>
    public TimeSpan Declared { get; } = Sum(Terms, null, t => !t.ByDefault && t.Duration is not null) ?? TimeSpan.Zero;

    public EvidenceClass Class { get; } =
        EvidenceClasses.Weakest(Terms.Select(t => t.Duration is null ? EvidenceClass.Unknown : t.Class));

    /// <summary>Negative when this is the shorter outage; unknown counts as longer than any known one, endless as longest.</summary>
    public int CompareTo(Outage other)
    {
        var byEnd = (Endless is not null).CompareTo(other.Endless is not null);
        return byEnd != 0 ? byEnd : (Total ?? TimeSpan.MaxValue).CompareTo(other.Total ?? TimeSpan.MaxValue);
    }

    public override string ToString()
    {
        if (Endless is not null)
            return "until " + Endless;
        if (Terms.Count == 0)
            return "none";
        var parts = string.Join(" + ", Terms);
        return Total is { } total ? $"{Amounts.Round(total)} = {parts}" : $"unknown = {parts}";
    }

    /// <summary>Without the terms.</summary>
    public string Short =>
        Endless is not null ? "until " + Endless
        : Total is { } total
            ? total == TimeSpan.Zero ? "none"
                : Amounts.Round(total)
        : "unknown";

    private static TimeSpan? Sum(EquatableArray<OutageTerm> terms, string? endless, Func<OutageTerm, bool> counts)
    {
        if (endless is not null)
            return null;
        var sum = TimeSpan.Zero;
        foreach (var term in terms)
        {
            if (!counts(term))
                continue;
            if (term.Duration is not { } duration)
                return null;
            sum = Saturating.Add(sum, duration);
        }
        return sum;
    }
}
