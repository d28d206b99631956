using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;

namespace PgGitOps.Providers.RuleHost;

/// <summary>What an evaluation came to.</summary>
/// <param name="Problems">Broken rules and settings, and why there was no jail: each an error unless it says otherwise.</param>
/// <param name="Compiled">True when the bundle had to be compiled.</param>
public sealed record RuleEvaluation(EquatableArray<RuleRun> Runs, EquatableArray<Diagnostic> Problems, bool Compiled)
{
    /// <summary>How many statements each rule has, by its id, for coverage.</summary>
    public IReadOnlyDictionary<string, int> Statements { get; init; } = new Dictionary<string, int>();
}
