namespace PgGitOps.LiveTests.Fleet;

/// <summary>The policies and environments of this very repository, which is its own example.</summary>
public static class ShippedFiles
{
    /// <summary>The repository's top directory.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Copies the policies and every environment.</summary>
    public static void CopyTo(string directory) => Copy(directory, ["policies", "environments"], _ => true);

    /// <summary>Copies the policies and the local environment.</summary>
    public static void CopyLocalTo(string directory) =>
        // The contexts of the other environments name clusters that are not copied.
        Copy(
            directory,
            ["policies", "environments/local"],
            file => !file.Contains("policies/contexts", StringComparison.Ordinal)
        );

    private static void Copy(string directory, string[] folders, Func<string, bool> wanted)
    {
        foreach (
            var file in folders
                .SelectMany(f => Directory.GetFiles(Path.Combine(Root, f), "*", SearchOption.AllDirectories))
                .Where(wanted)
        )
        {
            var copy = Path.Combine(directory, Path.GetRelativePath(Root, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static string FindRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "PgGitOps.sln")))
            directory =
                Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("The tests run inside the repository.");
        return directory;
    }
}
