using System.Diagnostics;
using PgGitOps.LiveTests.EndToEnd;
using PgGitOps.LiveTests.Git;

namespace PgGitOps.LiveTests.Rules;

/// <summary>A bare repository with the hook that the program prints, and real pushes into it.</summary>
[Trait("Requirement", "R-16")]
public sealed class GateTests : IDisposable
{
    private const string Tasks = "environments/local/contexts/contexts.yaml";
    private readonly GitScratch scratch = new();
    private readonly string work;
    private readonly string bare;

    public GateTests()
    {
        work = scratch.NewShippedRepository("work");
        bare = scratch.Bare(work);
        scratch.Git(work, "remote", "add", "origin", bare);
        scratch.Git(work, "fetch", "-q", "origin");
        Install("");
    }

    private static string Program => string.Join(' ', ProgramUnderTest.Command);

    private static void WriteScript(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <param name="before">Lines of the wrapper before the program takes over.</param>
    private void Install(string before, string how = "exec")
    {
        var start = new ProcessStartInfo(ProgramUnderTest.Command[0]) { RedirectStandardOutput = true };
        foreach (var argument in (string[])[.. ProgramUnderTest.Command.Skip(1), "hook", "pre-receive"])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var script = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        WriteScript(Path.Combine(bare, "hooks", "pre-receive"), script);
        WriteScript(scratch.Path("pggitops"), $"#!/bin/sh\n{before}\n{how} {Program} \"$@\"\n");
        scratch.Git(bare, "config", "pggitops.program", scratch.Path("pggitops"));
        scratch.Git(bare, "config", "pggitops.state", scratch.Path("gate-state"));
    }

    private void Edit(string path, string from, string to)
    {
        var file = Path.Combine(work, path);
        var text = File.ReadAllText(file);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
        scratch.Git(work, "commit", "-q", "-a", "-m", $"edit {path}");
    }

    private (bool Taken, string Said) Push(string reference = "HEAD:refs/heads/main")
    {
        var (code, output, error) = scratch.TryGit(work, "push", "origin", reference);
        return (code == 0, output + error);
    }

    private string InBare => scratch.Git(bare, "rev-parse", "refs/heads/main").Trim();

    private void AssertRefused(string words)
    {
        var before = InBare;
        var (taken, said) = Push();
        Assert.False(taken, said);
        Assert.Contains("push refused", said, StringComparison.Ordinal);
        Assert.Contains(words, said, StringComparison.Ordinal);
        Assert.Equal(before, InBare);
    }

    /// <summary>The runtime that runs the rules is found by a variable, and so is much else.</summary>
    [Fact]
    public void Push_WithVariablesThatDecideHowItIsJudged_LeavesThemBehind()
    {
        Install($"env > {scratch.Path("seen")}");
        scratch.Git(bare, "config", "pggitops.dotnetRoot", "/opt/theirs");
        foreach (
            var name in (string[])
                [
                    "PGGITOPS_UNJAILED_RULES",
                    "DOTNET_ROOT",
                    "DOTNET_gcServer",
                    "COMPlus_EnableDiagnostics",
                    "CORECLR_PROFILER",
                    "LD_LIBRARY_PATH",
                ]
        )
            scratch.Environment[name] = "/tmp/mine";
        Edit(Tasks, "rpoClass: minutes", "rpoClass: hours");
        Push();
        Assert.Equal(
            ["DOTNET_ROOT=/opt/theirs"],
            File.ReadAllLines(scratch.Path("seen"))
                .Where(line =>
                    line.EndsWith("=/tmp/mine", StringComparison.Ordinal) || line.StartsWith("DOTNET_", StringComparison.Ordinal)
                )
        );
    }

    [Fact]
    public void Push_OfAPromiseThatCannotBeKept_IsRefusedWithItsPlaceAndCounterexample_AndAGoodOneIsTaken()
    {
        Edit(Tasks, "dataLossWindow: 5m", "dataLossWindow: 15m");
        var (taken, said) = Push();
        Assert.True(taken, said);
        Assert.Equal(scratch.Head(work), InBare);

        Edit(Tasks, "dataLossWindow: 15m", "dataLossWindow: 0s\n    justification: Nobody may lose a task.");
        var before = InBare;
        (taken, said) = Push();
        Assert.False(taken, said);
        Assert.Equal(before, InBare);
        Assert.Matches(@"environments/local/contexts/contexts\.yaml:\d+:\d+: error PGC001", said);
        Assert.Contains("a commit acknowledged by tasks-1 alone is gone when bergen is lost", said, StringComparison.Ordinal);

        // The next push mends it, on top of the refused commit.
        Edit(Tasks, "dataLossWindow: 0s", "dataLossWindow: 10m");
        (taken, said) = Push();
        Assert.True(taken, said);
    }

    [Fact]
    public void Push_AgainstARule_IsRefused_AlsoWhenItBringsTheRulesThatWouldAllowIt()
    {
        Edit("environments/local/clusters/local-tasks.yaml", "capacityAlert: 80%", "capacityAlert: 97%");
        AssertRefused("error PG202");
        Edit("policies/rules/capacity-alert.csx", "default: 90", "default: 98");
        AssertRefused("newly passes");

        // A rule that does not compile would refuse its own repair.
        scratch.Git(work, "reset", "-q", "--hard", "origin/main");
        Edit("policies/rules/capacity-alert.csx", "/*---", "/*---\nunknown: key");
        AssertRefused("error PGP1");

        scratch.Git(work, "reset", "-q", "--hard", "origin/main");
        Edit("policies/rules/capacity-alert.csx", "default: 90", "default: 98");
        var (taken, said) = Push();
        Assert.True(taken, said);
    }

    [Fact]
    public void Push_OfASettingThatDoesNotFitItsRule_IsRefusedAsInvalid_NotAsSaidNoToByARule()
    {
        const string Settings = "policies/rule-settings.yaml";
        File.WriteAllText(
            Path.Combine(work, Settings),
            "apiVersion: pggitops.dev/v1\nkind: RuleSettings\nmetadata: { name: rules, owner: dba }\nspec:\n  rules:\n    - rule: PG202\n      parameters: { max: 85 }\n"
        );
        scratch.Git(work, "add", "-A");
        scratch.Git(work, "commit", "-q", "-m", "set");
        Assert.True(Push() is var (set, how) && set, how);

        Edit(Settings, "max: 85", "max: 120");
        AssertRefused("the documents of refs/heads/main are not valid");
        AssertRefused($"{Settings}:7:26: error PGP130");
        Assert.DoesNotContain("a recovery objective or a rule rejects", Push().Said, StringComparison.Ordinal);

        // Judged by the rules of the base as well, because the push brings other rules.
        Edit("policies/rules/capacity-alert.csx", "max: 99", "max: 98");
        AssertRefused("the documents of refs/heads/main are not valid");

        scratch.Git(work, "reset", "-q", "--hard", "origin/main");
        Edit(Settings, "max: 85", "max: 88");
        var (taken, said) = Push();
        Assert.True(taken, said);
    }

    [Fact]
    public void Push_AgainstARule_IsRefused_AlsoWhenItBringsTheSettingThatWouldAllowIt()
    {
        const string Settings = "environments/local/settings.yaml";
        Edit("environments/local/clusters/local-tasks.yaml", "capacityAlert: 80%", "capacityAlert: 97%");
        // A kind may be written so that no search for it finds it.
        File.WriteAllText(
            Path.Combine(work, Settings),
            "apiVersion: pggitops.dev/v1\nkind: \"Rule\\x53ettings\"\nmetadata: { name: rules, owner: dba }\nspec:\n  rules:\n    - rule: PG202\n      parameters: { max: 98 }\n"
        );
        scratch.Git(work, "add", "-A");
        scratch.Git(work, "commit", "-q", "-m", "set");
        AssertRefused("error PG202");

        // The setting alone holds, and judges what comes after it.
        scratch.Git(work, "reset", "-q", "--soft", "origin/main");
        scratch.Git(work, "restore", "--staged", "--worktree", "environments/local/clusters");
        scratch.Git(work, "commit", "-q", "-m", "set");
        var (taken, said) = Push();
        Assert.True(taken, said);
        Edit("environments/local/clusters/local-tasks.yaml", "capacityAlert: 80%", "capacityAlert: 97%");
        (taken, said) = Push();
        Assert.True(taken, said);
    }

    [Fact]
    public void Push_WithObjectsReplaced_IsJudgedByWhatIsThere()
    {
        Edit("environments/local/clusters/local-tasks.yaml", "capacityAlert: 80%", "capacityAlert: 97%");
        scratch.Git(work, "rm", "-q", "-r", "policies/rules");
        scratch.Git(work, "commit", "-q", "-m", "no rules");
        AssertRefused("error PG202");
        var commit = scratch.Git(work, "rev-parse", "HEAD").Trim();
        var (taken, said) = Push($"origin/main:refs/replace/{commit}");
        Assert.False(taken, said);
        // Also where one is there from before.
        scratch.Git(bare, "update-ref", $"refs/replace/{commit}", InBare);
        AssertRefused("error PG202");
    }

    [Theory]
    [InlineData("refs/notes/commits")]
    [InlineData("refs/pull/1/head")]
    [InlineData("refs/remotes/origin/prod")]
    [InlineData("refs/anything")]
    public void Push_OfARefThatIsNeitherABranchNorATag_IsRefusedByName(string reference)
    {
        Edit(Tasks, "dataLossWindow: 5m", "dataLossWindow: 15m");
        var (taken, said) = Push($"HEAD:{reference}");
        Assert.False(taken, said);
        Assert.Contains($"push refused: {reference} is neither a branch nor a tag", said, StringComparison.Ordinal);
        Assert.DoesNotContain(reference, scratch.Git(bare, "for-each-ref"), StringComparison.Ordinal);
    }

    [Fact]
    public void Push_OfANameThatWouldMeanTwoThings_IsRefusedByName()
    {
        foreach (
            var (reference, words) in new[]
            {
                ("refs/tags/main", "refs/tags/main and refs/heads/main would share the name 'main'"),
                ($"refs/heads/{InBare}", "is called like the id of a commit"),
                ("refs/tags/HEAD", "is called like HEAD"),
            }
        )
        {
            var (taken, said) = Push($"HEAD:{reference}");
            Assert.False(taken, said);
            Assert.Contains(words, said, StringComparison.Ordinal);
        }
        var (code, output, error) = scratch.TryGit(work, "push", "origin", "HEAD:refs/heads/both", "HEAD:refs/tags/both");
        Assert.NotEqual(0, code);
        Assert.Contains("would share the name 'both'", output + error, StringComparison.Ordinal);
        scratch.Git(bare, "symbolic-ref", "refs/heads/alias", "refs/heads/main");
        Edit(Tasks, "dataLossWindow: 5m", "dataLossWindow: 15m");
        Assert.Contains(
            "refs/heads/alias is another name of refs/heads/main",
            Push("HEAD:refs/heads/alias").Said,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Push_SaysOfEachRefWhetherItIsNew_Forced_OrDeleted_AndJudgesThemAll()
    {
        var (taken, said) = Push("HEAD:refs/heads/other");
        Assert.True(taken, said);
        Assert.Contains("refs/heads/other (new) is judged", said, StringComparison.Ordinal);

        // Also a branch nobody reads, and also when its history is rewritten.
        scratch.Git(work, "commit", "-q", "--amend", "-m", "rewritten");
        Edit("environments/local/clusters/local-tasks.yaml", "capacityAlert: 80%", "capacityAlert: 97%");
        (taken, said) = Push("+HEAD:refs/heads/other");
        Assert.False(taken, said);
        Assert.Contains("refs/heads/other (forced) is judged", said, StringComparison.Ordinal);
        Assert.Contains("error PG202", said, StringComparison.Ordinal);

        (taken, said) = Push(":refs/heads/other");
        Assert.True(taken, said);
        Assert.Contains("refs/heads/other is deleted", said, StringComparison.Ordinal);
        scratch.Git(bare, "config", "receive.denyDeleteCurrent", "ignore");
        (taken, said) = Push(":refs/heads/main");
        Assert.False(taken, said);
        Assert.Contains("refs/heads/main is the branch whose rules judge", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Push_WhereHeadNamesNoBranch_IsRefused()
    {
        Edit(Tasks, "dataLossWindow: 5m", "dataLossWindow: 15m");
        scratch.Git(bare, "symbolic-ref", "HEAD", "refs/heads/absent");
        AssertRefused("git symbolic-ref HEAD");
    }

    [Fact]
    public void Push_WhereTheHookCannotJudge_IsRefused()
    {
        Edit(Tasks, "dataLossWindow: 5m", "dataLossWindow: 15m");
        scratch.Git(bare, "config", "pggitops.program", scratch.Path("absent"));
        AssertRefused("is missing on the server");

        // The kernel's limits can be lowered and not raised again: what the jail sets, it cannot set here.
        Install("ulimit -t 100", "exec setpriv --bounding-set=-sys_resource");
        AssertRefused("PGP161");

        Install("exit 127");
        AssertRefused("could not be judged (exit code 127)");

        Install("");
        File.WriteAllText(scratch.Path("file"), "");
        scratch.Git(bare, "config", "pggitops.state", scratch.Path("file/state"));
        AssertRefused("cannot be written");

        Install("");
        var (taken, said) = Push();
        Assert.True(taken, said);
    }

    public void Dispose() => scratch.Dispose();
}
