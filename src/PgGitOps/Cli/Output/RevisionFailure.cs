using PgGitOps.Core.Ports;

namespace PgGitOps.Cli.Output;

/// <summary>A revision that could not be read, as the end of a run.</summary>
internal static class RevisionFailure
{
    public static ExitCode Report(Invocation invocation, SourceRefusal refusal)
    {
        invocation.WriteError($"pggitops: {refusal.Message}");
        if (refusal.Hint is not null)
            invocation.WriteError($"  hint: {refusal.Hint}");
        return ExitOf(refusal.Kind);
    }

    /// <summary>A commit that may not be trusted was rejected; everything else could not be read.</summary>
    public static ExitCode ExitOf(SourceRefusalKind kind) =>
        kind switch
        {
            SourceRefusalKind.SignatureMissing or SourceRefusalKind.SignatureUntrusted or SourceRefusalKind.HistoryRewritten =>
                ExitCode.Rejected,
            _ => ExitCode.Error,
        };
}
