using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using PgGitOps.Core.Facets;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Text;
using PgGitOps.Core.Sources;

namespace PgGitOps.Core.Reporting.Plans;

/// <summary>A plan as a file: the machine-readable report, and what apply takes back. Equal plans give equal bytes.</summary>
/// <remarks>Shape: schemas/reports/plan.schema.json.</remarks>
public static class PlanJson
{
    public const string Format = "pggitops.dev/plan/v1";

    /// <summary>UTF-8, ends with a line break.</summary>
    public static ReadOnlyMemory<byte> Write(Plan plan) => Write(plan, Checksum(plan));

    /// <summary>One step as it stands in a plan file: equal steps give equal bytes.</summary>
    public static byte[] Bytes(Step step)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, JsonOutput.Options))
            Write(json, step);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Over everything else in the file: a file edited by hand is not the plan that was reviewed.</summary>
    internal static string Checksum(Plan plan) => Convert.ToHexStringLower(SHA256.HashData(Write(plan, null).Span));

    private static ReadOnlyMemory<byte> Write(Plan plan, string? checksum)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer, JsonOutput.Options))
        {
            json.WriteStartObject();
            json.WriteString("format", Format);
            json.WriteString("id", plan.Id);
            json.WriteString("commit", plan.Commit);
            json.WriteString("createdAt", Moment(plan.CreatedAt));
            json.WriteStartArray("clusters");
            foreach (var cluster in plan.Clusters)
                Write(json, cluster);
            json.WriteEndArray();
            if (checksum is not null)
                json.WriteString("checksum", checksum);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    internal static string Moment(DateTimeOffset at) =>
        at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static void Write(Utf8JsonWriter json, ClusterPlan plan)
    {
        json.WriteStartObject();
        json.WriteString("cluster", plan.Cluster);
        json.WriteString("mode", JsonOutput.Camel(plan.Mode.ToString()));
        json.WriteStartArray("steps");
        foreach (var step in plan.Steps)
            Write(json, step);
        json.WriteEndArray();
        json.WriteStartArray("changes");
        foreach (var change in plan.Changes)
            Write(json, change);
        json.WriteEndArray();
        json.WriteStartArray("refusals");
        foreach (var refusal in plan.Refusals)
        {
            json.WriteStartObject();
            json.WriteString("rule", refusal.RuleId);
            json.WriteString("message", refusal.Message);
            json.WriteString("hint", refusal.Hint);
            Write(json, "because", refusal.Because);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Write(json, "unknowns", plan.Unknowns);
        // A plan file of an earlier version, written again, has to be the same bytes.
        if (plan.NotManaged.Count > 0)
            NotManagedText.Write(json, plan.NotManaged);
        json.WriteStartArray("reads");
        foreach (var read in plan.Reads)
        {
            json.WriteStartObject();
            Write(json, read.Key);
            json.WriteString("canonical", read.Canonical);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Step step)
    {
        json.WriteStartObject();
        json.WriteString("id", step.Id);
        json.WriteString("title", step.Title);
        Write(json, step.Action);
        Write(json, "preconditions", step.Preconditions);
        Write(json, "effects", step.Effects);
        json.WriteStartArray("hazards");
        foreach (var hazard in step.Hazards)
        {
            json.WriteStartObject();
            json.WriteString("kind", JsonOutput.Camel(hazard.Kind.ToString()));
            json.WriteString("text", hazard.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("timeoutSeconds", (long)step.Timeout.TotalSeconds);
        json.WriteStartArray("dependsOn");
        foreach (var dependency in step.DependsOn)
        {
            json.WriteStartObject();
            json.WriteString("on", dependency.On);
            json.WriteString("reason", dependency.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        Write(json, "because", step.Because);
        Write(json, "creates", step.Creates.Select(c => c.ToString()));
        Write(json, "removes", step.Removes.Select(r => r.ToString()));
        json.WriteString("window", step.Window);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, StepAction action)
    {
        json.WriteStartObject("action");
        action.Match(
            a => Action("initialisePrimary", a.Member),
            a =>
            {
                Action("cloneStandby", a.Member);
                json.WriteString("source", a.Source);
                json.WriteString("slot", a.Slot);
                return true;
            },
            a => Action("startServer", a.Member),
            a => Action("restartServer", a.Member),
            a =>
            {
                Action("executeSql", a.Member);
                json.WriteString("database", a.Database);
                Write(json, "statements", a.Statements);
                json.WriteBoolean("inTransaction", a.InTransaction);
                return true;
            },
            a =>
            {
                Action("setPassword", a.Member);
                json.WriteString("role", a.Role);
                return Reference(a.Secret);
            },
            a =>
            {
                Action("writePasswordFile", a.Member);
                json.WriteString("user", a.User);
                json.WriteBoolean("inUse", a.InUse);
                return Reference(a.Secret);
            },
            a =>
            {
                Action("writeAccessList", a.Member);
                Write(json, "lines", a.Lines);
                return true;
            }
        );
        json.WriteEndObject();

        bool Reference(Desired.SecretReference secret)
        {
            json.WriteStartObject("secret");
            secret.Match(e => Secret("environment", e.Variable), f => Secret("file", f.Path));
            Write(json, "at", secret.At);
            json.WriteEndObject();
            return true;
        }

        bool Action(string kind, string member)
        {
            json.WriteString("kind", kind);
            json.WriteString("member", member);
            return true;
        }

        bool Secret(string kind, string name)
        {
            json.WriteString("kind", kind);
            json.WriteString("name", name);
            return true;
        }
    }

    private static void Write(Utf8JsonWriter json, Change change)
    {
        json.WriteStartObject();
        Write(json, change.Key);
        Write(json, "live", change.Live);
        Write(json, "desired", change.Desired);
        json.WriteString("applied", change.Applied);
        json.WriteString("cause", JsonOutput.Camel(change.Cause.ToString()));
        json.WriteString("treatment", JsonOutput.Camel(change.Treatment.ToString()));
        json.WriteString("notActedOn", change.NotActedOn);
        json.WriteString("danger", change.Danger);
        Write(json, "because", change.Because);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, EquatableArray<FacetState> states)
    {
        json.WriteStartArray(name);
        foreach (var state in states)
        {
            json.WriteStartObject();
            Write(json, state.Key);
            Write(json, "value", state.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, FacetKey key)
    {
        json.WriteString("cluster", key.Cluster);
        json.WriteString("object", key.Object.ToString());
        json.WriteString("field", key.Field.ToString());
    }

    private static void Write(Utf8JsonWriter json, string name, FacetValue? value)
    {
        if (value is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteString("canonical", value.Canonical);
        json.WriteString("display", value.Display);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    internal static void Write(Utf8JsonWriter json, string name, SourceSpan? span)
    {
        if (span is not { } at)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteString("path", at.Path);
        json.WriteNumber("line", at.Line);
        json.WriteNumber("column", at.Column);
        json.WriteNumber("endColumn", at.EndColumn);
        json.WriteEndObject();
    }
}
