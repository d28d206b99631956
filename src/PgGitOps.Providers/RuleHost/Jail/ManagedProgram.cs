using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PgGitOps.Providers.RuleHost.Jail;

/// <summary>The program as assemblies, and the runtime that executes them: what compiles and runs rules.</summary>
/// <remarks>A native program cannot load compiled rules, so the same program lies beside it once more as assemblies, in <c>rules/</c>.</remarks>
/// <param name="RuntimeRoot">Directory of the <c>dotnet</c> command, with <c>shared/</c> below it.</param>
internal sealed record ManagedProgram(string Directory, string RuntimeRoot)
{
    private const string FileName = "pggitops.dll";

    /// <summary>True for a program that was compiled to machine code as a whole.</summary>
    public static bool IsNative => !RuntimeFeature.IsDynamicCodeSupported;

    public string Assembly => Path.Combine(Directory, FileName);

    public string DotNet => Path.Combine(RuntimeRoot, "dotnet");

    /// <exception cref="JailUnavailable">A native program without its assemblies, or a machine without a .NET runtime.</exception>
    /// <param name="runtimeRoot">Where the runtime is, for who knows already.</param>
    public static ManagedProgram Find(string? runtimeRoot = null)
    {
        if (!IsNative)
            return new ManagedProgram(
                AppContext.BaseDirectory,
                runtimeRoot ?? Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."))
            );
        var directory = Path.Combine(AppContext.BaseDirectory, "rules");
        if (!File.Exists(Path.Combine(directory, FileName)))
            throw new JailUnavailable(
                $"{Path.Combine(directory, FileName)} is missing: copy the program's whole directory, not only its executable"
            );
        return new ManagedProgram(
            directory,
            runtimeRoot
                ?? FindRuntime()
                ?? throw new JailUnavailable(
                    "no .NET runtime was found, and C# rules need one (DOTNET_ROOT, PATH, /usr/share/dotnet and /usr/lib/dotnet were searched)"
                )
        );
    }

    /// <summary>What decides how a rule is compiled: the builds of the compiler, of the language and of the host, and the runtimes there are.</summary>
    public IEnumerable<string> Identity()
    {
        foreach (var name in (string[])["Microsoft.CodeAnalysis.CSharp.dll", "PgGitOps.Core.dll", "PgGitOps.Providers.dll"])
            yield return BuildOf(Path.Combine(Directory, name)).ToString();
        foreach (
            var runtime in System
                .IO.Directory.EnumerateDirectories(Path.Combine(RuntimeRoot, "shared", "Microsoft.NETCore.App"))
                .Order(StringComparer.Ordinal)
        )
            yield return Path.GetFileName(runtime);
    }

    // Asked of the file, so that the compiler is not loaded to learn that it is not needed.
    private static Guid BuildOf(string path)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(path));
            var metadata = file.GetMetadataReader();
            return metadata.GetGuid(metadata.GetModuleDefinition().Mvid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            throw new JailUnavailable(
                $"{path} cannot be read as a part of the program ({e.Message}): copy the program's whole directory again"
            );
        }
    }

    private static string? FindRuntime()
    {
        var named = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(d => Path.Combine(d, "dotnet"))
            .Where(File.Exists)
            .Select(f => Path.GetDirectoryName(new FileInfo(f).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? f));
        return new[] { named }
            .Concat(onPath)
            .Concat(["/usr/share/dotnet", "/usr/lib/dotnet", "/usr/local/share/dotnet"])
            .FirstOrDefault(d =>
                d is not null
                && File.Exists(Path.Combine(d, "dotnet"))
                && System.IO.Directory.Exists(Path.Combine(d, "shared", "Microsoft.NETCore.App"))
            );
    }
}
