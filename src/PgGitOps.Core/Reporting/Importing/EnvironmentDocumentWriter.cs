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
        yaml.Under("metadata", () =>
        {
            yaml.Line($"name: {YamlText.Scalar(request.Environment)}");
            if (request.Owner is { } owner)
                yaml.Line($"owner: {YamlText.Scalar(owner)}");
        });
        yaml.Under("spec", () =>
        {
            yaml.Line("mode: observe");
            yaml.Under("access", () =>
            {
                yaml.Line($"user: {YamlText.Scalar(request.AccessUser)}");
                yaml.Comment("password: { env: PGGITOPS_PASSWORD }");
                yaml.Line($"replicationUser: {YamlText.Scalar(request.ReplicationUser)}");
            });
            yaml.Under("sites", () =>
            {
                foreach (var site in request.Placements.GroupBy(p => p.Site, StringComparer.Ordinal).OrderBy(s => s.Key, StringComparer.Ordinal))
                    WriteSite(yaml, site.Key, site);
            });
        });
        return yaml.ToString();
    }

    private static void WriteSite(YamlText yaml, string name, IEnumerable<ImportPlacement> placements)
    {
        yaml.Line($"- name: {YamlText.Scalar(name)}");
        yaml.Under("  failureDomains", () =>
        {
            foreach (var domain in placements.GroupBy(p => p.FailureDomain, StringComparer.Ordinal).OrderBy(d => d.Key, StringComparer.Ordinal))
            {
                yaml.Line($"  - name: {YamlText.Scalar(domain.Key)}");
                yaml.Under("    hosts", () =>
                {
                    foreach (var host in domain.DistinctBy(p => p.Host, StringComparer.Ordinal).OrderBy(p => p.Host, StringComparer.Ordinal))
                        yaml.Line("    - " + YamlText.Flow([("name", YamlText.Scalar(host.Host)), ("address", YamlText.Scalar(host.Address))]));
                });
            }
        });
    }
}
