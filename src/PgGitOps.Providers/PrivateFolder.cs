using System.Runtime.InteropServices;
using System.Text;

namespace PgGitOps.Providers;

/// <summary>Whether what lies in a directory can only have been put there by this user, or by root.</summary>
internal static partial class PrivateFolder
{
    private const int CurrentDirectory = -100,
        NoFollow = 0x100;
    private const uint TypeModeOwner = 1 | 2 | 8;
    private const int TypeMask = 0xF000,
        FolderType = 0x4000,
        FileType = 0x8000,
        Sticky = 0x200,
        WritableByOthers = 0x12,
        AnythingForOthers = 0x3F;

    /// <summary>What the kernel says of a path itself, not of what a link leads to.</summary>
    private readonly record struct Facts(int Mode, uint Owner)
    {
        public bool IsFolder => (Mode & TypeMask) == FolderType;

        public bool IsFile => (Mode & TypeMask) == FileType;
    }

    /// <param name="folder">A directory of ours, made with the one above it where they are missing.</param>
    /// <returns>Why it is not to be trusted, or null; also null where it is not there yet.</returns>
    public static string? Distrust(string folder)
    {
        // The directory, the one above that is made with it, and the one that holds both: who owns any of them can put another in its place.
        for (var (path, level) = (folder, 0); path is not null && level < 3; path = Path.GetDirectoryName(path), level++)
        {
            if (FactsOf(path) is not { } facts)
                continue;
            if (!facts.IsFolder && level < 2)
                return $"{path} is no directory";
            if (Of(path, facts) is { } why)
                return why;
        }
        return null;
    }

    /// <returns>Why a file is not to be trusted as a secret of this user, or null.</returns>
    public static string? DistrustSecret(string file) =>
        FactsOf(file) is not { } facts ? null
        : !facts.IsFile ? $"{file} is no file"
        : facts.Owner != EffectiveUser() ? $"{file} belongs to user {facts.Owner}"
        : (facts.Mode & AnythingForOthers) != 0 ? $"{file} can be read or written by others (mode {Octal(facts.Mode)})"
        : null;

    private static string? Of(string path, Facts facts) =>
        facts.IsFolder && facts.Owner != EffectiveUser() && facts.Owner != 0 ? $"{path} belongs to user {facts.Owner}"
        : facts.IsFolder && (facts.Mode & WritableByOthers) != 0 && (facts.Mode & Sticky) == 0
            ? $"{path} can be written by others (mode {Octal(facts.Mode)})"
        : null;

    private static string Octal(int mode) => Convert.ToString(mode & 0xFFF, 8);

    private static unsafe Facts? FactsOf(string path)
    {
        // struct statx is the same on every processor: mode at 28, owner at 20.
        var told = stackalloc byte[256];
        var name = Encoding.UTF8.GetBytes(path + "\0");
        fixed (byte* at = name)
        {
            if (StatX(CurrentDirectory, at, NoFollow, TypeModeOwner, told) != 0)
                return null;
        }
        return new(*(ushort*)(told + 28), *(uint*)(told + 20));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static unsafe partial int StatX(int directory, byte* path, int flags, uint mask, byte* told);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
