using PgGitOps.Core.Desired;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Core.Planning.Kinds.Grants;
using PgGitOps.Core.Planning.Live;
using PgGitOps.Core.Planning.Settings;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Planning;

/// <summary>Joins a cluster's document with its snapshot into one <see cref="ClusterProblem"/>.</summary>
internal static class PlanningInputBuilder
{
    internal static ClusterProblem Read(
        FleetEnvironment environment,
        Cluster cluster,
        ClusterSnapshot snapshot,
        PasswordCheck passwords,
        DateTimeOffset now,
        IReadOnlyList<ApprovalDocument>? approvals = null
    )
    {
        cluster = WithReplicationRole(environment, cluster);
        var catalog = SettingCatalog.Of(snapshot, cluster.PostgresMajor);
        var reader = new LiveReader(cluster, snapshot, catalog, passwords);
        var topology = reader.Topology;
        var carrier = topology.PrimaryName ?? (topology.AllAbsent ? cluster.Members.First(m => m.Initial).Name : null);
        var applied = new Dictionary<FacetKey, string>();
        var adopted = new HashSet<FacetKey>();
        var inventory = new HashSet<ObjectPath>();
        string? recordProblem = null;
        switch (snapshot.Record)
        {
            case Observation<ClusterRecord>.Seen { Value: var record }:
                foreach (var entry in record.Applied)
                {
                    var key = new FacetKey(cluster.Name, ObjectText.Parse(entry.Object), Field.Parse(entry.Field));
                    applied[key] = entry.Value;
                    if (entry.Adopted)
                        adopted.Add(key);
                }
                foreach (var entry in record.Inventory)
                    inventory.Add(ObjectText.Parse(entry.Object));
                break;
            case Observation<ClusterRecord>.Unreadable unreadable:
                recordProblem = unreadable.Reason;
                break;
        }

        // An approval that was used before the cluster was lost is used all the same.
        foreach (var use in snapshot.Remembered?.Uses ?? [])
            applied.TryAdd(new FacetKey(cluster.Name, ObjectText.Parse(use.Object), Field.Parse(use.Field)), use.Value);
        var allowances = new Allowances(cluster.Name, approvals ?? [], applied, now);
        var primacy = Primacy.Of(snapshot, allowances.Primaries);
        var desired = DesiredFacets.Of(
            environment,
            cluster,
            catalog,
            carrier,
            AccessListsOf(cluster, topology, applied),
            topology
                .Members.Where(m => m.Origin == MemberOrigin.Provisioned)
                .Select(m => m.Name)
                .ToHashSet(StringComparer.Ordinal),
            snapshot.Objections
        );
        var live = new Dictionary<FacetKey, FacetValue>(desired.All.Count + 16);
        var unknown = new Dictionary<FacetKey, string>();
        foreach (var facet in desired.All)
            Take(facet.Key, facet.Value);
        foreach (var (path, field) in ObjectKinds.All.SelectMany(k => k.ReadBeside(reader, cluster, carrier)))
            Take(new FacetKey(cluster.Name, path, field), null);
        foreach (var (key, value) in applied)
        {
            if (
                !desired.ByKey.ContainsKey(key)
                && RetractedValues.IsKind(key)
                && (!adopted.Contains(key) || applied.ContainsKey(GrantedPrivileges.Key(key)))
            )
                Take(key, ObjectKinds.Of(key.Object).WantedOnceGivenUp(FacetValue.Of(value)));
        }
        // What is prepared on a host and not in use yet only the record knows: nobody looks into a host that answers.
        foreach (var member in cluster.Members)
        {
            var key = new FacetKey(cluster.Name, new ObjectPath.Member(member.Name), Field.PasswordFile);
            if (applied.TryGetValue(key, out var prepared))
                live[key] = FacetValue.Of(prepared);
        }
        foreach (var (key, used) in applied.Where(a => a.Key.Object is ObjectPath.Approval))
            live[key] = FacetValue.Of(used);
        foreach (var (key, given) in applied.Where(a => a.Key.Field == GrantedPrivileges.Field))
            live[key] = FacetValue.Of(given);
        foreach (var item in inventory.Where(i => !i.IsManaged))
            unknown[new FacetKey(cluster.Name, item, Field.Exists)] =
                $"the record names {item}, which this version of the engine does not know";
        foreach (var item in inventory.Where(i => i.IsManaged))
            Take(new FacetKey(cluster.Name, item, Field.Exists), null);

        var newestStopped = Primacy.Newest(
            snapshot,
            [.. topology.Members.Where(m => m.Status == MemberStatus.StoppedPrimary).Select(m => m.Name)],
            allowances.Primaries
        );
        return new ClusterProblem
        {
            Cluster = cluster,
            Environment = environment,
            Catalog = catalog,
            Desired = desired,
            Live = live,
            Unknown = unknown,
            Applied = applied,
            Adopted = adopted,
            Inventory = inventory,
            RecordProblem = recordProblem,
            Now = now,
            Allowances = allowances,
            MemberReasons = topology.Members.ToDictionary(m => m.Name, m => m.Reason, StringComparer.Ordinal),
            Overrides = OverridesOf(topology, desired),
            MissingSecrets = MissingSecretsOf(cluster, unknown, passwords),
            StrayUpstreams = StrayUpstreamsOf(environment, cluster, topology),
            OtherLogins = OtherLoginsOf(environment, topology),
            Contents = name => reader.Contents(name, out _),
            Rights = new RoleRights(reader.Primary),
            Owners = ObjectKinds
                .All.SelectMany(k => k.OwningRoles(snapshot, reader.Primary))
                .ToDictionary(o => o.Path, o => o.Owner),
            Memberships = reader.Primary?.Memberships ?? [],
            ActiveSlots = topology
                .Members.Where(m => m.Facts is not null)
                .SelectMany(m =>
                    m.Facts!.Slots.Where(s => s.Active).Select(ObjectPath (s) => new ObjectPath.Slot(m.Name, s.Name))
                )
                .ToHashSet(),
            HistoryClaims = cluster
                .Members.Select(m => (m.Name, Claims: Primacy.ClaimsAgainst(m.Name, snapshot)))
                .Where(c => c.Claims.Count > 0)
                .ToDictionary(c => c.Name, c => c.Claims.ToEquatableArray(), StringComparer.Ordinal),
            NewestStopped = newestStopped,
            UnansweredArchives = [.. ArchiveWitness.Unanswered(snapshot)],
            IsNewestStoppedSettled = newestStopped is not null && ArchiveWitness.IsSettled(newestStopped, snapshot),
            Strayed = PlanningBlocks.StrayedOf(topology, snapshot),
            Origins = topology.Members.ToDictionary(m => m.Name, m => m.Origin, StringComparer.Ordinal),
            Elsewhere = topology
                .Members.Where(m => m.Directory is { IsManaged: false })
                .ToDictionary(m => m.Name, m => m.Directory!.Path, StringComparer.Ordinal),
            Remembered = snapshot.Remembered,
            Trace = Primacy.TraceOf(snapshot),
            MemoryProblem = snapshot.MemoryProblem,
            Alert = ClusterAlert.Of(primacy, cluster, snapshot, topology, now),
            Blocks = PlanningBlocks.Of(cluster, topology, primacy, snapshot, allowances),
        };

        void Take(FacetKey key, FacetValue? wanted)
        {
            var reading = reader.Read(key, wanted);
            if (reading.Unknown is { } reason)
                unknown[key] = reason;
            else if (reading.Value is { } value)
                live[key] = value;
        }
    }

    /// <summary>The role the standbys log in with is declared by the environment's access: without it none of them can reconnect.</summary>
    /// <remarks>Only together with its password: without one we make no standby, and those of an adopted cluster may log in as anybody.</remarks>
    private static Cluster WithReplicationRole(FleetEnvironment environment, Cluster cluster)
    {
        var access = environment.Access;
        if (
            !ObjectKinds.OfServers.WrittenBy.IsManaged(cluster)
            || cluster.Members.Count < 2
            || access.ReplicationPassword is not { } password
            || access.ReplicationUser == access.User
            || cluster.Roles.Any(r => r.Name == access.ReplicationUser)
        )
            return cluster;
        var role = new Role
        {
            Name = access.ReplicationUser,
            Login = true,
            Superuser = false,
            CreateDb = false,
            CreateRole = false,
            Replication = true,
            BypassRls = false,
            Inherit = true,
            ConnectionLimit = -1,
            ValidUntil = null,
            MemberOf = [],
            Settings = [],
            Password = password,
            Mentioned = ["login", "replication", "password"],
            At = password.At,
            Places = [],
        };
        return cluster with { Roles = cluster.Roles.Append(role).ToEquatableArray() };
    }

    /// <summary>Members whose pg_hba.conf is ours: it says so itself, or will once the server is made.</summary>
    /// <remarks>A copy takes the list of its source along, so beside a list that people keep no member is promised one of ours.</remarks>
    private static HashSet<string> AccessListsOf(Cluster cluster, Topology topology, Dictionary<FacetKey, string> applied)
    {
        var kept = topology.Members.Any(m => m.Facts is { AccessList: not { IsOurs: true } });
        return topology
            .Members.Where(m =>
                m switch
                {
                    { Status: MemberStatus.Absent } => !kept,
                    { Facts.AccessList: { } list } => list.IsOurs,
                    // Unreadable is not gone: what we wrote there once is missed.
                    _ => applied.ContainsKey(new FacetKey(cluster.Name, new ObjectPath.AccessList(m.Name), Field.Lines)),
                }
            )
            .Select(m => m.Name)
            .ToHashSet(StringComparer.Ordinal);
    }

    private static Dictionary<ObjectPath, string> OverridesOf(Topology topology, DesiredFacets desired)
    {
        var overrides = new Dictionary<ObjectPath, string>();
        foreach (var member in topology.Members)
        {
            if (member.Facts is null)
                continue;
            foreach (var setting in member.Facts.Settings)
            {
                if (setting.Source is "command line" or "environment variable")
                    overrides[new ObjectPath.Parameter(member.Name, setting.Name)] = $"the {setting.Source} of the server";
            }
            // ALTER SYSTEM cannot write an empty list of names, only take its own line out: the file beneath would count.
            foreach (
                var line in member.Facts.FileSettings.Where(l =>
                    l.Value is { Length: > 0 }
                    && SettingSql.IsQuotedList(l.Name)
                    && !l.File.EndsWith("/postgresql.auto.conf", StringComparison.Ordinal)
                )
            )
            {
                var path = new ObjectPath.Parameter(member.Name, line.Name);
                if (desired.All.Any(f => f.Key.Object == path && f.Value.Canonical.Length == 0))
                    overrides.TryAdd(path, FormattableString.Invariant($"line {line.Line} of {line.File}"));
            }
        }
        return overrides;
    }

    private static Dictionary<string, string> MissingSecretsOf(
        Cluster cluster,
        Dictionary<FacetKey, string> unknown,
        PasswordCheck passwords
    )
    {
        var missing = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var role in cluster.Roles)
        {
            // Without a stored verifier only the secret itself can be what is not known.
            if (
                role.Password is { } secret
                && unknown.ContainsKey(new FacetKey(cluster.Name, new ObjectPath.Role(role.Name), Field.Password))
                && passwords(secret, null) is PasswordFinding.Unknown finding
            )
                missing[role.Name] = finding.Reason;
        }
        return missing;
    }

    private static Dictionary<string, EquatableArray<string>> StrayUpstreamsOf(
        FleetEnvironment environment,
        Cluster cluster,
        Topology topology
    )
    {
        var stray = new Dictionary<string, EquatableArray<string>>(StringComparer.Ordinal);
        foreach (var member in cluster.Members)
        {
            if (
                topology.PrimaryName is not { } primary
                || topology.Find(member.Name) is not { Status: MemberStatus.Standby, Facts: { } facts }
                || cluster.FindMember(Topology.UpstreamOf(member, primary)) is not { } upstream
                || environment.Hosts.FirstOrDefault(h => h.Name == upstream.Host) is not { } host
            )
                continue;
            var beneath = facts
                .FileSettings.Where(f => f.Name == "primary_conninfo" && !IsAuto(f))
                .Select(f => f.Value)
                .LastOrDefault();
            // Only where the file beneath leads to the declared source: elsewhere taking it back would cut the standby off.
            if (
                beneath is null
                || !beneath.Contains($"host='{host.Address}'", StringComparison.Ordinal)
                || !beneath.Contains(FormattableString.Invariant($"port='{upstream.Port}'"), StringComparison.Ordinal)
            )
                continue;
            var over = facts
                .FileSettings.Where(f => IsAuto(f) && f.Name is "primary_conninfo" or "primary_slot_name")
                .Select(f => f.Name)
                .Distinct()
                .Order(StringComparer.Ordinal)
                .ToEquatableArray();
            if (over.Count > 0)
                stray.Add(member.Name, over);
        }
        return stray;

        static bool IsAuto(FileSettingFact line) => line.File.EndsWith("/postgresql.auto.conf", StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> OtherLoginsOf(FleetEnvironment environment, Topology topology)
    {
        var others = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var member in topology.Members.Where(m => m.Status == MemberStatus.Standby))
        {
            if (member.Facts!.Setting("primary_conninfo")?.Value is not { Length: > 0 } text)
                others[member.Name] = "how it logs in to its source could not be read";
            else if (
                Conninfo.Parse(text) is var words
                && words.GetValueOrDefault("user") is { } user
                && user != environment.Access.ReplicationUser
            )
                others[member.Name] = null;
            else if (
                words.ContainsKey("password")
                || words.GetValueOrDefault("passfile")?.EndsWith("/replication.pgpass", StringComparison.Ordinal) is not true
            )
                others[member.Name] = "it does not log in by the password file we keep on its host";
        }
        return others;
    }
}
