using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Parameters;

/// <summary>What a parameter of one server is: in its files, and in force.</summary>
internal static class ParameterReading
{
    /// <summary>Scopes of the engine's own session, which say nothing of the server.</summary>
    internal static readonly HashSet<string> SessionSources = new(StringComparer.Ordinal)
    {
        "client",
        "database",
        "database user",
        "global",
        "interactive",
        "session",
        "user",
    };

    /// <param name="wanted">The declared value: a value that the server works out is known by it.</param>
    internal static Reading Read(LiveMember live, string name, Field field, FacetValue? wanted)
    {
        if (live.Facts(out var otherwise) is not { } facts)
            return otherwise;
        var meaning = live.Catalog.Find(name);
        var configured = live.Line(facts, name) is { } inFile ? CanonicalForm.Setting(meaning, inFile.Value!) : null;
        if (field == Field.Configured && configured is not null)
            return configured;
        if (live.Setting(facts, name) is not { } fact)
            return configured;
        if (SessionSources.Contains(fact.Source))
            return configured
                ?? (
                    fact.BootValue is { } boot ? CanonicalForm.Setting(meaning, boot) : CanonicalForm.Setting(meaning, fact.Value)
                );
        var value = CanonicalForm.Setting(meaning, fact.Value);
        // wal_buffers = -1 shows as what the server made of it. It has read the file and waits for no restart: it is as declared.
        return
            wanted is not null
            && wanted.Equals(configured)
            && !wanted.Equals(value)
            && fact is { Context: "postmaster", PendingRestart: false, Source: not ("command line" or "environment variable") }
            ? value with
            {
                Canonical = wanted.Canonical,
            }
            : value;
    }
}
