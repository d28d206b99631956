using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>Connections that check who answers: certificates of an authority the operator names, and of one he does not.</summary>
public sealed class TransportSecurityTests
{
    [LiveFact]
    public async Task Drift_WithVerifyFull_ReadsServersOfTheNamedAuthorityOnly()
    {
        await using var fleet = await TestFleet.CreateAsync(tasks: false);
        await fleet.RunAsync(0, "reconcile", "--once");
        using var authority = Authority("PgGitOps test authority");
        foreach (var member in (string[])["core-1", "core-2"])
            await EncryptAsync(fleet, member, authority);
        var named = Path.Combine(fleet.State, "authority.pem");
        await File.WriteAllTextAsync(named, authority.ExportCertificatePem());
        using var stranger = Authority("Somebody else");
        var strange = Path.Combine(fleet.State, "stranger.pem");
        await File.WriteAllTextAsync(strange, stranger.ExportCertificatePem());
        fleet.Edit("environments/test/environment.yaml", "sslMode: disable", "sslMode: verify-full");

        fleet.Environment["PGSSLROOTCERT"] = named;
        var trusted = await fleet.RunAsync(0, "status", "-o", "json");
        Assert.DoesNotContain("TLS", trusted.Out, StringComparison.Ordinal);
        Assert.Contains("primary", trusted.Out, StringComparison.Ordinal);
        await fleet.RunAsync(0, "reconcile", "--once");

        fleet.Environment["PGSSLROOTCERT"] = strange;
        var refused = await fleet.RunAsync("drift");
        Assert.True(refused.ExitCode != 0, refused.ToString());
        Assert.Contains("TLS: ", refused.Out, StringComparison.Ordinal);
        await fleet.RunAsync(1, "status");
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true)
        );
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static async Task EncryptAsync(TestFleet fleet, string member, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={member}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(fleet.Members[member].Address));
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(
            authority,
            DateTimeOffset.UtcNow.AddHours(-1),
            DateTimeOffset.UtcNow.AddHours(12),
            RandomNumberGenerator.GetBytes(8)
        );
        var directory = fleet.DataDirectory(member);
        await WriteAsync(Path.Combine(directory, "server.crt"), certificate.ExportCertificatePem());
        await WriteAsync(Path.Combine(directory, "server.key"), key.ExportPkcs8PrivateKeyPem());
        await fleet.ExecuteAsync(member, "alter system set ssl = on");
        await fleet.ExecuteAsync(member, "select pg_reload_conf()");
        await Poll.UntilAsync($"{member} speaks TLS", async () => await fleet.ScalarAsync(member, "show ssl") == "on");
    }

    // The server reads only a key that is its own and nobody else's to read.
    private static async Task WriteAsync(string path, string text)
    {
        await File.WriteAllTextAsync(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (Environment.IsPrivilegedProcess)
            await System.Diagnostics.Process.Start("chown", [ServerPrograms.ServerUser, path]).WaitForExitAsync();
    }
}
