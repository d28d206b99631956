using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Plans;

/// <summary>A plan file: the one type that it is written from and read into. Members stand in the order in which they are written.</summary>
/// <remarks>What is to be in a plan file is added here, and is then written and read. Shape: schemas/reports/plan.schema.json.</remarks>
internal sealed record PlanContract
{
    public required string Format { get; init; }
    public required string Id { get; init; }
    public required string Commit { get; init; }

    [JsonConverter(typeof(MomentConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    public required IReadOnlyList<ClusterContract> Clusters { get; init; }

    /// <summary>Over everything else in the file. Null while it is worked out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Checksum { get; init; }

    public static PlanContract Of(Plan plan) =>
        new()
        {
            Format = PlanJson.Format,
            Id = plan.Id,
            Commit = plan.Commit,
            CreatedAt = plan.CreatedAt,
            Clusters = [.. plan.Clusters.Select(ClusterContract.Of)],
        };

    public Plan ToPlan() => new(Id, Commit, CreatedAt, Clusters.Each(c => c.ToCluster()));
}

/// <summary>What tells a plan file of this version from everything else.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record PlanHeader
{
    public string? Format { get; init; }
}

internal sealed record ClusterContract
{
    public required string Cluster { get; init; }
    public required ReconcileMode Mode { get; init; }
    public required IReadOnlyList<StepContract> Steps { get; init; }
    public required IReadOnlyList<ChangeContract> Changes { get; init; }
    public required IReadOnlyList<RefusalContract> Refusals { get; init; }
    public required IReadOnlyList<string> Unknowns { get; init; }

    /// <summary>Null where there is none: a plan file of an earlier version, written again, has to be the same bytes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<NotManagedContract>? NotManaged { get; init; }

    public required IReadOnlyList<ReadContract> Reads { get; init; }

    public static ClusterContract Of(ClusterPlan plan) =>
        new()
        {
            Cluster = plan.Cluster,
            Mode = plan.Mode,
            Steps = [.. plan.Steps.Select(StepContract.Of)],
            Changes = [.. plan.Changes.Select(ChangeContract.Of)],
            Refusals =
            [
                .. plan.Refusals.Select(r => new RefusalContract(r.RuleId, r.Message, r.Hint, PlaceContract.Of(r.Because))),
            ],
            Unknowns = plan.Unknowns,
            NotManaged =
                plan.NotManaged.Count == 0
                    ? null
                    : [.. plan.NotManaged.Select(p => new NotManagedContract(p.What, p.Owner, PlaceContract.Of(p.At)))],
            Reads =
            [
                .. plan.Reads.Select(r => new ReadContract(
                    r.Key.Cluster,
                    r.Key.Object.ToString(),
                    r.Key.Field.ToString(),
                    r.Canonical
                )),
            ],
        };

    public ClusterPlan ToCluster() =>
        new()
        {
            Cluster = Cluster,
            Mode = Mode,
            Steps = Steps.Each(s => s.ToStep(Cluster)),
            Changes = Changes.Each(c => c.ToChange()),
            Refusals = Refusals.Each(r => new Refusal(r.Rule, r.Message, r.Hint, r.Because?.ToSpan())),
            Unknowns = Unknowns.Each(u => u),
            NotManaged = NotManaged?.Each(p => new NotManaged(p.What, p.Owner, p.Because.ToSpan())) ?? [],
            Reads = Reads.Each(r => new LiveRead(ContractText.Key(r.Cluster, r.Object, r.Field), r.Canonical)),
        };
}

internal sealed record RefusalContract(string Rule, string Message, string? Hint, PlaceContract? Because);

internal sealed record NotManagedContract(string What, Owner Owner, PlaceContract Because);

internal sealed record ReadContract(string Cluster, string Object, string Field, string? Canonical);

internal sealed record ChangeContract
{
    public required string Cluster { get; init; }
    public required string Object { get; init; }
    public required string Field { get; init; }
    public required ValueContract? Live { get; init; }
    public required ValueContract? Desired { get; init; }
    public required string? Applied { get; init; }
    public required ChangeCause Cause { get; init; }
    public required FieldTreatment Treatment { get; init; }
    public required string? NotActedOn { get; init; }
    public required string? Danger { get; init; }
    public required PlaceContract? Because { get; init; }

    public static ChangeContract Of(Change change) =>
        new()
        {
            Cluster = change.Key.Cluster,
            Object = change.Key.Object.ToString(),
            Field = change.Key.Field.ToString(),
            Live = ValueContract.Of(change.Live),
            Desired = ValueContract.Of(change.Desired),
            Applied = change.Applied,
            Cause = change.Cause,
            Treatment = change.Treatment,
            NotActedOn = change.NotActedOn,
            Danger = change.Danger,
            Because = PlaceContract.Of(change.Because),
        };

    public Change ToChange() =>
        new(
            ContractText.Key(Cluster, Object, Field),
            Live?.ToValue(),
            Desired?.ToValue(),
            Applied,
            Cause,
            Treatment,
            Because?.ToSpan()
        )
        {
            NotActedOn = NotActedOn,
            Danger = Danger,
        };
}

/// <summary>A facet and its value; null for absent.</summary>
internal sealed record StateContract(string Cluster, string Object, string Field, ValueContract? Value)
{
    public static StateContract Of(FacetState state) =>
        new(state.Key.Cluster, state.Key.Object.ToString(), state.Key.Field.ToString(), ValueContract.Of(state.Value));

    public FacetState ToState() => new(ContractText.Key(Cluster, Object, Field), Value?.ToValue());
}

/// <summary>What is compared and what is shown; what is executed stands in the statements of steps.</summary>
internal sealed record ValueContract(string Canonical, string Display)
{
    public static ValueContract? Of(FacetValue? value) => value is null ? null : new(value.Canonical, value.Display);

    public FacetValue ToValue() => FacetValue.Shown(Canonical, Display);
}

internal sealed record PlaceContract(string Path, int Line, int Column, int EndColumn)
{
    public static PlaceContract Of(SourceSpan span) => new(span.Path, span.Line, span.Column, span.EndColumn);

    public static PlaceContract? Of(SourceSpan? span) => span is { } at ? Of(at) : null;

    public SourceSpan ToSpan() => new(Path, Line, Column, EndColumn);
}

/// <summary>What is text in a plan file and more than text in a plan.</summary>
internal static class ContractText
{
    public static FacetKey Key(string cluster, string path, string field) =>
        new(cluster, Planning.Kinds.ObjectText.Parse(path), Facets.Field.Parse(field));

    /// <exception cref="FormatException">An item is null, which the serializer lets through in lists.</exception>
    public static EquatableArray<TOut> Each<TIn, TOut>(this IReadOnlyList<TIn> items, Func<TIn, TOut> read)
        where TIn : class =>
        items.Select((item, i) => read(item ?? throw new FormatException($"item {i} of a list is null"))).ToEquatableArray();
}

/// <summary>How each type of a plan file is written and read, worked out when the program is built.</summary>
[JsonSerializable(typeof(PlanHeader))]
[JsonSerializable(typeof(PlanContract))]
internal sealed partial class PlanTypes : JsonSerializerContext
{
    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = JsonOutput.Options.NewLine,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        // Tools that format JSON may order members anew.
        AllowOutOfOrderMetadataProperties = true,
        Converters =
        {
            Words<ReconcileMode>(),
            Words<ChangeCause>(),
            Words<FieldTreatment>(),
            Words<HazardKind>(),
            Words<Owner>(),
            Words<SecretPlace>(),
        },
    };

    public static PlanTypes Lines { get; } = new(Strict);

    private static JsonStringEnumConverter<T> Words<T>()
        where T : struct, Enum => new(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
}
