using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Git.Reading;

/// <summary>Carries a refusal from the depth of a read to <see cref="GitSource"/>, which turns it into an outcome. It never leaves this folder.</summary>
internal sealed class RefusedException(SourceRefusal refusal) : Exception(refusal.Message)
{
    public RefusedException(SourceRefusalKind kind, string message, string? hint = null)
        : this(new SourceRefusal(kind, message, hint)) { }

    public SourceRefusal Refusal { get; } = refusal;
}
