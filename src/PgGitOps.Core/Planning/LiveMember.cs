using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Settings;

namespace PgGitOps.Core.Planning;

/// <summary>Answers facets of one member.</summary>
internal sealed class LiveMember(MemberView view, ServerFacts? upstream, SettingCatalog catalog)
{
    // Scopes of the engine's own session, not of the server.
    private static readonly HashSet<string> SessionSources = new(StringComparer.Ordinal)
    {
        "client",
        "database",
        "database user",
        "global",
        "interactive",
        "session",
        "user",
    };

    private Dictionary<string, SettingFact>? settings;
    private Dictionary<string, FileSettingFact>? files;

    /// <param name="wanted">The declared value: a value that the server works out is known by it.</param>
    internal Reading ReadMember(Field field, FacetValue? wanted)
    {
        if (view.Status == MemberStatus.Absent)
            return Reading.Absent;
        var unknown = new Reading(null, $"member {view.Name} could not be read: {view.Reason}");
        if (field == Field.Streaming)
            return ReadStreaming(unknown);
        if (field == Field.DataDirectory)
            return ReadDataDirectory(wanted);
        if (field == Field.SystemIdentifier)
            return view.SystemIdentifier is { } id ? FacetValue.Of(id) : unknown;
        if (view.Status == MemberStatus.Unreadable)
            return unknown;
        if (field == Field.Exists)
            return Normal.Exists;
        if (field == Field.Running)
            return Normal.Bool(view.Status is MemberStatus.Primary or MemberStatus.Standby);
        return field == Field.Role
            ? FacetValue.Of(view.Status is MemberStatus.Primary or MemberStatus.StoppedPrimary ? "primary" : "standby")
            : throw new InvalidOperationException($"A member has no field {field}.");
    }

    private ServerFacts? Facts(out Reading otherwise)
    {
        otherwise =
            view.Status == MemberStatus.Absent
                ? Reading.Absent
                : new Reading(null, view.Facts is null ? $"member {view.Name} could not be read: {view.Reason}" : null);
        return view.Status == MemberStatus.Absent ? null : view.Facts;
    }

    /// <summary>A login that may not ask cannot be told of a difference.</summary>
    private Reading ReadDataDirectory(FacetValue? wanted)
    {
        if ((view.Facts?.DataDirectory ?? view.Directory?.Path) is not { } path)
            return wanted;
        // Whose home ~ is only the host knows.
        return wanted is { Canonical: ['~', '/', ..] } && path.EndsWith(wanted.Canonical[1..], StringComparison.Ordinal)
            ? wanted
            : FacetValue.Of(path);
    }

    /// <summary>The upstream is the better witness: a standby believes in a dead connection until its timeout.</summary>
    private Reading ReadStreaming(Reading unknown)
    {
        if (upstream is not null)
        {
            return Normal.Bool(
                upstream.Standbys.Any(s =>
                    s.State == "streaming" && s.ApplicationName.Equals(view.Name, StringComparison.OrdinalIgnoreCase)
                )
            );
        }
        return view.Facts is { } facts ? Normal.Bool(facts.WalReceiver is { Status: "streaming" }) : unknown;
    }

    internal Reading ReadSlot(string name) =>
        Facts(out var otherwise) is { } facts
            ? facts.Slots.Any(s => s.Name == name)
                ? Normal.Exists
                : null
            : otherwise;

    /// <param name="wanted">The declared lines: live ones are told by how they differ.</param>
    internal Reading ReadAccessList(Field field, FacetValue? wanted)
    {
        if (Facts(out var otherwise) is not { } facts)
            return otherwise;
        if (facts.AccessList is not { } list)
            return new Reading(null, $"pg_hba.conf of {view.Name} could not be read");
        return field == Field.Loaded ? Normal.Bool(list.IsLoaded) : AccessList.ValueOf(list.Lines, wanted);
    }

    /// <param name="wanted">The declared value: a value that the server works out is known by it.</param>
    internal Reading ReadParameter(string name, Field field, FacetValue? wanted)
    {
        if (Facts(out var otherwise) is not { } facts)
            return otherwise;
        if (settings is null)
        {
            settings = new Dictionary<string, SettingFact>(facts.Settings.Count, StringComparer.OrdinalIgnoreCase);
            foreach (var setting in facts.Settings)
                settings[setting.Name] = setting;
            files = new Dictionary<string, FileSettingFact>(StringComparer.OrdinalIgnoreCase);
            foreach (var line in facts.FileSettings)
            {
                // A line may be faulty, or merely wait for a restart: only the first kind will never count.
                if (
                    line.Value is not null
                    && (line.Error is null || (settings.TryGetValue(line.Name, out var known) && known.Context == "postmaster"))
                )
                    files[line.Name] = line;
            }
        }
        var meaning = catalog.Find(name);
        var configured = files!.TryGetValue(name, out var inFile) ? Normal.Setting(meaning, inFile.Value!) : null;
        if (field == Field.Configured && configured is not null)
            return configured;
        if (!settings.TryGetValue(name, out var fact))
            return configured;
        if (SessionSources.Contains(fact.Source))
            return configured
                ?? (fact.BootValue is { } boot ? Normal.Setting(meaning, boot) : Normal.Setting(meaning, fact.Value));
        var value = Normal.Setting(meaning, fact.Value);
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
