using System.Security.Cryptography;
using System.Text.Json;
using PgGitOps.Core.Planning;

namespace PgGitOps.Core.Reporting.Plans;

/// <summary>A plan as a file: the machine-readable report, and what apply takes back. Equal plans give equal bytes.</summary>
/// <remarks>Shape: <see cref="PlanContract"/>, schemas/reports/plan.schema.json.</remarks>
public static class PlanJson
{
    public const string Format = "pggitops.dev/plan/v1";

    /// <summary>UTF-8, ends with a line break.</summary>
    public static ReadOnlyMemory<byte> Write(Plan plan)
    {
        var contract = PlanContract.Of(plan);
        return Bytes(contract with { Checksum = Checksum(contract) });
    }

    /// <summary>One step as it stands in a plan file: equal steps give equal bytes.</summary>
    public static byte[] Bytes(Step step) =>
        JsonSerializer.SerializeToUtf8Bytes(StepContract.Of(step), PlanTypes.Lines.StepContract);

    /// <summary>Over everything else in the file: a file edited by hand is not the plan that was reviewed.</summary>
    internal static string Checksum(PlanContract contract) =>
        Convert.ToHexStringLower(SHA256.HashData(Bytes(contract with { Checksum = null }).Span));

    private static ReadOnlyMemory<byte> Bytes(PlanContract contract) =>
        (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(contract, PlanTypes.Lines.PlanContract), (byte)'\n'];
}
