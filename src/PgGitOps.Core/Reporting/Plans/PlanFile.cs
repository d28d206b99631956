using System.Text.Json;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Reporting.Text;

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
            if (JsonKeys.Twice(bytes.Span) is { } twice)
                return new Broken($"not a whole plan file: {twice}");
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (
                root.ValueKind != JsonValueKind.Object
                || JsonSerializer.Deserialize(bytes.Span, PlanTypes.Lines.PlanHeader)?.Format != PlanJson.Format
            )
                return new Broken($"not a plan file of format {PlanJson.Format}");
            var contract = JsonSerializer.Deserialize(bytes.Span, PlanTypes.Lines.PlanContract)!;
            if (contract.Checksum is null)
                return new Broken("not a whole plan file: it has no checksum");
            var plan = contract.ToPlan();
            // Over what the plan says, not over what the file spells: another spelling of one value is a change as well.
            if (contract.Checksum != PlanJson.Checksum(PlanContract.Of(plan)))
                return new Broken("it was changed after it was written");
            // What was added to it stands in no checksum.
            using var written = JsonDocument.Parse(PlanJson.Write(plan));
            return JsonElement.DeepEquals(root, written.RootElement)
                ? new Sealed(plan)
                : new Broken("it was changed after it was written: it holds what no plan file holds");
        }
        catch (JsonException e)
        {
            return new Broken($"not a whole plan file: {JsonProblem.Text(e)}");
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            return new Broken($"not a whole plan file: {e.Message}");
        }
    }
}
