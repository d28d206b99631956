using System.Text;
using PgGitOps.Cli;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Passes;
using PgGitOps.Core.Ports;
using PgGitOps.Journal;
using PgGitOps.Providers;
using PgGitOps.Providers.Git;
using PgGitOps.Providers.State;
using PgGitOps.State;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.State;

/// <summary>A state directory, or a part of it, that another user made or may change.</summary>
public sealed class StateOwnershipTests : IDisposable
{
    private const uint Nobody = 65534;

    private const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private static readonly EvidenceSeries Series = new("core", "0123456789abcdef", "memory");
    private static readonly AcceptedRevision Accepted = new("here", "main", new string('a', 40), Snapshots.At);
    private static readonly Suspension Suspended = new("index", "lars", Snapshots.At, Snapshots.At.AddYears(50));

    private readonly string root = Directory.CreateTempSubdirectory("pggitops-state-").FullName;
    private readonly List<string> said = [];
    private readonly StateConditions conditions;

    public StateOwnershipTests() => conditions = new(said.Add, new StateOwnership(root));

    public void Dispose() => Directory.Delete(root, recursive: true);

    public static TheoryData<string, bool> Parts()
    {
        var parts = new TheoryData<string, bool>();
        foreach (
            var part in (string[])
                [
                    "",
                    "evidence",
                    "evidence/core.0123456789abcdef",
                    "evidence/core.0123456789abcdef/memory.jsonl",
                    "clusters",
                    "clusters/core.0123456789abcdef.json",
                    "journal",
                    "last-good.json",
                    "last-good.json.before",
                    "note.json",
                    "suspended",
                    "suspended/test.core.declared.json",
                ]
        )
        {
            parts.Add(part, true);
            parts.Add(part, false);
        }
        return parts;
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void APartThatIsNotOurs_IsOneCondition_NeitherBelievedNorWritten_AndEndsWithIt(string part, bool byMode)
    {
        // Owners are given away by root alone; modes are anybody's own.
        if (!OperatingSystem.IsLinux() || (!byMode && !Environment.IsPrivilegedProcess))
            return;
        Use();
        Assert.Empty(said);
        var ours = Seen();
        Assert.Equal(Everything, ours);
        var path = Path.Combine(root, part).TrimEnd('/');
        var mode = File.GetUnixFileMode(path);

        if (byMode)
            File.SetUnixFileMode(path, mode | Others);
        else
            Posix.GiveTo(path, Nobody);
        var bytes = Bytes();
        for (var pass = 0; pass < 3; pass++)
        {
            Seen();
            Use();
        }

        Assert.StartsWith($"state directory: {path} ", Assert.Single(said), StringComparison.Ordinal);
        Assert.Contains(
            byMode ? "can be written by others (mode" : $"belongs to user {Nobody}, not to 0",
            said[0],
            StringComparison.Ordinal
        );
        var distrusted = Part(part);
        Assert.All(Everything, known => Assert.True(Seen().Contains(known) != distrusted.Contains(known), known));
        // Who may write there may have taken a suspension away: in doubt it holds.
        Assert.NotEmpty(Suspensions.Of(Fleets.Cluster()));
        foreach (var (file, before) in bytes.Where(b => b.Key.StartsWith(path, StringComparison.Ordinal)))
            Assert.Equal(before, File.ReadAllText(file));

        if (byMode)
            File.SetUnixFileMode(path, mode);
        else
            Posix.GiveTo(path, 0);
        Assert.Equal(Everything, Seen());
        Use();
        Assert.Equal([said[0], "state directory: owner can be used again"], said);
        Assert.Empty(conditions.Standing);
    }

    [Fact]
    public void AForeignPart_IsToldAsOneEvent_WhateverElseStands()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Use();
        var heard = new Heard();
        conditions.TellTo(heard);
        conditions.Tell("disk", "no space");
        File.SetUnixFileMode(root, File.GetUnixFileMode(root) | Others);

        Use();
        // Ours to name: what is not told in more words by everything that meets it.
        conditions.Tell("journal of this run", $"the journal cannot be written: {conditions.Distrust(root)}");

        Assert.Equal(["StateNotKept", "StateNotKept"], heard.Codes);
        Assert.Equal(2, conditions.Standing.Count);
        File.SetUnixFileMode(root, File.GetUnixFileMode(root) & ~Others);
        // Whatever is asked for next.
        Assert.Null(conditions.Distrust(Path.Combine(root, "never-seen")));
        Assert.Equal(["no space"], conditions.Standing);
    }

    [Fact]
    public void AFolderLikeTmp_IsNobodysToChange()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Use();
        File.SetUnixFileMode(root, File.GetUnixFileMode(root) | Others | UnixFileMode.StickyBit);

        Assert.Equal(Everything, Seen());
        Assert.Empty(said);
    }

    [Fact]
    public void WhatIsMade_IsForItsOwnersEyes()
    {
        if (!OperatingSystem.IsLinux())
            return;
        Use();
        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & Others);
    }

    /// <summary>What is to be believed of a directory that is all ours.</summary>
    private static readonly string[] Everything = ["evidence", "earlier", "journal", "last good", "note", "suspended"];

    /// <summary>Of those, what is not to be where a part is not ours. A suspension holds in doubt, so that it shows by its words.</summary>
    private static string[] Part(string part) =>
        part.Split('/')[0] switch
        {
            "" => ["evidence", "earlier", "journal", "last good", "note", "suspended"],
            "evidence" => ["evidence"],
            "clusters" => ["earlier"],
            "journal" => ["journal"],
            "note.json" => ["note"],
            "suspended" => ["suspended"],
            _ => ["last good"],
        };

    private StateFile Note => new(Path.Combine(root, "note.json"), conditions);

    private EvidenceFiles Evidence => new(Path.Combine(root, "evidence"), TimeProvider.System, conditions.Distrust);

    private OwnSuspensions Suspensions => new(root, conditions);

    private LastGoodRevision LastGood => new(Path.Combine(root, "last-good.json"), conditions.Distrust);

    /// <summary>Writes everything there is, as passes do.</summary>
    private void Use()
    {
        Note.Save("{}"u8.ToArray());
        Evidence.Append(Series, _ => new EvidenceDraft(Snapshots.At, null, "\"seen\""));
        Suspensions.Declare(Fleets.Cluster(), Suspended);
        LastGood.Save(Accepted);
        var earlier = Path.Combine(root, "clusters", "core.0123456789abcdef.json");
        if (!File.Exists(earlier))
        {
            OwnDirectory.Make(Path.GetDirectoryName(earlier)!);
            using var file = new FileStream(earlier, OwnDirectory.Writing(FileMode.CreateNew));
            file.Write(
                Encoding.UTF8.GetBytes(
                    Core.Reporting.Snapshots.RememberedClusterJson.Write(
                        Lineage.Histories.Remembered("2 0/700 1@0/400", "core-1")
                    )
                )
            );
        }
        try
        {
            using var journal = JournalFile.Create(
                Path.Combine(root, "journal"),
                new() { Kind = JournalEntryKind.Begin, At = DateTimeOffset.UtcNow },
                TimeProvider.System,
                (_, _) => { },
                conditions
            );
            journal.End("done");
        }
        catch (IOException)
        {
            // Told as the condition.
        }
    }

    /// <summary>What is believed.</summary>
    private string[] Seen() =>
        [
            .. new[]
            {
                Evidence.Latest(Series) is EvidenceReading.Found { Newest.Body: "\"seen\"" } ? "evidence" : "",
                new EarlierMemory(Path.Combine(root, "clusters"), conditions.Distrust)
                    .Recall("core", "0123456789abcdef", _ => true)
                    .Cluster
                    is not null
                    ? "earlier"
                    : "",
                new JournalArchive(Path.Combine(root, "journal"), TimeProvider.System, conditions).Files().Count > 0
                    ? "journal"
                    : "",
                LastGood.Read() is LastGood.Found ? "last good" : "",
                Note.Read() is not null ? "note" : "",
                Suspensions.Of(Fleets.Cluster()).Any(s => s.Suspension == Suspended) ? "suspended" : "",
            }.Where(s => s.Length > 0),
        ];

    private Dictionary<string, string> Bytes() =>
        Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllText);
}
