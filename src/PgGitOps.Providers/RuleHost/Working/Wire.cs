using System.Buffers.Binary;
using System.Text;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>Messages between the engine and a worker: a length, a kind, a body.</summary>
internal static class Wire
{
    public const int Compile = 1,
        Load = 2,
        Documents = 3,
        Corpus = 4,
        Run = 5,
        Probe = 6;
    public const int Ready = 10,
        Compiled = 11,
        Started = 12,
        Results = 13,
        Done = 14,
        Failed = 15;

    /// <summary>Largest message read from a worker.</summary>
    public const int AnswerBytesMax = 16 * 1024 * 1024;

    public static void Send(Stream to, int kind, Action<BinaryWriter>? body = null)
    {
        using var buffer = new MemoryStream();
        using (var writer = new BinaryWriter(buffer, Encoding.UTF8, leaveOpen: true))
            body?.Invoke(writer);
        Span<byte> head = stackalloc byte[5];
        BinaryPrimitives.WriteInt32LittleEndian(head, (int)buffer.Length);
        head[4] = (byte)kind;
        to.Write(head);
        buffer.WriteTo(to);
        to.Flush();
    }

    /// <returns>Kind 0 at the end of the stream.</returns>
    public static (int Kind, byte[] Body) Receive(Stream from, int bytesMax)
    {
        Span<byte> head = stackalloc byte[5];
        if (from.ReadAtLeast(head, 5, throwOnEndOfStream: false) < 5)
            return (0, []);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length < 0 || length > bytesMax)
            throw new InvalidDataException("A message is longer than allowed.");
        var body = new byte[length];
        from.ReadExactly(body);
        return (head[4], body);
    }

    public static BinaryReader Reader(byte[] body) => new(new MemoryStream(body, writable: false), Encoding.UTF8);

    public static void WriteList<T>(this BinaryWriter writer, IReadOnlyCollection<T> items, Action<T> write)
    {
        writer.Write7BitEncodedInt(items.Count);
        foreach (var item in items)
            write(item);
    }

    /// <summary>Reads a list of at most <paramref name="countMax"/> items.</summary>
    public static T[] ReadList<T>(this BinaryReader reader, int countMax, Func<T> read)
    {
        var count = reader.Read7BitEncodedInt();
        if (count < 0 || count > countMax)
            throw new InvalidDataException("A list is longer than allowed.");
        if (count == 0)
            return [];
        // Grown as it comes: a count alone must not take memory.
        var items = new List<T>(Math.Min(count, 1024));
        for (var i = 0; i < count; i++)
            items.Add(read());
        return [.. items];
    }

    /// <summary>Reads a text of at most <paramref name="bytesMax"/> bytes.</summary>
    public static string ReadText(this BinaryReader reader, int bytesMax)
    {
        var length = reader.Read7BitEncodedInt();
        if (length < 0 || length > bytesMax)
            throw new InvalidDataException("A text is longer than allowed.");
        return Encoding.UTF8.GetString(reader.ReadBytes(length));
    }
}
