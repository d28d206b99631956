using System.Text;
using PgGitOps.Providers.Git.Objects;

namespace PgGitOps.Providers.Git.Trees;

internal enum TreeEntryKind
{
    File,
    Folder,
    Link,
    Submodule,

    /// <summary>A mode that Git has no meaning for.</summary>
    Other,
}

/// <param name="Name">With U+FFFD for bytes that are not UTF-8.</param>
/// <param name="NameBytes">The name as it stands.</param>
/// <param name="Id">40 hex digits.</param>
internal readonly record struct RawTreeEntry(TreeEntryKind Kind, string Name, ReadOnlyMemory<byte> NameBytes, string Id);

/// <summary>The entries of a folder, out of the bytes of its object: <c>mode name NUL id</c> again and again, the mode in octal digits.</summary>
internal readonly struct TreeEntries(byte[] tree)
{
    public Enumerator GetEnumerator() => new(tree);

    internal struct Enumerator(byte[] tree)
    {
        private const int IdBytes = 20;

        private int at;

        public RawTreeEntry Current { get; private set; }

        /// <exception cref="ObjectDamagedException">The bytes are no folder.</exception>
        public bool MoveNext()
        {
            if (at == tree.Length)
                return false;
            var rest = tree.AsSpan(at);
            var space = rest.IndexOf((byte)' ');
            var end = rest.IndexOf((byte)0);
            if (space <= 0 || end <= space + 1 || rest.Length - end - 1 < IdBytes)
                throw new ObjectDamagedException("an entry of the folder is cut short");
            var mode = 0;
            foreach (var digit in rest[..space])
            {
                if (digit is < (byte)'0' or > (byte)'7' || mode > 0x1FFFF)
                    throw new ObjectDamagedException("an entry of the folder has no mode");
                mode = mode << 3 | digit - '0';
            }
            var kind = (mode & 0xF000) switch
            {
                0x4000 => TreeEntryKind.Folder,
                0xA000 => TreeEntryKind.Link,
                0xE000 => TreeEntryKind.Submodule,
                0x8000 => TreeEntryKind.File,
                _ => TreeEntryKind.Other,
            };
            Current = new RawTreeEntry(
                kind,
                Encoding.UTF8.GetString(rest[(space + 1)..end]),
                tree.AsMemory(at + space + 1, end - space - 1),
                Convert.ToHexStringLower(rest.Slice(end + 1, IdBytes))
            );
            at += end + 1 + IdBytes;
            return true;
        }
    }
}
