using System.Diagnostics;
using PgGitOps.Commands;
using PgGitOps.LiveTests.Fleet;

namespace PgGitOps.LiveTests.Rules;

/// <summary>The command as a pull request runs it, over a real repository.</summary>
public sealed class ValidateRulesTests : IDisposable
{
    private readonly DirectoryInfo repository = Directory.CreateTempSubdirectory("pggitops-validate-");

    private string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = repository.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            var argument in (string[])
                ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false", .. arguments]
        )
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, process.StandardError.ReadToEnd());
        return output;
    }

    private void Edit(string path, string old, string now)
    {
        var file = Path.Combine(repository.FullName, path);
        var text = File.ReadAllText(file);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(old, now, StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Out, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandTree.RunAsync(
            [.. arguments, "--no-color", .. arguments is ["rules", "list", ..] ? (string[])[] : ["--no-rule-cache"]],
            output,
            error,
            TimeProvider.System
        );
        return (code, output.ToString(), error.ToString());
    }

    private void Prepare()
    {
        ShippedFiles.CopyTo(repository.FullName);
        Git("init", "-q", "-b", "main");
        Git("add", "-A");
        Git("commit", "-q", "-m", "base");
    }

    [Fact]
    [Trait("Requirement", "R-16")]
    public async Task Validate_OfAPullRequest_IsJudgedByTheRulesOfItsBase()
    {
        Prepare();
        Assert.Equal(
            (0, ""),
            ((await Run("validate", "--repo", repository.FullName, "--ref", "main")) is var clean ? clean.Code : -1, clean.Error)
        );

        // The change weakens a document and, in the same commit, the rule that would say so.
        Git("checkout", "-q", "-b", "change");
        Edit("environments/local/clusters/local-tasks.yaml", "capacityAlert: 80%", "capacityAlert: 97%");
        Edit("policies/rules/capacity-alert.csx", "default: 90", "default: 98");
        Git("commit", "-q", "-a", "-m", "alert later");

        var own = await Run("validate", "--repo", repository.FullName, "--ref", "change");
        Assert.Equal(0, own.Code);
        var judged = await Run("validate", "--repo", repository.FullName, "--ref", "change", "--rules-from", "main");
        Assert.Equal(4, judged.Code);
        Assert.Contains("environments/local/clusters/local-tasks.yaml:", judged.Out, StringComparison.Ordinal);
        Assert.Contains("error PG202", judged.Out, StringComparison.Ordinal);
        Assert.Contains("newly passes  environments/local/clusters/local-tasks.yaml:", judged.Error, StringComparison.Ordinal);
    }

    private void Set(string parameters, string path = "policies/rule-settings.yaml") =>
        File.WriteAllText(
            Path.Combine(repository.FullName, path),
            $$"""
            apiVersion: pggitops.dev/v1
            kind: RuleSettings
            metadata: { name: rules }
            spec:
              rules:
                - rule: PG202
                  parameters: { {{parameters}} }
            """
        );

    [Fact]
    [Trait("Requirement", "R-16")]
    public async Task Validate_WithASetting_JudgesByIt_AndInAPullRequestByThatOfItsBase()
    {
        Prepare();
        Git("checkout", "-q", "-b", "change");
        Edit("environments/local/clusters/local-tasks.yaml", "capacityAlert: 80%", "capacityAlert: 97%");
        Assert.Equal(4, (await Run("validate", repository.FullName)).Code);
        Set("max: 98");
        Assert.Equal((0, ""), ((await Run("validate", repository.FullName)) is var set ? set.Code : -1, set.Error));
        Assert.Contains(
            "max = 98 (set at policies/rule-settings.yaml:7:26; default 90)",
            (await Run("rules", "list", repository.FullName)).Out,
            StringComparison.Ordinal
        );
        Git("add", "-A");
        Git("commit", "-q", "-m", "alert later");
        var explained = await Run(
            "rules",
            "explain",
            "PG202",
            "Cluster/local-tasks",
            "--repo",
            repository.FullName,
            "--ref",
            "change"
        );
        Assert.Equal(0, explained.Code);
        Assert.Contains(
            "with   max = 98 (set at policies/rule-settings.yaml:7:26; default 90)",
            explained.Out,
            StringComparison.Ordinal
        );
        var judged = await Run("validate", "--repo", repository.FullName, "--ref", "change", "--rules-from", "main");
        Assert.Equal(4, judged.Code);
        Assert.Contains("at most 90% is allowed", judged.Out, StringComparison.Ordinal);
        // The fixtures speak of the rule, whatever this repository set.
        Assert.Equal(0, (await Run("rules", "test", repository.FullName)).Code);
    }

    [Fact]
    public async Task Validate_WithAWrongSetting_RefusesItAtItsPlace_AndDoesNotFallBackToTheDefault()
    {
        Prepare();
        Edit("environments/local/clusters/local-tasks.yaml", "capacityAlert: 80%", "capacityAlert: 97%");
        Set("max: 120");
        var wrong = await Run("validate", repository.FullName);
        Assert.Equal(3, wrong.Code);
        Assert.Contains(
            "policies/rule-settings.yaml:7:26: error PGP130: 'max' of rule PG202 is 120, more than 99",
            wrong.Out,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("error PG202", wrong.Out, StringComparison.Ordinal);
        Assert.Equal(3, (await Run("rules", "list", repository.FullName)).Code);
        Git("checkout", "-q", "-b", "change");
        Git("add", "-A");
        Git("commit", "-q", "-m", "wrong");
        var judged = await Run("validate", "--repo", repository.FullName, "--ref", "change", "--rules-from", "main");
        Assert.Equal(3, judged.Code);
        Assert.Contains("error PGP130", judged.Out, StringComparison.Ordinal);
        Assert.Contains("error PG202", judged.Out, StringComparison.Ordinal);
        var explained = await Run(
            "rules",
            "explain",
            "PG202",
            "Cluster/local-tasks",
            "--repo",
            repository.FullName,
            "--ref",
            "change"
        );
        Assert.Equal(4, explained.Code);
        Assert.Contains("PGP130", explained.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_OfACaseThatSetsItsRule_RunsItSo()
    {
        Prepare();
        File.WriteAllText(
            Path.Combine(repository.FullName, "policies/rules/x.csx"),
            EngineBench.Rule(
                "X1",
                "if (Document[\"spec\"][\"n\"].Int > Param.Int(\"max\")) Report(Document, \"many\");",
                "Cluster",
                more: "parameters: { max: { type: integer, default: 3, max: 9 } }"
            )
        );
        const string Cluster = "kind: Cluster\nmetadata: { name: a }\nspec: { n: 5 }\n";
        var settings =
            $"{Cluster}---\napiVersion: pggitops.dev/v1\nkind: RuleSettings\nmetadata: {{ name: s }}\nspec: {{ rules: [ {{ rule: X1, parameters: {{ max: 5 }} }} ] }}\n";
        var tests = Path.Combine(repository.FullName, "policies/rules/x.test.yaml");
        File.WriteAllText(
            tests,
            $"# case: by default\n{Cluster.Replace("a }", "a } # expect: X1 error", StringComparison.Ordinal)}# case: set\n{settings}"
        );
        Assert.Equal(0, (await Run("rules", "test", repository.FullName)).Code);
        File.WriteAllText(tests, File.ReadAllText(tests).Replace("max: 5", "max: 10", StringComparison.Ordinal));
        var failed = await Run("rules", "test", repository.FullName);
        Assert.Equal(4, failed.Code);
        Assert.Contains("policies/rules/x.test.yaml:13:49: error PGP130", failed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_WithAWaiver_AcceptsUntilTheValueChanges()
    {
        Prepare();
        Edit("environments/local/clusters/local-tasks.yaml", "capacityAlert: 80%", "capacityAlert: 97%");
        Directory.CreateDirectory(Path.Combine(repository.FullName, "policies/waivers"));
        File.WriteAllText(
            Path.Combine(repository.FullName, "policies/waivers/w.yaml"),
            """
            apiVersion: pggitops.dev/v1
            kind: Waiver
            metadata: { name: late-alert, owner: team-disks }
            spec: { rule: PG202, document: Cluster/local-tasks, value: 97%, approver: dba-lead, reason: the disk grows in May, expires: 2099-01-01 }
            """
        );
        var waived = await Run("validate", repository.FullName);
        Assert.Equal(0, waived.Code);
        Assert.Contains("waived by late-alert until 2099-01-01", waived.Out, StringComparison.Ordinal);
        Edit("environments/local/clusters/local-tasks.yaml", "capacityAlert: 97%", "capacityAlert: 98%");
        var changed = await Run("validate", repository.FullName);
        Assert.Equal(4, changed.Code);
        Assert.Contains("PGP155", changed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_Fix_WritesTheSafeEditsOnly_KeepsComments_AndDoesNothingTwice()
    {
        Prepare();
        const string Path = "environments/local/clusters/local-tasks.yaml";
        Edit(Path, "capacityAlert: 80%", "capacityAlert: 88%");
        File.WriteAllText(
            System.IO.Path.Combine(repository.FullName, "policies/rules/extra.csx"),
            EngineBench.Rule(
                "X1",
                """
                var storage = Document["spec"]["storage"];
                if (storage["capacityAlert"].Text == "88%") Report(storage["capacityAlert"], "late").SafeFix(storage["capacityAlert"], "85%");
                if (!Document["metadata"]["owner"].Exists) Report(Document["metadata"], "no owner").SafeFixByAdding(Document["metadata"], "owner", "team: a");
                """,
                "Cluster"
            )
        );
        var file = System.IO.Path.Combine(repository.FullName, Path);
        var text = File.ReadAllText(file);

        var mended = await Run("validate", repository.FullName, "--fix");
        Assert.True(mended.Code == 0, mended.ToString());
        Assert.Contains("+++ " + Path, mended.Error, StringComparison.Ordinal);
        Assert.Contains("capacityAlert: 85%", mended.Error, StringComparison.Ordinal);
        var now = File.ReadAllText(file);
        Assert.Equal(text.Replace("capacityAlert: 88%", "capacityAlert: 85%", StringComparison.Ordinal), now);

        var again = await Run("validate", repository.FullName, "--fix");
        Assert.Equal((0, ""), (again.Code, again.Error));
        Assert.Equal(now, File.ReadAllText(file));
        Assert.Equal(1, (await Run("validate", "--repo", repository.FullName, "--ref", "main", "--fix")).Code);
    }

    /// <summary>A repository that breaks every shipped rule that has a safe edit, in the ways people write YAML.</summary>
    [Fact]
    public async Task Validate_Fix_OfWhatBreaksTheShippedRules_LeavesARepositoryThatHolds_WithItsComments()
    {
        Prepare();
        const string Tasks = "environments/local/clusters/local-tasks.yaml",
            Core = "environments/local/clusters/local-core.yaml",
            Local = "environments/local/environment.yaml";
        const string Parameters = "    max_connections: 40\n";
        Edit(Tasks, "capacityAlert: 80%", "capacityAlert: 97%");
        Edit(
            Tasks,
            Parameters,
            "    # the machine has a battery\n    fsync: off            # faster\n    'full_page_writes': \"off\"  # as well\n"
                + Parameters
        );
        Edit(Core, ", capacityAlert: 80%", "");
        Edit(Local, "removal: { count: 3, percent: 20 }", "removal: { count: 300, percent: 80 }   # a spring clean");
        var broken = new[] { Tasks, Core, Local }.ToDictionary(
            p => p,
            p => File.ReadAllText(Path.Combine(repository.FullName, p)),
            StringComparer.Ordinal
        );
        Assert.Equal(4, (await Run("validate", repository.FullName)).Code);

        var mended = await Run("validate", repository.FullName, "--fix");
        Assert.True(mended.Code == 0, mended.ToString());
        Assert.Equal(
            broken[Tasks]
                .Replace("97%", "90%", StringComparison.Ordinal)
                .Replace("fsync: off ", "fsync: on ", StringComparison.Ordinal)
                .Replace("\"off\"", "\"on\"", StringComparison.Ordinal),
            File.ReadAllText(Path.Combine(repository.FullName, Tasks))
        );
        Assert.Equal(
            broken[Core].Replace("storage: { ", "storage: { capacityAlert: 90%, ", StringComparison.Ordinal),
            File.ReadAllText(Path.Combine(repository.FullName, Core))
        );
        Assert.Equal(
            broken[Local].Replace("count: 300, percent: 80", "count: 10, percent: 25", StringComparison.Ordinal),
            File.ReadAllText(Path.Combine(repository.FullName, Local))
        );
        foreach (
            var line in (string[])
                ["+    fsync: on            # faster", "+  removal: { count: 10, percent: 25 }   # a spring clean"]
        )
            Assert.Contains(line, mended.Error, StringComparison.Ordinal);

        Assert.Equal((0, ""), ((await Run("validate", repository.FullName)) is var clean ? clean.Code : -1, clean.Error));
        Assert.Contains("no findings", clean.Out, StringComparison.Ordinal);
        Assert.Equal("", (await Run("validate", repository.FullName, "--fix")).Error);
    }

    public void Dispose() => repository.Delete(recursive: true);
}
