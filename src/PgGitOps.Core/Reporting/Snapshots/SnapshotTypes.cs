using System.Text.Json.Serialization;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Reporting.Snapshots;

/// <summary>What a snapshot file holds.</summary>
internal sealed record SnapshotFile(string Format, FleetSnapshot Fleet);

/// <summary>How each type of a snapshot is written, worked out when the program is built: a native program cannot do so when it runs.</summary>
/// <remarks>The generator does not look through converters of our own, so what lies behind an observation is named here.</remarks>
[JsonSerializable(typeof(SnapshotFile))]
[JsonSerializable(typeof(MemoryFile))]
[JsonSerializable(typeof(ArchiveFacts))]
[JsonSerializable(typeof(BackupFacts))]
[JsonSerializable(typeof(ClusterRecord))]
[JsonSerializable(typeof(DataDirectoryFacts))]
[JsonSerializable(typeof(DatabaseFacts))]
[JsonSerializable(typeof(ManagerFacts))]
[JsonSerializable(typeof(ServerFacts))]
internal sealed partial class SnapshotTypes : JsonSerializerContext
{
    /// <summary>One converter for each list and each observation of a snapshot.</summary>
    public static IReadOnlyList<JsonConverter> Converters { get; } =
    [
        new ObservationConverter<ArchiveFacts>(),
        new ObservationConverter<BackupFacts>(),
        new ObservationConverter<ClusterRecord>(),
        new ObservationConverter<DataDirectoryFacts>(),
        new ObservationConverter<DatabaseFacts>(),
        new ObservationConverter<ManagerFacts>(),
        new ObservationConverter<ServerFacts>(),
        new EquatableArrayConverter<AclFact>(),
        new EquatableArrayConverter<AclGrant>(),
        new EquatableArrayConverter<AppliedEntry>(),
        new EquatableArrayConverter<ApprovalUse>(),
        new EquatableArrayConverter<BackupFact>(),
        new EquatableArrayConverter<CatalogRow>(),
        new EquatableArrayConverter<ClusterSnapshot>(),
        new EquatableArrayConverter<DatabaseFact>(),
        new EquatableArrayConverter<DatabaseSnapshot>(),
        new EquatableArrayConverter<DefaultAclFact>(),
        new EquatableArrayConverter<ExtensionFact>(),
        new EquatableArrayConverter<FileSettingFact>(),
        new EquatableArrayConverter<FunctionSettingFact>(),
        new EquatableArrayConverter<InventoryEntry>(),
        new EquatableArrayConverter<ManagedMember>(),
        new EquatableArrayConverter<MemberSnapshot>(),
        new EquatableArrayConverter<MembershipFact>(),
        new EquatableArrayConverter<MembershipGrant>(),
        new EquatableArrayConverter<RememberedMember>(),
        new EquatableArrayConverter<RoleFact>(),
        new EquatableArrayConverter<SchemaFact>(),
        new EquatableArrayConverter<ScopedSettingFact>(),
        new EquatableArrayConverter<ServerObjection>(),
        new EquatableArrayConverter<SettingFact>(),
        new EquatableArrayConverter<SlotFact>(),
        new EquatableArrayConverter<StandbyFact>(),
        new EquatableArrayConverter<TimelineAncestry>(),
        new EquatableArrayConverter<TimelineFork>(),
        new EquatableArrayConverter<string>(),
        new LsnConverter(),
    ];
}
