using System.Globalization;
using System.Text;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Layout;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Proofs;

/// <summary>A cluster as inline SVG: sites, failure domains, members, who streams to whom, and what a counterexample takes away.</summary>
internal static class TopologyDrawing
{
    private const int BoxWidth = 118;
    private const int MemberHeight = 44;

    public static string Of(ContextProof proof, Counterexample? counterexample)
    {
        var topology = proof.Topology!;
        var places = new Dictionary<int, (int X, int Y)>();
        var boxes = new StringBuilder();
        var (x, height) = (10, 0);
        for (var site = 0; site < topology.Sites.Length; site++)
        {
            if (
                topology.Sites[site].Members.IsEmpty
                && topology.Repositories.All(r => r.Site != site)
                && topology.Observers.All(o => o.Site != site)
            )
                continue;
            var domains = Enumerable
                .Range(0, topology.Domains.Length)
                .Where(d => topology.Domains[d].Site == site && !topology.Domains[d].Members.IsEmpty)
                .ToArray();
            var width = Math.Max(1, domains.Length) * (BoxWidth + 10) + 10;
            var tallest = domains.Length == 0 ? 0 : domains.Max(d => topology.Domains[d].Members.Count);
            var extras = topology
                .Repositories.Where(r => r.Site == site)
                .Select(r => "▤ " + r.Declared.Name)
                .Concat(topology.Observers.Where(o => o.Site == site).Select(o => "◇ " + o.Name))
                .ToArray();
            var siteHeight = 86 + tallest * MemberHeight + extras.Length * 16;
            height = Math.Max(height, siteHeight);
            Line(
                boxes,
                $"<rect class=\"site\" x=\"{x}\" y=\"10\" width=\"{width}\" height=\"{siteHeight}\" rx=\"8\"/><text class=\"name\" x=\"{x + 10}\" y=\"29\">{Text(topology.Sites[site].Name)}</text>"
            );
            for (var i = 0; i < domains.Length; i++)
            {
                var domain = topology.Domains[domains[i]];
                var left = x + 10 + i * (BoxWidth + 10);
                Line(
                    boxes,
                    $"<rect class=\"domain\" x=\"{left}\" y=\"38\" width=\"{BoxWidth}\" height=\"{44 + domain.Members.Count * MemberHeight}\" rx=\"5\"/><text class=\"small\" x=\"{left + 6}\" y=\"{76 + domain.Members.Count * MemberHeight}\">{Text(domain.Name)}</text>"
                );
                var row = 0;
                foreach (var member in domain.Members.Indexes)
                    places[member] = (left + BoxWidth / 2, 88 + row++ * MemberHeight);
            }
            for (var i = 0; i < extras.Length; i++)
                Line(
                    boxes,
                    $"<text class=\"small\" x=\"{x + 12}\" y=\"{96 + tallest * MemberHeight + i * 16}\">{Text(extras[i])}</text>"
                );
            x += width + 16;
        }
        var primary = counterexample is null ? First(topology) : topology.IndexOf(counterexample.Primary);
        var svg = new StringBuilder();
        Line(
            svg,
            $"<svg class=\"topology\" viewBox=\"0 0 {x} {height + 20}\" width=\"{x}\" role=\"img\" aria-label=\"Topology of {Text(topology.Cluster.Name)}\">"
        );
        svg.Append(boxes);
        if (primary >= 0)
            Edges(svg, proof, primary, places, counterexample);
        foreach (var (member, (cx, cy)) in places.OrderBy(p => p.Key))
        {
            var name = topology.Members[member].Name;
            var kind =
                member == primary ? "primary"
                : proof.Book!.AcknowledgementBy(Math.Max(primary, 0)).Standbys.Contains(member) ? "sync"
                : "async";
            var lost = counterexample is not null && counterexample.Lost.Contains(name) ? " lost" : "";
            Line(
                svg,
                $"<g class=\"member {kind}{lost}\"><rect x=\"{cx - 50}\" y=\"{cy - 14}\" width=\"100\" height=\"28\" rx=\"14\"/><text x=\"{cx}\" y=\"{cy + 4}\">{Text(name)}</text></g>"
            );
        }
        return svg.Append("</svg>").ToString();
    }

    private static void Edges(
        StringBuilder svg,
        ContextProof proof,
        int primary,
        Dictionary<int, (int X, int Y)> places,
        Counterexample? counterexample
    )
    {
        var topology = proof.Topology!;
        var synchronous = proof.Book!.AcknowledgementBy(primary).Standbys;
        foreach (var member in topology.All.Without(primary).Indexes)
        {
            var from =
                topology.Members[member].Declared.From is { } cascade && topology.IndexOf(cascade.Value) is >= 0 and var upstream
                    ? upstream
                    : primary;
            if (!places.TryGetValue(from, out var a) || !places.TryGetValue(member, out var b))
                continue;
            var kind = from == primary && synchronous.Contains(member) ? "sync" : "async";
            var acknowledged =
                counterexample is not null && counterexample.Acknowledgers.Contains(topology.Members[member].Name)
                    ? " acknowledged"
                    : "";
            // From top to top, the higher the farther: never behind a member that has no part in it.
            var rise = 16 + Math.Min(28, Math.Abs(a.X - b.X) / 18);
            Line(
                svg,
                $"<path class=\"edge {kind}{acknowledged}\" d=\"M{a.X},{a.Y - 14} C{a.X},{a.Y - 14 - rise} {b.X},{b.Y - 14 - rise} {b.X},{b.Y - 14}\"/>"
            );
        }
    }

    private static int First(Topology topology)
    {
        var home =
            topology.PrimarySite < 0 ? topology.Primaries : topology.Primaries & topology.Sites[topology.PrimarySite].Members;
        return home.IsEmpty ? -1 : home.Indexes.First();
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Text(string value) => Html.Escape(value);
}
