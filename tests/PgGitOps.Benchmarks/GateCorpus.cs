using System.Globalization;
using System.Text;

namespace PgGitOps.Benchmarks;

/// <summary>Recovery policies of a kind that is not the engine's, every fiftieth of them with one mistake: what the rules and the schema of <c>peers/policy</c> are run on.</summary>
/// <remarks>The same bytes for the same count, and the list of what a checker has to find.</remarks>
internal static class GateCorpus
{
    private static readonly string[] Teams =
    [
        "payments",
        "orders",
        "catalog",
        "identity",
        "billing",
        "shipping",
        "search",
        "ledger",
    ];

    /// <summary>A fault and where a person would look for it.</summary>
    public sealed record Fault(string Path, int Line, int Column, string Rule);

    private sealed record Values(
        string Rpo,
        string RpoSeconds,
        string Tier,
        string RtoSeconds,
        string Mode,
        string Failover,
        int Days,
        string Fencing = "true",
        string ArchiveTimeout = "60",
        string Sites = "[fra, ber]",
        string Drill = "7",
        string? Owner = null,
        string? Database = null,
        string Full = "\"0 1 * * 0\""
    );

    private static readonly Values[] Usual =
    [
        new("zero", "0", "gold", "60", "sync-quorum", "automatic", 35),
        new("near-zero", "10", "gold", "120", "async", "automatic", 35),
        new("minutes", "300", "silver", "900", "async", "manual", 21),
        new("hours", "14400", "bronze", "14400", "none", "manual", 14),
    ];

    // Each of the twelve: the rule that sees it, the field it is seen at, and the values.
    private static readonly (string Rule, string Field, Func<Values, Values> Break)[] Faults =
    [
        ("R1", "spec.crossSite.mode", v => v with { Mode = "async" }),
        ("R2", "spec.crossSite.mode", v => v with { Rpo = "near-zero", RpoSeconds = "10", Mode = "none" }),
        ("R3", "spec.failover.mode", v => v with { Failover = "manual" }),
        ("R4", "spec.failover.fencing", v => v with { Fencing = "false" }),
        ("R5", "spec.backup.retention.days", v => v with { Days = 14 }),
        ("R6", "spec.backup.archiveTimeoutSeconds", v => v with { Rpo = "minutes", RpoSeconds = "30", Mode = "async" }),
        ("R7", "spec.crossSite.sites", v => v with { Sites = "[fra]" }),
        ("R8", "spec.backup.restoreDrillDays", v => v with { Drill = "90" }),
        ("R9", "spec.owner.team", v => v with { Owner = "nobody" }),
        ("R10", "spec.database.name", v => v with { Database = "misc_db" }),
        ("PGS005", "spec.backup.schedule.full", v => v with { Full = "\"sunday\"" }),
        ("PGS003", "spec.recovery.rtoSeconds", v => v with { RtoSeconds = "\"fast\"" }),
    ];

    /// <summary>Writes the documents below <c>policies/contexts</c> and what is wrong with them into <c>faults.txt</c>.</summary>
    public static int Write(int count, string directory)
    {
        var folder = Path.Combine(directory, "policies", "contexts");
        Directory.CreateDirectory(folder);
        var faults = new List<Fault>();
        for (var i = 0; i < count; i++)
        {
            var (name, text, fault) = Document(i);
            File.WriteAllText(Path.Combine(folder, name + ".yaml"), text);
            if (fault is not null)
                faults.Add(fault);
        }
        File.WriteAllLines(
            Path.Combine(directory, "faults.txt"),
            faults.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Path}:{f.Line}:{f.Column} {f.Rule}"))
        );
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} documents, {faults.Count} faults"));
        return 0;
    }

    /// <summary>Appends to one document, or takes it away again: it stays as right or wrong as it was.</summary>
    public static int Touch(string directory, int index)
    {
        var path = Path.Combine(directory, "policies", "contexts", Document(index).Name + ".yaml");
        var text = File.ReadAllText(path);
        const string Note = "# looked at\n";
        File.WriteAllText(path, text.EndsWith(Note, StringComparison.Ordinal) ? text[..^Note.Length] : text + Note);
        return 0;
    }

    private static (string Name, string Text, Fault? Fault) Document(int i)
    {
        var team = Teams[i % Teams.Length];
        var name = string.Create(CultureInfo.InvariantCulture, $"{team}-{i:D5}");
        var v = Usual[i % Usual.Length];
        var planted =
            i % 50 == 7 ? Faults[i / 50 % Faults.Length] : ((string Rule, string Field, Func<Values, Values> Break)?)null;
        if (planted is { } fault)
            v = fault.Break(Usual[0]);
        var database = string.Create(CultureInfo.InvariantCulture, $"{team}_{i:D5}");
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            # Recovery policy of bounded context {name}
            apiVersion: pgfleet.example/v1
            kind: RecoveryPolicy
            metadata:
              name: {name}
              labels:
                team: {team}
                tier: {v.Tier}
            spec:
              boundedContext: {name}
              owner:
                team: {v.Owner ?? team}
                email: {team}@example.com
              database:
                name: {v.Database ?? database}
                encoding: UTF8
                schemas: [core, audit]
              clusterRef:
                name: pg-fra-{i % 40:D2}
                region: eu-central
              recovery:
                rpoClass: {v.Rpo}
                rpoSeconds: {v.RpoSeconds}
                rtoClass: r{i % 4}
                rtoSeconds: {v.RtoSeconds}
              crossSite:
                mode: {v.Mode}
                sites: {v.Sites}
                maxLagSeconds: 10
              failover:
                mode: {v.Failover}
                fencing: {v.Fencing}
              backup:
                tool: pgbackrest
                schedule:
                  full: {v.Full}
                  incr: "0 1 * * 1-6"
                archiveTimeoutSeconds: {v.ArchiveTimeout}
                restoreDrillDays: {v.Drill}
                retention:
                  fullCount: 4
                  days: {v.Days}

            """
        );
        return (name, text, planted is { } p ? Place($"policies/contexts/{name}.yaml", text, p.Field, p.Rule) : null);
    }

    // Found by reading the text as a person does: going down by indentation.
    private static Fault Place(string path, string text, string field, string rule)
    {
        var lines = text.Split('\n');
        var at = -1;
        var steps = field.Split('.');
        for (var depth = 0; depth < steps.Length; depth++)
            at = Array.FindIndex(
                lines,
                at + 1,
                l =>
                    l.StartsWith(
                        new StringBuilder().Append(' ', depth * 2).Append(steps[depth]).Append(':').ToString(),
                        StringComparison.Ordinal
                    )
            );
        // A list is shown at its key, a scalar where it starts.
        var key = lines[at].Length - lines[at].TrimStart().Length + 1;
        return new Fault(path, at + 1, rule == "R7" ? key : lines[at].IndexOf(": ", StringComparison.Ordinal) + 3, rule);
    }
}
