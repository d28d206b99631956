using System.Globalization;
using System.Net;
using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>pg_hba.conf of the servers we make: who is admitted from where. Always by password, and passwords by SCRAM.</summary>
public static class AccessList
{
    /// <summary>First line of a list that is ours, by which it is known again. A list without it belongs to people and is never written.</summary>
    public const string Mark = "# Written by pggitops when this server was made.";

    /// <summary>The fleet's own hosts, for the engine and for standbys, then the declared client ranges.</summary>
    public static EquatableArray<string> LinesOf(FleetEnvironment environment)
    {
        var access = environment.Access;
        var hosts = environment
            .Hosts.Select(h => RangeOf(h.Address))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToArray();
        return
        [
            "local all all peer",
            .. hosts.Select(h => $"host replication {QuoteName(access.ReplicationUser)} {h} scram-sha-256"),
            .. hosts.Select(h => $"host all {QuoteName(access.User)} {h} scram-sha-256"),
            .. access.Clients.Select(range => $"host all all {range} scram-sha-256"),
        ];
    }

    /// <summary>The whole file.</summary>
    public static string Text(IEnumerable<string> lines) => string.Concat(lines.Prepend(Mark).Select(l => l + "\n"));

    /// <summary>What a file holds: its lines without comments, one blank between words.</summary>
    public static AccessListFacts Read(string text, bool isLoaded)
    {
        var lines = text.Split('\n');
        return new AccessListFacts(
            lines[0].TrimEnd('\r') == Mark,
            lines.Select(l => string.Join(' ', WordsOf(l))).Where(l => l.Length > 0).ToEquatableArray(),
            isLoaded
        );
    }

    /// <summary>Whether a login of <paramref name="user"/> from an address is admitted by one of our own lines.</summary>
    public static bool Admits(IEnumerable<string> lines, string user, IPAddress address)
    {
        var from = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var line in lines)
        {
            if (WordsOf(line) is not ["host", "all", var who, var range, _] || (who != "all" && who != QuoteName(user)))
                continue;
            // A host that is declared by name can be anywhere: only the server can tell.
            if (!range.Contains('/') || (IPNetwork.TryParse(Masked(range), out var network) && network.Contains(from)))
                return true;
        }
        return false;
    }

    internal static FacetValue ValueOf(IReadOnlyCollection<string> lines) =>
        FacetValue.Shown(
            string.Join('\n', lines),
            string.Create(CultureInfo.InvariantCulture, $"{lines.Count} lines, as declared")
        );

    /// <summary>A live list, told by how it differs from the wanted one.</summary>
    internal static FacetValue ValueOf(IReadOnlyCollection<string> live, FacetValue? wanted)
    {
        var declared = wanted?.Canonical.Split('\n') ?? [];
        var lacks = declared.Except(live).ToArray();
        var has = live.Except(declared).ToArray();
        var text = new StringBuilder();
        if (lacks.Length > 0)
            text.Append(CultureInfo.InvariantCulture, $"lacks {string.Join("; ", lacks)}");
        if (has.Length > 0)
            text.Append(text.Length > 0 ? "; " : "").Append(CultureInfo.InvariantCulture, $"has {string.Join("; ", has)}");
        return FacetValue.Shown(
            string.Join('\n', live),
            text.Length > 0 ? text.ToString()
                : wanted is not null && wanted.Canonical == string.Join('\n', live) ? wanted.Display
                : "the same lines in another order"
        );
    }

    /// <summary>Words of a line that was read; what is quoted keeps its blanks.</summary>
    internal static List<string> WordsOf(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder(line.Length);
        var quoted = false;
        foreach (var c in line)
        {
            if (c == '"')
                quoted = !quoted;
            // PostgreSQL knows no comment inside quotes.
            else if (c == '#' && !quoted)
                break;
            if (quoted || c is not (' ' or '\t' or '\r' or '\f' or '\v'))
            {
                word.Append(c);
                continue;
            }
            if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
        }
        if (word.Length > 0)
            words.Add(word.ToString());
        return words;
    }

    // PostgreSQL masks an address it is given as a range; .NET refuses bits outside of the mask.
    private static string Masked(string range)
    {
        if (
            range.Split('/') is not [var address, var bits]
            || !IPAddress.TryParse(address, out var ip)
            || !int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
        )
            return range;
        var bytes = ip.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return $"{new IPAddress(bytes)}/{bits}";
    }

    private static string QuoteName(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    // Between loopback addresses Linux picks 127.0.0.1 as the sender, so sites that are addresses of one machine are admitted together.
    private static string RangeOf(string address)
    {
        if (!IPAddress.TryParse(address, out var ip))
            return address;
        if (address.Contains(':'))
            return $"{ip}/128";
        return IPAddress.IsLoopback(ip) ? "127.0.0.0/8" : $"{ip}/32";
    }
}
