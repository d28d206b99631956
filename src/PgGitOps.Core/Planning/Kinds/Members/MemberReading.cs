using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning.Live;

namespace PgGitOps.Core.Planning.Kinds.Members;

/// <summary>What one server is, as far as it was seen.</summary>
internal static class MemberReading
{
    /// <param name="wanted">The declared value: a value that the server works out is known by it.</param>
    internal static Reading Read(LiveMember live, Field field, FacetValue? wanted)
    {
        if (live.View.Status == MemberStatus.Absent)
            return Reading.Absent;
        var unknown = new Reading(null, $"member {live.View.Name} could not be read: {live.View.Reason}");
        if (field == Field.Streaming)
            return ReadStreaming(live, unknown);
        if (field == Field.DataDirectory)
            return ReadDataDirectory(live, wanted);
        if (field == Field.SystemIdentifier)
            return live.View.SystemIdentifier is { } id ? FacetValue.Of(id) : unknown;
        if (live.View.Status == MemberStatus.Unreadable)
            return unknown;
        if (field == Field.Exists)
            return CanonicalForm.Exists;
        if (field == Field.Running)
            return CanonicalForm.Bool(live.View.Status is MemberStatus.Primary or MemberStatus.Standby);
        return field == Field.Role
            ? FacetValue.Of(live.View.Status is MemberStatus.Primary or MemberStatus.StoppedPrimary ? "primary" : "standby")
            : throw new InvalidOperationException($"A member has no field {field}.");
    }

    /// <summary>A login that may not ask cannot be told of a difference.</summary>
    private static Reading ReadDataDirectory(LiveMember live, FacetValue? wanted)
    {
        if ((live.View.Facts?.DataDirectory ?? live.View.Directory?.Path) is not { } path)
            return wanted;
        // Whose home ~ is only the host knows.
        return wanted is { Canonical: ['~', '/', ..] } && path.EndsWith(wanted.Canonical[1..], StringComparison.Ordinal)
            ? wanted
            : FacetValue.Of(path);
    }

    /// <summary>The upstream is the better witness: a standby believes in a dead connection until its timeout.</summary>
    private static Reading ReadStreaming(LiveMember live, Reading unknown)
    {
        if (live.Upstream is { } upstream)
        {
            return CanonicalForm.Bool(
                upstream.Standbys.Any(s =>
                    s.State == "streaming" && s.ApplicationName.Equals(live.View.Name, StringComparison.OrdinalIgnoreCase)
                )
            );
        }
        return live.View.Facts is { } facts ? CanonicalForm.Bool(facts.WalReceiver is { Status: "streaming" }) : unknown;
    }
}
