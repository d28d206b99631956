namespace PgGitOps.Providers;

internal enum FileKind
{
    None,
    File,
    Directory,
    Pipe,
    Device,
    Other,
}

/// <param name="Mode">Kind and permissions, as the kernel has them.</param>
/// <param name="Owner">User id.</param>
internal readonly record struct FileFacts(int Mode, uint Owner)
{
    private const int TypeMask = 0xF000,
        Sticky = 0x200,
        WriteOfOthers = 0x12,
        AnythingOfOthers = 0x3F;

    public FileKind Kind =>
        (Mode & TypeMask) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Directory,
            0x1000 => FileKind.Pipe,
            0x2000 or 0x6000 => FileKind.Device,
            _ => FileKind.Other,
        };

    /// <summary>Nobody but this user, or root, can have put it there.</summary>
    public bool IsOurs => Owner == Posix.EffectiveUserId || Owner == 0;

    /// <summary>Group or others may change it. In a folder like /tmp they may not touch what is not theirs.</summary>
    public bool IsWritableByOthers => (Mode & WriteOfOthers) != 0 && !(Kind == FileKind.Directory && (Mode & Sticky) != 0);

    public bool IsOpenToOthers => (Mode & AnythingOfOthers) != 0;

    /// <summary>Permissions as chmod takes them.</summary>
    public string Permissions => Convert.ToString(Mode & 0xFFF, 8);
}
