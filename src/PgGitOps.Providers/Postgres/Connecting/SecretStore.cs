using PgGitOps.Core.Desired;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Postgres.Connecting;

/// <summary>Secrets in environment variables and in files, read each time they are needed so that a rotated one counts at once.</summary>
public sealed class SecretStore : ISecretStore
{
    // A password is short; a larger file is the wrong file, and must not be read into memory or sent to a server.
    private const int SecretBytesMax = 8 * 1024;

    private const UnixFileMode OthersAccess =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public SecretLookup Find(SecretReference reference) => reference.Match(FindVariable, FindFile);

    private static SecretLookup FindVariable(SecretReference.FromEnvironment reference) =>
        Environment.GetEnvironmentVariable(reference.Variable) is { Length: > 0 } secret
            ? new SecretLookup.Found(secret)
            : new SecretLookup.Missing($"{reference.Describe()} is not set");

    private static SecretLookup FindFile(SecretReference.FromFile reference)
    {
        var path = Expand(reference.Path);
        try
        {
            var file = new FileInfo(path);
            if (file.LinkTarget is not null)
                file = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName);
            if (!file.Exists)
                return new SecretLookup.Missing($"{reference.Describe()} does not exist");
            if (file.Length > SecretBytesMax)
                return new SecretLookup.Missing(
                    $"{reference.Describe()} is larger than {SecretBytesMax / 1024} KiB and not accepted as a secret"
                );
            if (!OperatingSystem.IsWindows() && IsOpenToOthers(path))
                return new SecretLookup.Missing($"{reference.Describe()} is accessible to group or others; chmod 600 it");
            // Pipes, devices and what the kernel makes up have no length: to read them is to wait, or never to end.
            if (file.Length == 0)
                return new SecretLookup.Missing($"{reference.Describe()} is empty");
            var text = File.ReadAllText(path);
            var secret =
                text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2]
                : text.EndsWith('\n') ? text[..^1]
                : text;
            return secret.Length > 0
                ? new SecretLookup.Found(secret)
                : new SecretLookup.Missing($"{reference.Describe()} is empty");
        }
        catch (UnauthorizedAccessException)
        {
            return new SecretLookup.Missing($"{reference.Describe()} may not be read");
        }
        catch (IOException failure)
        {
            return new SecretLookup.Missing($"{reference.Describe()} cannot be read: {failure.GetType().Name}");
        }
    }

    /// <summary>Only its owner may read a secret's file; one that the system administrator provides for us (a mounted secret) may be readable too.</summary>
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static bool IsOpenToOthers(string path)
    {
        var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        var open = File.GetUnixFileMode(target) & OthersAccess;
        if ((open & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
            return true;
        return open != 0 && (Environment.IsPrivilegedProcess || FileOwner.Of(target) != 0);
    }

    private static string Expand(string path) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal)
            ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..]
            : path;
}
