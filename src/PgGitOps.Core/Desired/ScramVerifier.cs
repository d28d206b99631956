using System.Globalization;
using System.Security.Cryptography;

namespace PgGitOps.Core.Desired;

/// <summary>A SCRAM-SHA-256 password verifier as PostgreSQL stores it (RFC 5802, RFC 7677). From it nobody can log in, nor read the password.</summary>
public sealed class ScramVerifier
{
    /// <summary>What PostgreSQL itself uses (scram_iterations).</summary>
    public const int DefaultIterations = 4096;

    /// <summary>Bytes of salt that PostgreSQL uses.</summary>
    public const int SaltLength = 16;

    // A verifier from elsewhere must not keep us computing: PostgreSQL allows up to 2^31 iterations, some minutes' worth.
    private const int IterationsMax = 10_000_000;

    private const string Mechanism = "SCRAM-SHA-256";

    private readonly byte[] salt;
    private readonly byte[] storedKey;
    private readonly byte[] serverKey;

    private ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey)
    {
        Iterations = iterations;
        this.salt = salt;
        this.storedKey = storedKey;
        this.serverKey = serverKey;
    }

    public int Iterations { get; }

    /// <summary>As in pg_authid.rolpassword, and as ALTER ROLE … PASSWORD takes it.</summary>
    public string Text =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Mechanism}${Iterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(storedKey)}:{Convert.ToBase64String(serverKey)}"
        );

    /// <param name="salt">Random bytes, <see cref="SaltLength"/> of them.</param>
    public static ScramVerifier Make(string password, ReadOnlySpan<byte> salt, int iterations = DefaultIterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        ArgumentOutOfRangeException.ThrowIfZero(salt.Length);
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            ScramPassword.Prepare(password),
            salt,
            iterations,
            HashAlgorithmName.SHA256,
            SHA256.HashSizeInBytes
        );
        var storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
        return new ScramVerifier(iterations, salt.ToArray(), storedKey, serverKey);
    }

    /// <summary>Null for anything that is no SCRAM-SHA-256 verifier, such as an md5 one.</summary>
    public static ScramVerifier? Parse(string text)
    {
        if (
            text.Split('$') is not [Mechanism, var head, var keys]
            || head.Split(':') is not [var count, var saltText]
            || keys.Split(':') is not [var storedText, var serverText]
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations is < 1 or > IterationsMax
            || Decode(saltText) is not { Length: > 0 } salt
            || Decode(storedText) is not { Length: SHA256.HashSizeInBytes } stored
            || Decode(serverText) is not { Length: SHA256.HashSizeInBytes } server
        )
            return null;
        return new ScramVerifier(iterations, salt, stored, server);
    }

    /// <summary>True when it was made from this password. False also for one with a <see cref="ScramPassword.Problem"/>.</summary>
    /// <remarks>Costs <see cref="Iterations"/> hashes, about a millisecond for PostgreSQL's own.</remarks>
    public bool Matches(string password)
    {
        if (ScramPassword.Problem(password) is not null)
            return false;
        var other = Make(password, salt, Iterations);
        return CryptographicOperations.FixedTimeEquals(storedKey, other.storedKey)
            & CryptographicOperations.FixedTimeEquals(serverKey, other.serverKey);
    }

    public override string ToString() => "(verifier)";

    private static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }
}
