using System.CommandLine;
using System.Text;
using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Cli.Settings;
using PgGitOps.Core.Desired;
using PgGitOps.Wiring;

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

    public static CommandDefinition Define() =>
        new(
            SourceSettings.AddTo(
                new Command("schema", "Print the JSON Schema of a document kind, the repository's own included") { Kind }
            ),
            Run
        );

    private static Task<ExitCode> Run(Invocation invocation)
    {
        var own = OwnKindsOf(invocation);
        if (invocation.Parsed.GetValue(Kind) is not { } kind)
        {
            invocation.WriteOut(string.Join('\n', Names().Concat(own.Select(k => k.Name))));
            return Task.FromResult(ExitCode.Done);
        }
        if (own.FirstOrDefault(k => k.Name == kind) is { } declared)
        {
            invocation.WriteOut(Encoding.UTF8.GetString(declared.File.Content.Span));
            return Task.FromResult(ExitCode.Done);
        }
        var name =
            Names().FirstOrDefault(n => string.Equals(Plain(n), Plain(kind), StringComparison.Ordinal))
            ?? throw new UsageException(
                $"there is no document kind '{kind}'",
                $"kinds are {string.Join(", ", Names().Concat(own.Select(k => k.Name)))}"
            );
        using var stream = typeof(ValidFleet).Assembly.GetManifestResourceStream(Prefix + name + Suffix)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        invocation.WriteOut(reader.ReadToEnd());
        return Task.FromResult(ExitCode.Done);
    }

    // Here, or wherever --repo says; a place without a policy repository has no kinds of its own.
    private static IReadOnlyList<DeclaredKind> OwnKindsOf(Invocation invocation)
    {
        IReadOnlyList<DeclaredKind> own = [];
        var asked = invocation.Reference is not null || GlobalSettings.Repository.Read(invocation.Parsed) is not null;
        if (!asked && !Directory.Exists(Path.Combine(invocation.Repository, "schemas", "kinds")))
            return own;
        PolicyFiles.Use(
            invocation,
            null,
            (tree, notes) =>
            {
                (own, var findings) = DeclaredKind.Of(tree);
                DiagnosticOutput.WriteError(invocation, tree, notes.Concat(findings));
                return ExitCode.Done;
            }
        );
        return own;
    }

    /// <summary>RecoveryPolicy, recovery-policy and recoverypolicy are the same kind.</summary>
    private static string Plain(string name) => name.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static IEnumerable<string> Names() =>
        typeof(ValidFleet)
            .Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal) && n.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(n => n[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal);
}
