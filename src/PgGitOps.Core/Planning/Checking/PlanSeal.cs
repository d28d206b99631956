using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning.Checking;

/// <summary>Hashes what a plan rests on: commit, rules, desired values, live values read.</summary>
internal sealed class PlanSeal
{
    private readonly ArrayBufferWriter<byte> buffer = new(16 * 1024);
    private readonly Utf8JsonWriter json;

    internal PlanSeal(string commit, string ruleBundle)
    {
        json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        json.WriteStringValue(commit);
        json.WriteStringValue(ruleBundle);
    }

    /// <summary>Both lists are ordered by key, so that the same facts give the same bytes.</summary>
    internal void Add(DesiredFacets desired, EquatableArray<LiveRead> reads)
    {
        json.WriteStartArray();
        foreach (var facet in desired.All)
            Write(facet.Key, facet.Value.Canonical);
        json.WriteEndArray();
        json.WriteStartArray();
        foreach (var read in reads)
            Write(read.Key, read.Canonical);
        json.WriteEndArray();
    }

    /// <summary>64 hex digits. Ends the seal.</summary>
    internal string Id()
    {
        json.WriteEndArray();
        json.Flush();
        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private void Write(FacetKey key, string? value)
    {
        json.WriteStringValue(key.Cluster);
        json.WriteStringValue(key.Object.ToString());
        json.WriteStringValue(key.Field.ToString());
        json.WriteStringValue(value);
    }
}

/// <summary>Every live value a plan was made from.</summary>
public static class LiveReads
{
    internal static EquatableArray<LiveRead> Of(ClusterProblem problem, ClusterSnapshot snapshot)
    {
        var reads = new List<LiveRead>(problem.Live.Count);
        foreach (var (key, value) in problem.Live)
            reads.Add(new LiveRead(key, value.Canonical));
        foreach (var facet in problem.Desired.All)
        {
            if (!problem.Live.ContainsKey(facet.Key) && !problem.Unknown.ContainsKey(facet.Key))
                reads.Add(new LiveRead(facet.Key, null));
        }
        AddVerifiers(reads, problem, snapshot);
        reads.Sort((a, b) => a.Key.CompareTo(b.Key));
        return reads.ToEquatableArray();
    }

    private static void AddVerifiers(List<LiveRead> reads, ClusterProblem problem, ClusterSnapshot snapshot)
    {
        var facts = Topology.Of(problem.Cluster, snapshot).PrimaryFacts;
        if (facts is null)
            return;
        foreach (var role in problem.Cluster.Roles)
        {
            if (role.Password is null || !role.Mentioned.Contains("password"))
                continue;
            var verifier = facts.Roles.FirstOrDefault(r => r.Name == role.Name)?.PasswordVerifier;
            reads.Add(
                new LiveRead(
                    problem.Key(new ObjectPath.Role(role.Name), Field.Verifier),
                    verifier is null ? null : Digest(verifier)
                )
            );
        }
    }

    private static string Digest(PasswordVerifier verifier) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(verifier.Text)));
}
