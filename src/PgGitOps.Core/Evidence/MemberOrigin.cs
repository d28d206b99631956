using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Evidence;

/// <summary>Where a member comes from: it decides what may be put in its place.</summary>
public enum MemberOrigin
{
    /// <summary>Nobody ever saw it.</summary>
    New,

    /// <summary>The engine made it; its data are a copy, and may be copied again.</summary>
    Provisioned,

    /// <summary>It was there before the engine. What became of its data is for people to say.</summary>
    Found,
}

public static class MemberOrigins
{
    /// <summary>The documents say first, then the cluster's own record, then what is remembered.</summary>
    public static MemberOrigin Of(Member member, ClusterSnapshot snapshot)
    {
        if (member.DataDirectory is not null)
            return MemberOrigin.Found;
        var path = new ObjectPath.Member(member.Name).ToString();
        if (snapshot.Record is Observation<ClusterRecord>.Seen { Value: var record })
        {
            if (record.Inventory.Any(i => i.Object == path))
                return MemberOrigin.Provisioned;
            if (record.Applied.Any(a => a.Object == path && a.Adopted))
                return MemberOrigin.Found;
        }
        return snapshot.Remembered?.Find(member.Name) switch
        {
            { Made: true } => MemberOrigin.Provisioned,
            { } => MemberOrigin.Found,
            // A server that answers, and of which no record says that it was made, was there before.
            null => snapshot.Find(member.Name)?.Server is Observation<ServerFacts>.Seen
            && snapshot.Record is Observation<ClusterRecord>.Seen or Observation<ClusterRecord>.Absent
                ? MemberOrigin.Found
                : MemberOrigin.New,
        };
    }
}
