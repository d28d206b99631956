using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Reporting.Snapshots;

namespace PgGitOps.Reconciling;

/// <summary>Compares declared passwords with stored verifiers, and remembers the answers: each costs thousands of hash rounds.</summary>
internal sealed class PasswordFindings(ISecretStore secrets)
{
    // Keyed with a key that lives as long as the process, so that no plain hash of a password lies in memory for long.
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, bool> answers = new(StringComparer.Ordinal);

    /// <summary>More roles than any fleet has; past it, all is forgotten and asked anew.</summary>
    private const int AnswersMax = 100_000;

    public PasswordFinding Check(SecretReference secret, PgGitOps.Core.Observed.PasswordVerifier? stored)
    {
        switch (secrets.Find(secret))
        {
            case SecretLookup.Missing missing:
                return new PasswordFinding.Unknown(missing.Reason);
            case SecretLookup.Found when stored is not null && SnapshotJson.IsDigest(stored):
                return new PasswordFinding.Unknown("a snapshot file holds no verifier to compare with");
            case SecretLookup.Found found when stored is not null:
                var known = Convert.ToHexString(
                    HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{stored.Text}\n{found.Secret}"))
                );
                if (!answers.TryGetValue(known, out var matches))
                {
                    if (answers.Count >= AnswersMax)
                        answers.Clear();
                    answers[known] = matches = Verify(stored.Text, found.Secret);
                }
                return matches ? new PasswordFinding.Matches() : new PasswordFinding.Differs();
            default:
                return new PasswordFinding.Differs();
        }
    }

    private static bool Verify(string stored, string secret) => ScramVerifier.Parse(stored)?.Matches(secret) == true;
}
