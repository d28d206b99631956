using System.Diagnostics;
using PgGitOps.Core.Ports;
using PgGitOps.Core.Sources;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.LiveTests.Git;

/// <summary>A directory with repositories made by the real git, gone when the test is.</summary>
public sealed class GitScratch : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("git-source-").FullName;

    public string Path(string name) => System.IO.Path.Combine(Root, name);

    /// <summary>A repository with a work tree and one commit on main.</summary>
    public string NewRepository(string name = "repository", params string[] initOptions)
    {
        var path = Path(name);
        Git(Root, ["init", "-q", "-b", "main", .. initOptions, path]);
        Commit(path, "first", ("policies/a.yaml", "a: 1\n"), ("environments/local/b.yaml", "b: 1\n"), ("README.md", "text\n"));
        return path;
    }

    /// <summary>A repository with a work tree and one commit on main: the policies and the local environment of this very project.</summary>
    public string NewShippedRepository(string name)
    {
        var path = Path(name);
        ShippedFiles.CopyLocalTo(path);
        Git(Root, "init", "-q", "-b", "main", path);
        Git(path, "add", "-A");
        Git(path, "commit", "-q", "-m", "base");
        return path;
    }

    /// <summary>Writes files (null removes one) and commits them.</summary>
    /// <returns>The commit id.</returns>
    public string Commit(string repository, string subject, params (string Path, string? Content)[] files)
    {
        foreach (var (path, content) in files)
        {
            var full = System.IO.Path.Combine(repository, path);
            if (content is null)
            {
                File.Delete(full);
                continue;
            }
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
            File.WriteAllText(full, content);
        }
        Git(repository, "add", "-A");
        Git(repository, "commit", "-q", "--allow-empty", "-m", subject);
        return Head(repository);
    }

    public string Head(string repository) => Git(repository, "rev-parse", "HEAD").Trim();

    public string Bare(string repository, string name = "bare.git")
    {
        Git(Root, "clone", "-q", "--bare", repository, Path(name));
        return Path(name);
    }

    public string Git(string directory, params string[] arguments)
    {
        var (exitCode, output, error) = TryGit(directory, arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"git {string.Join(' ', arguments)} failed: {error}");
    }

    public (int ExitCode, string Output, string Error) TryGit(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("git")
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    /// <summary>Keeps the configuration of whoever runs the tests out of them.</summary>
    public Dictionary<string, string> Environment { get; } =
        new(StringComparer.Ordinal)
        {
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_AUTHOR_NAME"] = "Ada",
            ["GIT_AUTHOR_EMAIL"] = "ada@example.org",
            ["GIT_COMMITTER_NAME"] = "Ada",
            ["GIT_COMMITTER_EMAIL"] = "ada@example.org",
            ["LC_ALL"] = "C",
        };

    public GitSourceOptions Options(string address) =>
        new()
        {
            Address = address,
            CacheDirectory = Path("cache"),
            CommandEnvironment = Environment,
            Deadline = TimeSpan.FromSeconds(30),
        };

    public GitSource Source(string address) => new(Options(address));

    public static SourceOutcome.Read ReadOf(SourceOutcome outcome) =>
        outcome as SourceOutcome.Read ?? throw new InvalidOperationException($"Expected files, got {outcome}.");

    public static SourceRefusal RefusalOf(SourceOutcome outcome) =>
        outcome is SourceOutcome.Refused refused
            ? refused.Refusal
            : throw new InvalidOperationException($"Expected a refusal, got {outcome}.");

    public static SourceRequest At(string reference) => new() { Reference = reference };

    public void Dispose()
    {
        foreach (var file in Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories))
        {
            if (!OperatingSystem.IsWindows() && File.ResolveLinkTarget(file, false) is null)
                File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserWrite);
        }
        Directory.Delete(Root, recursive: true);
    }
}

internal static class SourceTreeText
{
    public static string[] Paths(this SourceTree tree) => [.. tree.Files.Select(file => file.Path)];

    public static string Text(this SourceTree tree, string path) =>
        System.Text.Encoding.UTF8.GetString(tree.Files.Single(file => file.Path == path).Content.Span);
}
