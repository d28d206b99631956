using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Approving;

/// <summary>What the caller of a run agrees to.</summary>
/// <param name="Ordinary">Steps that lose nothing may run.</param>
/// <param name="Plans">Ids of plans, at least <see cref="DigitsMin"/> digits, that were read and agreed to as a whole, removals included.</param>
public sealed record Consent(bool Ordinary, EquatableArray<string> Plans)
{
    /// <summary>So many leading digits of an id are taken for the whole: a chance of one in 2⁴⁰ that two plans share them.</summary>
    public const int DigitsMin = 10;

    /// <summary>Of a loop that enforces what Git says: everything but what loses data.</summary>
    public static Consent Enforced { get; } = new(true, []);

    public static Consent None { get; } = new(false, []);

    public bool Covers(string planId) => Plans.Any(p => Names(p, planId));

    internal static bool Names(string written, string planId) =>
        written.Length >= DigitsMin && planId.StartsWith(written, StringComparison.OrdinalIgnoreCase);
}
