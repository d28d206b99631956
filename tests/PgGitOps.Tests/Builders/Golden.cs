using System.Runtime.CompilerServices;

namespace PgGitOps.Tests.Builders;

/// <summary>Compares a text with a reviewed file; PGGITOPS_UPDATE=1 rewrites the file.</summary>
internal static class Golden
{
    internal static void Check(string path, string text, [CallerFilePath] string caller = "")
    {
        var file = Path.Combine(Above(caller, "PgGitOps.Tests.csproj"), "Scenarios", path);
        if (Environment.GetEnvironmentVariable("PGGITOPS_UPDATE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
        Assert.True(File.Exists(file), $"{path} is missing; run with PGGITOPS_UPDATE=1 and review it");
        Assert.Equal(File.ReadAllText(file), text);
    }

    internal static string InRepository(string path, [CallerFilePath] string caller = "") =>
        Path.Combine(Above(caller, "PgGitOps.sln"), path);

    private static string Above(string caller, string file)
    {
        var root = new FileInfo(caller).Directory!;
        while (!File.Exists(Path.Combine(root.FullName, file)))
            root = root.Parent ?? throw new InvalidOperationException($"No directory above the tests holds {file}.");
        return root.FullName;
    }
}
