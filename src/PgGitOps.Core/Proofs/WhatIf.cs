using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Proofs;

/// <summary>One event of a what-if question. Closed: <see cref="Lose"/>, <see cref="Cut"/>.</summary>
public abstract record WhatIfEvent
{
    private WhatIfEvent() { }

    /// <summary>A member, host, failure domain, site, repository or observer.</summary>
    public sealed record Lose(string Name) : WhatIfEvent;

    /// <summary>Two sites that cannot talk; without the second, a site that nobody else can talk to.</summary>
    public sealed record Cut(string SiteA, string? SiteB) : WhatIfEvent;

    public T Match<T>(Func<Lose, T> lose, Func<Cut, T> cut) =>
        this switch
        {
            Lose l => lose(l),
            Cut c => cut(c),
            _ => throw new InvalidOperationException("WhatIfEvent is closed"),
        };

    public sealed override string ToString() =>
        Match(l => $"lose {l.Name}", c => c.SiteB is null ? $"cut {c.SiteA}" : $"cut {c.SiteA}-{c.SiteB}");
}

/// <summary>A question such as <c>lose core-2 then oslo</c> or <c>cut oslo-bergen, lose osl-a1</c>.</summary>
/// <param name="Steps">One after another; the events of a step happen at once.</param>
public sealed record WhatIf(EquatableArray<EquatableArray<WhatIfEvent>> Steps)
{
    public override string ToString() => string.Join(" then ", Steps.Select(s => string.Join(" and ", s)));

    /// <summary>Reads a question against the names of a fleet.</summary>
    /// <param name="error">What is wrong, with the names that could have been meant.</param>
    public static WhatIf? Parse(string text, ValidFleet fleet, out string? error)
    {
        error = null;
        var names = NamesOf(fleet);
        var steps = new List<EquatableArray<WhatIfEvent>>();
        string? verb = null;
        foreach (var step in text.Trim().ToLowerInvariant().Split(" then ", StringSplitOptions.TrimEntries))
        {
            var events = new List<WhatIfEvent>();
            foreach (
                var part in step.Split([" and ", ","], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            )
            {
                var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                if (words.Length > 0 && words[0] is "lose" or "cut")
                {
                    verb = words[0];
                    words = words[1..];
                }
                if (verb is null || words.Length != 1)
                {
                    error = $"'{part}' is not an event: say lose NAME, or cut SITE-SITE, joined by 'and' or 'then'";
                    return null;
                }
                WhatIfEvent? read = verb == "lose" ? ReadLose(words[0], names, ref error) : ReadCut(words[0], fleet, ref error);
                if (read is null)
                    return null;
                events.Add(read);
            }
            if (events.Count == 0)
            {
                error = "the question names no event: say lose NAME, or cut SITE-SITE";
                return null;
            }
            steps.Add(events.ToEquatableArray());
        }
        return new WhatIf(steps.ToEquatableArray());
    }

    private static WhatIfEvent.Lose? ReadLose(string name, SortedSet<string> names, ref string? error)
    {
        if (names.Contains(name))
            return new WhatIfEvent.Lose(name);
        error = $"nothing in the fleet is called '{name}'{Suggestion.Clause(name, names)}";
        return null;
    }

    private static WhatIfEvent.Cut? ReadCut(string text, ValidFleet fleet, ref string? error)
    {
        var sites = new SortedSet<string>(
            fleet.Environments.SelectMany(e => e.Sites).Select(s => s.Name),
            StringComparer.Ordinal
        );
        if (sites.Contains(text))
            return new WhatIfEvent.Cut(text, null);
        // Site names may hold hyphens themselves: try every place to split at.
        for (var at = text.IndexOf('-', StringComparison.Ordinal); at > 0; at = text.IndexOf('-', at + 1))
        {
            if (sites.Contains(text[..at]) && sites.Contains(text[(at + 1)..]) && text[..at] != text[(at + 1)..])
                return new WhatIfEvent.Cut(text[..at], text[(at + 1)..]);
        }
        error = $"'{text}' is not a pair of sites such as {string.Join('-', sites.Take(2))}";
        return null;
    }

    private static SortedSet<string> NamesOf(ValidFleet fleet) =>
        new(
            fleet
                .Environments.SelectMany(e =>
                    e.Sites.Select(s => s.Name)
                        .Concat(e.Sites.SelectMany(s => s.FailureDomains).Select(d => d.Name))
                        .Concat(e.Hosts.Select(h => h.Name))
                        .Concat(e.Repositories.Select(r => r.Name))
                        .Concat(e.Observers.Select(o => o.Name))
                )
                .Concat(fleet.Clusters.SelectMany(c => c.Members).Select(m => m.Name)),
            StringComparer.Ordinal
        );
}
