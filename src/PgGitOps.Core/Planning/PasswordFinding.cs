using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;

namespace PgGitOps.Core.Planning;

/// <summary>How a declared password compares with what the server stores. Closed.</summary>
public abstract record PasswordFinding
{
    private PasswordFinding() { }

    /// <summary>The stored SCRAM verifier was made from the declared password.</summary>
    public sealed record Matches : PasswordFinding;

    /// <summary>It was made from another one, or is not a SCRAM verifier.</summary>
    public sealed record Differs : PasswordFinding;

    /// <param name="Reason">Why it cannot be told, such as the secret that is missing; never the secret.</param>
    public sealed record Unknown(string Reason) : PasswordFinding;
}

/// <summary>Compares a secret with a stored verifier.</summary>
/// <param name="stored">Null where the role has no password yet: the answer is then Differs, or Unknown when the secret cannot be found.</param>
public delegate PasswordFinding PasswordCheck(SecretReference secret, PasswordVerifier? stored);
