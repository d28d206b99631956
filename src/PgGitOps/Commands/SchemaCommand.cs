using System.CommandLine;
using System.Text;
using PgGitOps.Core.Desired;

namespace PgGitOps.Commands;

/// <summary>The JSON Schemas the documents are checked against, as this version carries them.</summary>
internal static class SchemaCommand
{
    private const string Prefix = "schemas/";
    private const string Suffix = ".schema.json";

    private static readonly Argument<string?> Kind = new("KIND")
    {
        Description = "Cluster, Environment, RecoveryPolicy, …; without it the kinds are listed",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { _ => Names().Select(n => new System.CommandLine.Completions.CompletionItem(n)) },
    };

    public static CommandDefinition Define() => new(new Command("schema", "Print the JSON Schema of a document kind") { Kind }, Run);

    private static Task<ExitCode> Run(Invocation invocation)
    {
        if (invocation.Parsed.GetValue(Kind) is not { } kind)
        {
            invocation.WriteOut(string.Join('\n', Names()));
            return Task.FromResult(ExitCode.Done);
        }
        var name = Names().FirstOrDefault(n => string.Equals(Plain(n), Plain(kind), StringComparison.Ordinal))
            ?? throw new UsageException($"there is no document kind '{kind}'", $"kinds are {string.Join(", ", Names())}");
        using var stream = typeof(ValidFleet).Assembly.GetManifestResourceStream(Prefix + name + Suffix)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        invocation.WriteOut(reader.ReadToEnd());
        return Task.FromResult(ExitCode.Done);
    }

    /// <summary>RecoveryPolicy, recovery-policy and recoverypolicy are the same kind.</summary>
    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static IEnumerable<string> Names() =>
        typeof(ValidFleet).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && n.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(n => n[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal);
}
