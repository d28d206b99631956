using System.Globalization;
using PgGitOps.Core.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Desired.References;

/// <summary>Parameters that the engine sets itself, or derives from another field: two sources for one value would fight.</summary>
internal sealed class OwnedParameters : IClusterCheck
{
    private static readonly Dictionary<string, string> Owned = new(StringComparer.OrdinalIgnoreCase)
    {
        ["synchronous_standby_names"] = "it follows from spec.replication.synchronous",
        ["synchronous_commit"] = "it is set from spec.replication.synchronous.commit",
        ["primary_conninfo"] = "it follows from who is primary",
        ["primary_slot_name"] = "it follows from the member's name",
        ["cluster_name"] = "it is the member's name",
        ["port"] = "it is the member's port",
        ["listen_addresses"] = "it is the address of the member's host",
        ["data_directory"] = "it follows from spec.access.dataRoot of the environment",
        ["config_file"] = "the engine chooses it when it starts a server",
        ["hba_file"] = "the engine chooses it when it starts a server",
        ["ident_file"] = "the engine chooses it when it starts a server",
        ["external_pid_file"] = "the engine chooses it when it starts a server",
        ["hot_standby"] = "standbys are always observed, so it stays on",
        ["archive_command"] = "it follows from spec.backup",
        ["archive_library"] = "it follows from spec.backup",
        ["restore_command"] = "it follows from spec.backup",
        ["recovery_target"] = "restores set it for their own server",
        ["recovery_target_lsn"] = "restores set it for their own server",
        ["recovery_target_name"] = "restores set it for their own server",
        ["recovery_target_time"] = "restores set it for their own server",
        ["recovery_target_xid"] = "restores set it for their own server",
        ["recovery_target_timeline"] = "restores set it for their own server",
        ["recovery_target_action"] = "restores set it for their own server",
    };

    /// <summary>Each standby takes one of both on its source, whichever member that is after a failover.</summary>
    private static readonly HashSet<string> Feeds = new(StringComparer.OrdinalIgnoreCase)
    {
        "max_wal_senders",
        "max_replication_slots",
    };

    /// <summary>Why a document may not set the parameter, or null when it may.</summary>
    internal static string? WhyNot(string name) => Owned.GetValueOrDefault(name);

    public void Check(PlacedCluster placed, List<Diagnostic> findings)
    {
        var cluster = placed.Cluster;
        foreach (var parameter in cluster.Parameters)
        {
            if (Owned.TryGetValue(parameter.Name, out var why))
                findings.Add(
                    ReferenceRules.OwnedElsewhere.At(parameter.At, $"'{parameter.Name}' cannot be set here: {why}", "remove it")
                );
            else if (
                parameter.Name.Equals("wal_level", StringComparison.OrdinalIgnoreCase)
                && SettingValue.ReadLive(SettingTable.Of(cluster.PostgresMajor).Find("wal_level"), parameter.Value) == "minimal"
            )
                findings.Add(
                    ReferenceRules.OwnedElsewhere.At(
                        parameter.At,
                        $"wal_level '{parameter.Value}' cannot feed standbys or backups",
                        "write replica or logical"
                    )
                );
            else if (
                Feeds.Contains(parameter.Name)
                && cluster.Members.Count > 1
                && int.TryParse(parameter.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var places)
                && places < cluster.Members.Count - 1
            )
                findings.Add(
                    ReferenceRules.OwnedElsewhere.At(
                        parameter.At,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{parameter.Name} {places} cannot feed {cluster.Members.Count - 1} standby(s)"
                        ),
                        "write as many as the primary has standbys, and some more for clones and backups"
                    )
                );
        }
        FindTwice(cluster.Parameters, findings);
        foreach (var role in cluster.Roles)
            FindTwice(role.Settings, findings);
        foreach (var database in cluster.Databases)
            FindTwice(database.Settings, findings);
    }

    private static void FindTwice(EquatableArray<Parameter> parameters, List<Diagnostic> findings)
    {
        if (parameters.Count < 2)
            return;
        var first = new Dictionary<string, Parameter>(StringComparer.OrdinalIgnoreCase);
        foreach (var parameter in parameters.OrderBy(p => p.At))
        {
            if (!first.TryAdd(parameter.Name, parameter))
                findings.Add(
                    ReferenceRules.SettingTwice.At(
                        parameter.At,
                        $"'{parameter.Name}' is the same parameter as '{first[parameter.Name].Name}' at line {first[parameter.Name].At.Line}",
                        "remove one of the two"
                    )
                );
        }
    }
}
