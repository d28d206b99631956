using System.Net;
using PgGitOps.Core.Facets;

namespace PgGitOps.Core.Planning.Kinds.AccessLists;

/// <summary>What is wrong with the access list (pg_hba.conf) of one server that no declared facet tells.</summary>
internal static class DangerousAccess
{
    internal static IEnumerable<Danger> Of(ClusterProblem problem, MemberView member)
    {
        // Lines of a list of ours are declared ones, or a change that is told and mended.
        if (
            member.Facts!.AccessList is not { } list
            || problem.Desired.ByKey.ContainsKey(problem.Key(new ObjectPath.AccessList(member.Name), Field.Lines))
        )
            yield break;
        var path = new ObjectPath.AccessList(member.Name);
        if (problem.Applied.ContainsKey(problem.Key(path, Field.Lines)))
        {
            yield return new Danger(
                path,
                Field.Foreign,
                "its first line is not the one of pggitops",
                "declared hosts and client ranges are not applied to it any more"
            )
            {
                Advice = $"put '{AccessList.Mark}' back as its first line, or add an exception for accessList with the reason",
            };
        }
        foreach (var line in list.Lines.Where(TrustsStrangers))
        {
            yield return new Danger(path, Field.Trust, line, "whoever reaches the server from there is let in without a password")
            {
                Advice = "make it scram-sha-256, or keep it to loopback",
            };
        }
    }

    private static bool TrustsStrangers(string line)
    {
        var words = AccessList.WordsOf(line);
        if (words.Count < 5 || !words[0].StartsWith("host", StringComparison.OrdinalIgnoreCase))
            return false;
        // An address may be followed by its mask as a word of its own.
        var masked = words.Count > 5 && IPAddress.TryParse(words[4], out _);
        return words[masked ? 5 : 4].Equals("trust", StringComparison.OrdinalIgnoreCase) && !IsLoopback(words[3]);
    }

    private static bool IsLoopback(string address) =>
        address == "localhost" || (IPAddress.TryParse(address.Split('/')[0], out var ip) && IPAddress.IsLoopback(ip));
}
