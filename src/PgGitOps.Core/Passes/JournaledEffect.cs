using System.Security.Cryptography;
using System.Text;
using PgGitOps.Core.Planning;

namespace PgGitOps.Core.Passes;

/// <summary>A value that a step brings about, as a journal keeps it.</summary>
/// <param name="Object">Path of the object, such as <c>role/app</c>.</param>
/// <param name="Value">Canonical value, or its digest where it is long; null for absent.</param>
public sealed record JournaledEffect(string Object, string Field, string? Value)
{
    private const int PlainMax = 120;

    public static JournaledEffect Of(FacetState effect) =>
        new(effect.Key.Object.ToString(), effect.Key.Field.ToString(), Written(effect.Value?.Canonical));

    public static string? Written(string? canonical) =>
        canonical is { Length: > PlainMax }
            ? "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))
            : canonical;
}
