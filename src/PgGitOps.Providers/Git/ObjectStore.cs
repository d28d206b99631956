using System.Runtime.InteropServices;
using PgGitOps.Core.Ports;

namespace PgGitOps.Providers.Git;

internal enum ObjectKind
{
    Tree = 2,
    Blob = 3,
}

/// <summary>An object could not be read for another reason than that it is not there.</summary>
internal sealed class ObjectDamagedException(string message) : Exception(message)
{
    /// <param name="what">A sentence without its full stop: what cannot be read.</param>
    public RefusedException Refuse(string what) => new(
        SourceRefusalKind.CorruptObject,
        $"{what} ({Message}).",
        "Check the repository with git fsck, then restore or clone it again.");
}

/// <summary>Bytes of objects, straight from libgit2's object database: LibGit2Sharp makes several objects and handles for every entry of a folder and every file.</summary>
/// <remarks>
/// For one thread at a time; open another for another thread. Bytes that do not fit their id are damage, as the library is told to
/// verify them. The functions keep their form in libgit2 1.5 to 1.7, the versions that are loaded.
/// </remarks>
internal sealed unsafe class ObjectStore : IDisposable
{
    private const int NotFound = -3;
    private const int IdBytes = 20;

    private nint database;

    /// <exception cref="RefusedException">RepositoryUnreadable.</exception>
    public ObjectStore(string objectsDirectory)
    {
        var path = Marshal.StringToCoTaskMemUTF8(objectsDirectory);
        try
        {
            nint opened;
            if (Native.Open(&opened, (byte*)path) != 0)
                throw new RefusedException(SourceRefusalKind.RepositoryUnreadable, $"{objectsDirectory} cannot be opened: {Native.LastError()}.");
            database = opened;
        }
        finally
        {
            Marshal.FreeCoTaskMem(path);
        }
    }

    /// <summary>Size of an object's content, told by its header before anything is unpacked; null where there is no such object of the kind.</summary>
    /// <param name="id">40 hex digits.</param>
    /// <exception cref="ObjectDamagedException"/>
    public long? SizeOf(string id, ObjectKind kind)
    {
        var name = stackalloc byte[IdBytes];
        Convert.FromHexString(id, new Span<byte>(name, IdBytes), out _, out _);
        nuint size;
        int found;
        return Answered(Native.ReadHeader(&size, &found, database, name)) && found == (int)kind ? (long)size : null;
    }

    /// <returns>Null where there is no such object of the kind.</returns>
    /// <exception cref="ObjectDamagedException"/>
    public byte[]? Read(string id, ObjectKind kind)
    {
        var name = stackalloc byte[IdBytes];
        Convert.FromHexString(id, new Span<byte>(name, IdBytes), out _, out _);
        nint read;
        if (!Answered(Native.Read(&read, database, name)))
            return null;
        try
        {
            return Native.TypeOf(read) == (int)kind ? new ReadOnlySpan<byte>(Native.DataOf(read), checked((int)Native.SizeOf(read))).ToArray() : null;
        }
        finally
        {
            Native.FreeObject(read);
        }
    }

    public void Dispose()
    {
        if (database != nint.Zero)
            Native.FreeDatabase(database);
        database = nint.Zero;
    }

    private static bool Answered(int code) => code switch
    {
        0 => true,
        NotFound => false,
        _ => throw new ObjectDamagedException(Native.LastError()),
    };

    private static class Native
    {
        public static readonly delegate* unmanaged[Cdecl]<nint*, byte*, int> Open = (delegate* unmanaged[Cdecl]<nint*, byte*, int>)Export("git_odb_open");
        public static readonly delegate* unmanaged[Cdecl]<nint, void> FreeDatabase = (delegate* unmanaged[Cdecl]<nint, void>)Export("git_odb_free");
        public static readonly delegate* unmanaged[Cdecl]<nuint*, int*, nint, byte*, int> ReadHeader = (delegate* unmanaged[Cdecl]<nuint*, int*, nint, byte*, int>)Export("git_odb_read_header");
        public static readonly delegate* unmanaged[Cdecl]<nint*, nint, byte*, int> Read = (delegate* unmanaged[Cdecl]<nint*, nint, byte*, int>)Export("git_odb_read");
        public static readonly delegate* unmanaged[Cdecl]<nint, byte*> DataOf = (delegate* unmanaged[Cdecl]<nint, byte*>)Export("git_odb_object_data");
        public static readonly delegate* unmanaged[Cdecl]<nint, nuint> SizeOf = (delegate* unmanaged[Cdecl]<nint, nuint>)Export("git_odb_object_size");
        public static readonly delegate* unmanaged[Cdecl]<nint, int> TypeOf = (delegate* unmanaged[Cdecl]<nint, int>)Export("git_odb_object_type");
        public static readonly delegate* unmanaged[Cdecl]<nint, void> FreeObject = (delegate* unmanaged[Cdecl]<nint, void>)Export("git_odb_object_free");
        private static readonly delegate* unmanaged[Cdecl]<nint*> GetError = (delegate* unmanaged[Cdecl]<nint*>)Export("git_error_last");

        /// <summary>The library's own sentence about the last failure of this thread.</summary>
        public static string LastError() => GetError() is var error && error is not null && Marshal.PtrToStringUTF8(*error) is { Length: > 0 } message ? message : "no reason is known";

        private static nint Export(string name) => NativeLibrary.GetExport(GitLibrary.Handle, name);
    }
}
