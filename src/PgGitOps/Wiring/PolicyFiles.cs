using PgGitOps.Cli;
using PgGitOps.Cli.Output;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.Revisions;

namespace PgGitOps.Wiring;

/// <summary>The policy files a command looks at without touching a cluster: a directory as it lies there, or a commit with --ref.</summary>
internal static class PolicyFiles
{
    public static ExitCode Use(Invocation invocation, string? path, Func<SourceTree, EquatableArray<Diagnostic>, ExitCode> use)
    {
        if (DirectoryOf(invocation, path) is { } directory)
        {
            var (files, notes) = WorkTree.Read(directory, invocation.Time.GetUtcNow());
            return use(files, notes);
        }
        if (path is not null && invocation.Reference is not null)
            throw new UsageException(
                "PATH is files as they lie in a directory, --ref is a commit: give one of them",
                "a commit of another repository: --repo PATH --ref REF"
            );
        var outcome = invocation.Source.Read(
            new SourceRequest { Reference = invocation.Reference ?? "HEAD" },
            invocation.Stopping
        );
        return outcome.Match(
            // Where the documents were refused with their folder, what refused it is to be read, not that there are none.
            read =>
                EmptySource.Is(read.Tree) && read.Diagnostics.All(d => d.Severity != Severity.Error)
                    ? EmptySource.Report(invocation, read.Tree)
                    : use(read.Tree, read.Diagnostics),
            _ => throw new InvalidOperationException("nothing was known, so nothing can be unchanged"),
            refused => RevisionFailure.Report(invocation, refused.Refusal)
        );
    }

    /// <summary>The directory whose files are meant as they lie there; null where a commit is meant.</summary>
    public static string? DirectoryOf(Invocation invocation, string? path)
    {
        var directory = path ?? (Directory.Exists(invocation.Repository) ? invocation.Repository : null);
        return invocation.Reference is null && directory is not null && HoldsWorkTree(directory, path is not null)
            ? directory
            : null;
    }

    /// <summary>A bare repository has no files to look at: then its HEAD is meant.</summary>
    private static bool HoldsWorkTree(string directory, bool asked) =>
        asked
        || Directory.Exists(Path.Combine(directory, "policies"))
        || Directory.Exists(Path.Combine(directory, "environments"));
}
