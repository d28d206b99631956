using System.Text.Json;
using PgGitOps.Core.Proofs;
using PgGitOps.Core.Proofs.Commit;
using PgGitOps.Core.Proofs.Faults;
using PgGitOps.Core.Proofs.Paths;
using PgGitOps.Core.Proofs.Verdicts;
using PgGitOps.Core.Reporting.Text;

namespace PgGitOps.Core.Reporting.Proofs;

/// <summary>A proof for programs: <c>schemas/reports/prove.schema.json</c>. The same proof gives the same bytes.</summary>
public static class ProveJson
{
    public static string Of(FleetProof proof)
    {
        return JsonOutput.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("report", "pggitops.dev/prove/v1");
            json.WriteNumber("depth", proof.Depth);
            json.WriteString("verdict", Name(proof.Verdict));
            json.WriteStartArray("contexts");
            foreach (var context in proof.Contexts)
                Write(json, context);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, ContextProof context)
    {
        json.WriteStartObject();
        json.WriteString("context", context.Name);
        json.WriteString("cluster", context.Policy.Cluster.Value);
        json.WriteString("verdict", Name(context.Verdict));
        json.WriteStartArray("scenarios");
        foreach (var cell in context.Scenarios)
            Write(json, cell);
        json.WriteEndArray();
        Write(json, "assumptions", context.Assumptions);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ScenarioProof cell)
    {
        json.WriteStartObject();
        json.WriteString("scenario", cell.Scenario.Id());
        json.WriteString("verdict", Name(cell.Verdict));
        json.WriteString("when", cell.When);
        json.WriteNumber("instances", cell.Instances);
        json.WriteNumber("failing", cell.Failing);
        json.WriteStartObject("claim");
        json.WriteString("scope", JsonOutput.Camel($"{cell.Claim.Scope}"));
        WriteSeconds(json, "lossSecondsMax", cell.Claim.LossLimit);
        WriteSeconds(json, "outageSecondsMax", cell.Claim.OutageLimit);
        json.WriteEndObject();
        Write(json, "guaranteedLoss", cell.Guaranteed);
        Write(json, "nominalLoss", cell.Nominal);
        json.WriteString("lossVerdict", Name(cell.LossVerdict));
        Write(json, "outage", cell.Outage);
        json.WriteString("outageVerdict", Name(cell.OutageVerdict));
        Write(json, "path", cell.Path);
        Write(json, "losesLeast", cell.LosesLeast);
        Write(json, "backFirst", cell.BackFirst);
        if (cell.Counterexample is { } counterexample)
        {
            json.WriteStartObject("counterexample");
            json.WriteString("text", counterexample.Text);
            json.WriteString("primary", counterexample.Primary);
            Write(json, "acknowledgers", counterexample.Acknowledgers);
            Write(json, "lost", counterexample.Lost);
            Write(json, "steps", counterexample.Steps);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("counterexample");
        }
        json.WriteEndObject();
    }

    internal static void Write(Utf8JsonWriter json, string name, RecoveryPath? path)
    {
        if (path is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteString("kind", JsonOutput.Camel($"{path.Kind}"));
        json.WriteString("description", path.Description);
        json.WriteBoolean("automatic", path.Automatic);
        Write(json, "loss", path.Guaranteed);
        Write(json, "outage", path.Outage);
        json.WriteEndObject();
    }

    internal static void Write(Utf8JsonWriter json, string name, Loss loss)
    {
        json.WriteStartObject(name);
        json.WriteString("kind", JsonOutput.Camel($"{loss.Kind}"));
        WriteSeconds(json, "seconds", loss.Duration);
        if (loss.Bytes is { } bytes)
            json.WriteNumber("bytes", bytes.Bytes);
        else
            json.WriteNull("bytes");
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Outage outage)
    {
        json.WriteStartObject(name);
        WriteSeconds(json, "seconds", outage.Total);
        if (outage.Endless is { } endless)
            json.WriteString("until", endless);
        else
            json.WriteNull("until");
        json.WriteString("evidence", JsonOutput.Camel($"{outage.Class}"));
        json.WriteStartArray("terms");
        foreach (var term in outage.Terms)
        {
            json.WriteStartObject();
            json.WriteString("name", term.Name);
            WriteSeconds(json, "seconds", term.Duration);
            json.WriteString("evidence", JsonOutput.Camel($"{term.Class}"));
            json.WriteBoolean("byDefault", term.ByDefault);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan? value)
    {
        if (value is { } v)
            json.WriteNumber(name, Math.Round(v.TotalSeconds, 3));
        else
            json.WriteNull(name);
    }

    private static string Name(Verdict verdict) => JsonOutput.Camel($"{verdict}");
}
