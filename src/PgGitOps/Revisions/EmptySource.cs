using PgGitOps.Cli;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Sources;

namespace PgGitOps.Revisions;

/// <summary>A revision without a single document declares nothing, which is never what was meant to be looked at.</summary>
internal static class EmptySource
{
    public static bool Is(SourceTree tree) => !tree.Files.Any(f => FleetReader.IsDocument(f.Path));

    public static ExitCode Report(Invocation invocation, SourceTree tree)
    {
        invocation.WriteError($"pggitops: commit {Short(tree.Revision.CommitId)} holds no documents");
        invocation.WriteError(
            "  hint: documents are .yaml files below policies/ and environments/; was a directory lost, or is it another repository or --ref that is meant?"
        );
        return ExitCode.Error;
    }

    private static string Short(string id) => id[..Math.Min(10, id.Length)];
}
