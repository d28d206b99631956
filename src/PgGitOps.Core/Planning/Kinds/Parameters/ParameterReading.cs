using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Live;
using PgGitOps.Core.Settings;

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
        return
            wanted is not null && wanted.Equals(configured) && !wanted.Equals(value) && IsOfItsLine(facts, fact, meaning, wanted)
            ? value with
            {
                Canonical = wanted.Canonical,
            }
            : value;
    }

    /// <summary>
    /// What is in force comes from the line in the file, whatever the server shows: wal_buffers = -1 shows as a number of buffers, DateStyle = 'German' as
    /// 'German, DMY', 0.1234567 as 0.123457. It has read the line, and waits for no restart.
    /// </summary>
    private static bool IsOfItsLine(ServerFacts facts, SettingFact fact, SettingMeaning? meaning, FacetValue wanted) =>
        IsWorkedOut(fact, meaning, wanted)
        || (
            fact is { PendingRestart: false, Source: not ("command line" or "environment variable") }
            && (
                fact.Context == "postmaster"
                || (meaning is { IsShownAsMade: true } && fact.Source == "configuration file" && facts.FilesLoaded == true)
            )
        );

    /// <summary>
    /// The server was left to work the value out, as its default says, and did when it started. From 17 on each reload then calls such a value changed and in need of
    /// a restart, which would work out the same again.
    /// </summary>
    private static bool IsWorkedOut(SettingFact fact, SettingMeaning? meaning, FacetValue wanted) =>
        fact is { Context: "postmaster", Source: "override", BootValue: { } boot }
        && CanonicalForm.Setting(meaning, boot).Equals(wanted);
}
