using System.Globalization;
using System.Text.Json;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Ownership;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Planning.Kinds;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Plans;

/// <summary>What a plan file turned out to be. Closed: <see cref="Sealed"/>, <see cref="Broken"/>.</summary>
public abstract record PlanFile
{
    private PlanFile() { }

    /// <summary>The plan exactly as it was written.</summary>
    public sealed record Sealed(Plan Plan) : PlanFile;

    /// <summary>Not a plan file, of another version, or changed since it was written.</summary>
    public sealed record Broken(string Reason) : PlanFile;

    public static PlanFile Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            // Of two members of one name a reader takes one and a reviewer sees the other.
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var root = document.RootElement;
            if (
                root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("format", out var format)
                || format.GetString() != PlanJson.Format
            )
                return new Broken($"not a plan file of format {PlanJson.Format}");
            var plan = new Plan(
                Text(root, "id"),
                Text(root, "commit"),
                DateTimeOffset.Parse(Text(root, "createdAt"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                List(root, "clusters", Cluster)
            );
            if (Text(root, "checksum") != PlanJson.Checksum(plan))
                return new Broken("it was changed after it was written");
            // What was added to it stands in no checksum.
            using var written = JsonDocument.Parse(PlanJson.Write(plan));
            return JsonElement.DeepEquals(root, written.RootElement)
                ? new Sealed(plan)
                : new Broken("it was changed after it was written: it holds what no plan file holds");
        }
        catch (Exception e)
            when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or ArgumentException)
        {
            return new Broken($"not a whole plan file: {e.Message}");
        }
    }

    private static ClusterPlan Cluster(JsonElement e) =>
        new()
        {
            Cluster = Text(e, "cluster"),
            Mode = Word<ReconcileMode>(e, "mode"),
            Steps = List(e, "steps", s => ReadStep(s, Text(e, "cluster"))),
            Changes = List(e, "changes", ReadChange),
            Refusals = List(
                e,
                "refusals",
                r => new Refusal(Text(r, "rule"), Text(r, "message"), MaybeText(r, "hint"), Span(r, "because"))
            ),
            Unknowns = Texts(e, "unknowns"),
            // It is written only where there is something: plan files of earlier versions do not know it.
            NotManaged = e.TryGetProperty("notManaged", out _)
                ? List(e, "notManaged", p => new NotManaged(Text(p, "what"), Word<Owner>(p, "owner"), Span(p, "because")!.Value))
                : [],
            Reads = List(e, "reads", r => new LiveRead(Key(r), MaybeText(r, "canonical"))),
        };

    private static Step ReadStep(JsonElement e, string cluster) =>
        new()
        {
            Id = Text(e, "id"),
            Cluster = cluster,
            Title = Text(e, "title"),
            Action = Action(e.GetProperty("action")),
            Preconditions = List(e, "preconditions", State),
            Effects = List(e, "effects", State),
            Hazards = List(e, "hazards", h => new Hazard(Word<HazardKind>(h, "kind"), Text(h, "text"))),
            Timeout = TimeSpan.FromSeconds(e.GetProperty("timeoutSeconds").GetInt64()),
            DependsOn = List(e, "dependsOn", d => new StepDependency(Text(d, "on"), Text(d, "reason"))),
            Because = Span(e, "because"),
            Creates = Texts(e, "creates").Select(ObjectText.Parse).ToEquatableArray(),
            Removes = Texts(e, "removes").Select(ObjectText.Parse).ToEquatableArray(),
            Window = MaybeText(e, "window"),
        };

    private static StepAction Action(JsonElement e)
    {
        var member = Text(e, "member");
        return Text(e, "kind") switch
        {
            "initialisePrimary" => new StepAction.InitialisePrimary(member),
            "cloneStandby" => new StepAction.CloneStandby(member, Text(e, "source"), Text(e, "slot")),
            "startServer" => new StepAction.StartServer(member),
            "restartServer" => new StepAction.RestartServer(member),
            "executeSql" => new StepAction.ExecuteSql(
                member,
                Text(e, "database"),
                Texts(e, "statements"),
                e.GetProperty("inTransaction").GetBoolean()
            ),
            "setPassword" => new StepAction.SetPassword(member, Text(e, "role"), Secret(e.GetProperty("secret"))),
            "writePasswordFile" => new StepAction.WritePasswordFile(
                member,
                Text(e, "user"),
                Secret(e.GetProperty("secret")),
                e.GetProperty("inUse").GetBoolean()
            ),
            "writeAccessList" => new StepAction.WriteAccessList(member, Texts(e, "lines")),
            var other => throw new FormatException($"no step action is called '{other}'"),
        };
    }

    private static SecretReference Secret(JsonElement e)
    {
        var at = Span(e, "at")!.Value;
        return Text(e, "kind") == "file"
            ? new SecretReference.FromFile(Text(e, "name"), at)
            : new SecretReference.FromEnvironment(Text(e, "name"), at);
    }

    private static Change ReadChange(JsonElement e) =>
        new(
            Key(e),
            Value(e, "live"),
            Value(e, "desired"),
            MaybeText(e, "applied"),
            Word<ChangeCause>(e, "cause"),
            Word<FieldTreatment>(e, "treatment"),
            Span(e, "because")
        )
        {
            NotActedOn = MaybeText(e, "notActedOn"),
            Danger = MaybeText(e, "danger"),
        };

    private static FacetState State(JsonElement e) => new(Key(e), Value(e, "value"));

    private static FacetKey Key(JsonElement e) =>
        new(Text(e, "cluster"), ObjectText.Parse(Text(e, "object")), Field.Parse(Text(e, "field")));

    private static FacetValue? Value(JsonElement e, string name) =>
        e.GetProperty(name) is { ValueKind: JsonValueKind.Object } v
            ? FacetValue.Shown(Text(v, "canonical"), Text(v, "display"))
            : null;

    private static SourceSpan? Span(JsonElement e, string name) =>
        e.GetProperty(name) is { ValueKind: JsonValueKind.Object } s
            ? new SourceSpan(
                Text(s, "path"),
                s.GetProperty("line").GetInt32(),
                s.GetProperty("column").GetInt32(),
                s.GetProperty("endColumn").GetInt32()
            )
            : null;

    private static EquatableArray<T> List<T>(JsonElement e, string name, Func<JsonElement, T> read) =>
        e.GetProperty(name).EnumerateArray().Select(read).ToEquatableArray();

    private static EquatableArray<string> Texts(JsonElement e, string name) =>
        List(e, name, t => t.GetString() ?? throw new FormatException($"{name} holds null"));

    private static string Text(JsonElement e, string name) =>
        e.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null");

    private static string? MaybeText(JsonElement e, string name) => e.GetProperty(name).GetString();

    private static T Word<T>(JsonElement e, string name)
        where T : struct, Enum => Enum.Parse<T>(Text(e, name), ignoreCase: true);
}
