using System.Text.Json;
using System.Text.Json.Serialization;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.Git.Reading;

namespace PgGitOps.Providers.Git;

/// <summary>The revision that is in force: the last one that was read, valid and accepted.</summary>
/// <param name="Address">Where it came from, without credentials.</param>
public sealed record AcceptedRevision(string Address, string Reference, string CommitId, DateTimeOffset AcceptedAt);

/// <summary>What the state file tells.</summary>
public abstract record LastGood
{
    private LastGood() { }

    public sealed record Found(AcceptedRevision Revision) : LastGood;

    /// <summary>Nothing was accepted yet.</summary>
    public sealed record None : LastGood;

    /// <summary>Something was accepted, but the file does not tell what. Taking this for None would accept any history.</summary>
    public sealed record Unreadable(string Reason) : LastGood;

    public T Match<T>(Func<AcceptedRevision, T> found, Func<T> none, Func<string, T> unreadable) =>
        this switch
        {
            Found it => found(it.Revision),
            None => none(),
            Unreadable it => unreadable(it.Reason),
            _ => throw new InvalidOperationException("The last good revision is Found, None or Unreadable."),
        };
}

/// <summary>Keeps the last good revision in a file that is always whole: the old one or the new one, also after a power cut.</summary>
/// <remarks>
/// The one before it lies beside it. Where the file itself was damaged or lost, that one still says which history is the accepted one.
/// </remarks>
/// <param name="distrust">Why what lies at a path is neither believed nor written, or null; by default asked of the file and its folder.</param>
public sealed class LastGoodRevision(string path, Func<string, string?>? distrust = null)
{
    private const long BytesMax = 1 << 20;

    private readonly Func<string, string?> distrust =
        distrust ?? (at => OwnDirectory.Distrust(Path.GetDirectoryName(Path.GetFullPath(at))!, Path.GetFullPath(at))?.Why);

    private string Before => $"{path}.before";

    public LastGood Read()
    {
        // One that is nobody's business to have written says nothing, and neither does its neighbour: which is the newer?
        if ((distrust(path) ?? distrust(Before)) is { } why)
            return new LastGood.Unreadable(why);
        return (ReadFile(path), ReadFile(Before)) switch
        {
            (LastGood.Unreadable or LastGood.None, LastGood.Found older) => older,
            (var newest, _) => newest,
        };
    }

    /// <returns>Null when it is on disk, else why not; the file then still holds what it held before.</returns>
    public SourceRefusal? Save(AcceptedRevision revision)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var temporary = $"{path}.new";
        if ((distrust(path) ?? distrust(Before)) is { } why)
            return new SourceRefusal(
                SourceRefusalKind.CacheUnusable,
                $"The last good revision is not written: {why}",
                "It is written as soon as that is mended."
            );
        try
        {
            OwnDirectory.Make(directory);
            using (var file = new FileStream(temporary, OwnDirectory.Writing(FileMode.Create)))
            {
                JsonSerializer.Serialize(file, revision, LastGoodJson.Default.AcceptedRevision);
                file.Flush(flushToDisk: true);
            }
            if (ReadFile(path) is LastGood.Found { Revision: var old } && old.CommitId != revision.CommitId)
                Keep(directory);
            File.Move(temporary, path, overwrite: true);
            if (!File.Exists(Before))
                Keep(directory);
            Posix.SyncDirectory(directory);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SourceRefusal(
                SourceRefusalKind.CacheUnusable,
                $"The last good revision cannot be written to {path}: {e.Message}",
                "Make room or name another state directory; it is written as soon as that is possible."
            );
        }
    }

    // Copied, not moved: at no moment is there none.
    private void Keep(string directory)
    {
        File.Copy(path, $"{Before}.new", overwrite: true);
        File.Move($"{Before}.new", Before, overwrite: true);
        Posix.SyncDirectory(directory);
    }

    private static LastGood ReadFile(string file)
    {
        try
        {
            if (RegularFile.TryRead(file, BytesMax) is not { } bytes)
                return new LastGood.None();
            var revision = JsonSerializer.Deserialize(bytes, LastGoodJson.Default.AcceptedRevision);
            return revision is not null && ReferenceName.IsFullId(revision.CommitId ?? "")
                ? new LastGood.Found(revision)
                : new LastGood.Unreadable($"{file} names no commit.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return new LastGood.Unreadable($"{file} cannot be read: {e.Message}");
        }
    }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AcceptedRevision))]
internal sealed partial class LastGoodJson : JsonSerializerContext;
