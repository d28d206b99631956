using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Runtime.Versioning;
using LibGit2Sharp;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Git;

/// <summary>Binds LibGit2Sharp to the system's libgit2, once a process (docs/decisions/0003-libgit2.md).</summary>
internal static class GitLibrary
{
    // Only versions whose imports and struct layouts were checked against LibGit2Sharp 0.29.
    // A bare libgit2.so could be any version and would fail in the middle of a read.
    private static readonly string[] FileNames = ["libgit2.so.1.7", "libgit2.so.1.5"];

    private const int SetOwnerValidation = 36;

    private static readonly Lazy<SourceRefusal?> Loading = new(Load);

    private static nint handle;

    /// <summary>The library that LibGit2Sharp uses. Only once <see cref="Missing"/> was found to be null.</summary>
    public static nint Handle => handle;

    /// <summary>Null when libgit2 is ready, else what to tell the operator.</summary>
    public static SourceRefusal? Missing => Loading.Value;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int SetNumberOption(int option, int value);

    /// <summary>What LibGit2Sharp calls the library, without prefix and suffix.</summary>
    private static string? Name =>
        Type.GetType("LibGit2Sharp.Core.NativeDllName, LibGit2Sharp")?.GetField("Name", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)?.GetRawConstantValue() as string;

    private static SourceRefusal? Load()
    {
        var assembly = typeof(Repository).Assembly;
        try
        {
            if (RuntimeFeature.IsDynamicCodeSupported || OperatingSystem.IsWindows())
            {
                // LibGit2Sharp has its own DllImport resolver; this event is asked only after that one found nothing.
                (AssemblyLoadContext.GetLoadContext(assembly) ?? AssemblyLoadContext.Default).ResolvingUnmanagedDll +=
                    (_, name) => name.StartsWith("git2-", StringComparison.Ordinal) ? SystemLibrary() : nint.Zero;
            }
            else
            {
                LoadUnderItsName();
            }
            _ = GlobalSettings.Version.Features;
            // A blob whose bytes do not fit its id is refused, at a cost of about 40 ms for 5,000 files.
            GlobalSettings.SetStrictHashVerification(true);
            // Objects are read without any configuration: a broken or hostile config file changes nothing.
            foreach (var level in new[] { ConfigurationLevel.ProgramData, ConfigurationLevel.System, ConfigurationLevel.Xdg, ConfigurationLevel.Global })
                GlobalSettings.SetConfigSearchPaths(level, "/nonexistent");
            LeaveOwnershipToUs();
            return null;
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or EntryPointNotFoundException)
        {
            return new SourceRefusal(
                SourceRefusalKind.LibraryMissing,
                "libgit2 1.5 or 1.7 is not installed; Git objects cannot be read.",
                "Install it: apt-get install libgit2-1.5");
        }
    }

    private static nint SystemLibrary()
    {
        if (handle != nint.Zero)
            return handle;
        foreach (var fileName in FileNames)
        {
            if (NativeLibrary.TryLoad(fileName, out var loaded))
                return handle = loaded;
        }
        return nint.Zero;
    }

    // A native program has no such event: LibGit2Sharp is shown a directory that holds the library under the name it wants.
    // Only for the moment of loading, and nobody else can write there.
    [UnsupportedOSPlatform("windows")]
    private static void LoadUnderItsName()
    {
        if (SystemLibrary() == nint.Zero || PathOfLibrary() is not { } path || Name is not { } name)
            return;
        foreach (var place in (string[])[Path.GetTempPath(), "/dev/shm"])
        {
            var directory = Path.Combine(place, $"pggitops-{Guid.NewGuid():N}");
            try
            {
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                File.CreateSymbolicLink(Path.Combine(directory, $"{name}.so"), path);
                GlobalSettings.NativeLibraryPath = directory;
                _ = GlobalSettings.Version.Features;
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not writable: the next place.
            }
            finally
            {
                if (Directory.Exists(directory))
                    Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static string? PathOfLibrary() =>
        File.ReadLines("/proc/self/maps").Select(l => l[(l.IndexOf('/') is var at and >= 0 ? at : l.Length)..]).FirstOrDefault(p => Path.GetFileName(p).StartsWith("libgit2.so.1.", StringComparison.Ordinal));

    // libgit2 reports a repository of another user as not found. RepositoryOwner judges that by the same rules
    // as git and names it; so the library's own check is off. LibGit2Sharp 0.29 offers no setting for it.
    private static void LeaveOwnershipToUs()
    {
        var library = handle;
        if (library == nint.Zero && (Name is null || !NativeLibrary.TryLoad(Name, typeof(Repository).Assembly, null, out library)))
            throw new DllNotFoundException("the library that LibGit2Sharp loaded is not found again");
        handle = library;
        if (NativeLibrary.TryGetExport(library, "git_libgit2_opts", out var options))
            _ = Marshal.GetDelegateForFunctionPointer<SetNumberOption>(options)(SetOwnerValidation, 0);
    }
}
