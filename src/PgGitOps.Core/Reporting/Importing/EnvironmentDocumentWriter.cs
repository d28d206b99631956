using PgGitOps.Core.Desired;
using PgGitOps.Core.Importing;

namespace PgGitOps.Core.Reporting.Importing;

/// <summary>The least environment that an imported cluster needs; it observes and changes nothing.</summary>
public static class EnvironmentDocumentWriter
{
    public static string Write(ImportRequest request)
    {
        var yaml = new YamlText();
        yaml.Line("# yaml-language-server: $schema=../../schemas/environment.schema.json")
            .Line("apiVersion: pggitops.dev/v1")
            .Line("kind: Environment");
        yaml.Under(
            "metadata",
            () =>
            {
                yaml.Line($"name: {YamlText.Scalar(request.Environment)}");
                if (request.Owner is { } owner)
                    yaml.Line($"owner: {YamlText.Scalar(owner)}");
            }
        );
        yaml.Under(
            "spec",
            () =>
            {
                yaml.Line("mode: observe");
                yaml.Under(
                    "access",
                    () =>
                    {
                        yaml.Line($"user: {YamlText.Scalar(request.AccessUser)}");
                        // The reference the import itself logged in with: what worked once works again.
                        switch (request.AccessPassword)
                        {
                            case SecretReference.FromEnvironment variable:
                                yaml.Line($"password: {YamlText.Flow([("env", YamlText.Scalar(variable.Variable))])}");
                                break;
                            case SecretReference.FromFile file:
                                yaml.Line($"password: {YamlText.Flow([("file", YamlText.Scalar(file.Path))])}");
                                break;
                            default:
                                yaml.Comment("password: { env: NAME_OF_A_VARIABLE }");
                                break;
                        }
                        yaml.Line($"replicationUser: {YamlText.Scalar(request.ReplicationUser)}");
                        if (request.SslMode is { } mode)
                            yaml.Line($"sslMode: {YamlText.Scalar(mode)}");
                    }
                );
                yaml.Under(
                    "sites",
                    () =>
                    {
                        foreach (
                            var site in request
                                .Placements.GroupBy(p => p.Site, StringComparer.Ordinal)
                                .OrderBy(s => s.Key, StringComparer.Ordinal)
                        )
                            WriteSite(yaml, site.Key, site);
                    }
                );
            }
        );
        return yaml.ToString();
    }

    private static void WriteSite(YamlText yaml, string name, IEnumerable<ImportPlacement> placements)
    {
        yaml.Line($"- name: {YamlText.Scalar(name)}");
        yaml.Under(
            "  failureDomains",
            () =>
            {
                foreach (
                    var domain in placements
                        .GroupBy(p => p.FailureDomain, StringComparer.Ordinal)
                        .OrderBy(d => d.Key, StringComparer.Ordinal)
                )
                {
                    yaml.Line($"  - name: {YamlText.Scalar(domain.Key)}");
                    yaml.Under(
                        "    hosts",
                        () =>
                        {
                            foreach (
                                var host in domain
                                    .DistinctBy(p => p.Host, StringComparer.Ordinal)
                                    .OrderBy(p => p.Host, StringComparer.Ordinal)
                            )
                                yaml.Line(
                                    "    - "
                                        + YamlText.Flow([
                                            ("name", YamlText.Scalar(host.Host)),
                                            ("address", YamlText.Scalar(host.Address)),
                                        ])
                                );
                        }
                    );
                }
            }
        );
    }
}
