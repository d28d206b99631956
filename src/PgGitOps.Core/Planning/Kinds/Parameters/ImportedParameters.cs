using System.Collections.Frozen;
using PgGitOps.Core.Desired.References;
using PgGitOps.Core.Importing;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Core.Settings;

namespace PgGitOps.Core.Planning.Kinds.Parameters;

/// <summary>Which server parameters a document may declare so that nothing changes: those of the configuration files, equal on every member.</summary>
internal sealed class ImportedParameters
{
    // Each member has its own; one value for all would be wrong. Parameters that the engine itself derives are in OwnedParameters.
    private static readonly FrozenSet<string> PerServer = new[]
    {
        "archive_cleanup_command",
        "promote_trigger_file",
        "recovery_end_command",
        "unix_socket_directories",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Of no interest to a reader: each server has them.
    private static readonly FrozenSet<string> Silent = new[]
    {
        "config_file",
        "data_directory",
        "external_pid_file",
        "hba_file",
        "ident_file",
        "listen_addresses",
        "port",
        "primary_conninfo",
        "primary_slot_name",
        // A field of its own of the member.
        "recovery_min_apply_delay",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private ImportedParameters(List<(string Name, string Value)> values, List<string> remarks) =>
        (Values, Remarks) = (values, remarks);

    public IReadOnlyList<(string Name, string Value)> Values { get; }

    /// <summary>Why a setting is not among them.</summary>
    public IReadOnlyList<string> Remarks { get; }

    public string? Find(string name) => Values.Where(v => v.Name == name).Select(v => v.Value).FirstOrDefault();

    public static ImportedParameters Of(ClusterSnapshot snapshot, ServerFacts primary)
    {
        var catalog = SettingCatalog.Of(snapshot, primary.VersionNumber / 10_000);
        var members = snapshot
            .Members.Select(m => m.Server)
            .OfType<Observation<ServerFacts>.Seen>()
            .Select(s => s.Value)
            .ToArray();
        List<(string, string)> values = [];
        List<string> remarks = [];
        foreach (var name in Configured(primary).Order(StringComparer.Ordinal))
        {
            if (Silent.Contains(name))
                continue;
            if (PerServer.Contains(name))
            {
                remarks.Add($"{name}: each member has its own");
                continue;
            }
            if (OwnedParameters.WhyNot(name) is { } why && name is not ("synchronous_standby_names" or "synchronous_commit"))
            {
                remarks.Add($"{name}: {why}");
                continue;
            }
            var meaning = catalog.Find(name);
            if (meaning is null || meaning.Context == "internal")
            {
                remarks.Add($"{name}: not a parameter that can be declared");
                continue;
            }
            var text = TextOf(primary, name);
            if (SecretSettings.IsRedacted(text))
            {
                remarks.Add($"{name}: its value may hold a secret, and is not shown");
                continue;
            }
            var canonical = SettingValue.ReadLive(meaning, text);
            if (!SettingValue.TryRead(meaning, text, out _, out _))
                remarks.Add($"{name}: its value cannot be declared");
            else if (members.Any(m => !Holds(m, name, meaning, canonical)))
                remarks.Add(
                    $"{name}: the value in force differs from {text} in the configuration, or between members (a pending restart, the command line)"
                );
            else
                values.Add((name, text));
        }
        var configured = Configured(primary);
        foreach (var setting in primary.Settings.Where(s => s.Source is "command line" or "environment variable"))
        {
            if (!configured.Contains(setting.Name.ToLowerInvariant()) && !Silent.Contains(setting.Name))
                remarks.Add(
                    $"{setting.Name} = {setting.Value}: it comes from the {setting.Source} that the server was started with"
                );
        }
        return new ImportedParameters(values, remarks);
    }

    private static HashSet<string> Configured(ServerFacts server) =>
        (
            server.FileSettings.Count > 0
                ? server.FileSettings.Where(f => f.Value is not null && f.Name.Length > 0).Select(f => f.Name)
                : server.Settings.Where(s => s.Source == "configuration file").Select(s => s.Name)
        )
            .Select(n => n.ToLowerInvariant())
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>The last line that names it wins, as when the server reads its files.</summary>
    private static string TextOf(ServerFacts server, string name) =>
        server
            .FileSettings.LastOrDefault(f => f.Value is not null && f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?.Value
        ?? server.Settings.First(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static bool Holds(ServerFacts server, string name, SettingMeaning meaning, string canonical)
    {
        var line = server.FileSettings.LastOrDefault(f =>
            f.Value is not null && f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
        );
        if (line is not null && SettingValue.ReadLive(meaning, line.Value!) != canonical)
            return false;
        var fact = server.Settings.FirstOrDefault(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (fact is null || ParameterReading.SessionSources.Contains(fact.Source))
            return line is not null;
        return SettingValue.ReadLive(meaning, fact.Value) == canonical;
    }

    internal static void Write(ImportScope scope)
    {
        var (yaml, snapshot, primary) = (scope.Yaml, scope.Snapshot, scope.Primary);
        var parameters = Of(snapshot, primary);
        if (scope.PatroniScope is not null)
        {
            foreach (var (name, value) in parameters.Values)
                yaml.LeftOut($"parameter {name} = {value}, which Patroni writes");
            foreach (var remark in parameters.Remarks)
                yaml.LeftOut($"parameter {remark}");
            return;
        }
        var rule = RuleOf(snapshot, parameters);
        if (rule is not null)
        {
            var commit = parameters.Find("synchronous_commit") ?? primary.Setting("synchronous_commit")?.Value ?? "on";
            yaml.Under(
                "replication",
                () =>
                    yaml.Line(
                        "synchronous: "
                            + YamlText.Flow([
                                ("method", rule.Method == SynchronousMethod.Any ? "any" : "first"),
                                ("count", YamlText.Number(rule.Count)),
                                ("standbys", YamlText.FlowList(rule.Names)),
                                ("commit", YamlText.Scalar(commit)),
                                ("whenShort", "block"),
                            ])
                    )
            );
        }
        else
        {
            foreach (var name in (string[])["synchronous_standby_names", "synchronous_commit"])
            {
                if (parameters.Find(name) is { Length: > 0 } value)
                    yaml.LeftOut($"parameter {name} = {value}, which is not a rule over members");
            }
        }
        foreach (var remark in parameters.Remarks)
            yaml.LeftOut($"parameter {remark}");
        yaml.Under(
            "parameters",
            () =>
            {
                foreach (
                    var (name, value) in parameters.Values.Where(v =>
                        v.Name is not ("synchronous_standby_names" or "synchronous_commit")
                    )
                )
                    yaml.Line($"{YamlText.Key(name)}: {YamlText.Setting(value)}");
            }
        );
    }

    /// <summary>The rule for replication.synchronous, or null where there is none or it names others than members.</summary>
    private static SynchronousRule? RuleOf(ClusterSnapshot snapshot, ImportedParameters parameters)
    {
        if (
            parameters.Find("synchronous_standby_names") is not { } text
            || SynchronousRule.TryParse(text) is not { Count: > 0 } rule
        )
            return null;
        // The server takes a name in any case, a document in that of its member.
        var members = rule.Names.Select(n =>
            snapshot.Members.FirstOrDefault(m => m.Name.Equals(n, StringComparison.OrdinalIgnoreCase))?.Name
        );
        return members.OfType<string>().ToArray() is var names && names.Length == rule.Names.Count
            ? rule with
            {
                Names = [.. names],
            }
            : null;
    }
}
