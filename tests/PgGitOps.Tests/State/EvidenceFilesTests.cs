using System.Text;
using System.Text.Json;
using PgGitOps.Core.Evidence;
using PgGitOps.Core.Ports;
using PgGitOps.Providers.State;
using PgGitOps.Tests.Builders;

namespace PgGitOps.Tests.State;

public sealed class EvidenceFilesTests : IDisposable
{
    private static readonly EvidenceSeries Series = new("core", "0123456789abcdef", "drift");

    private readonly string directory = Directory.CreateTempSubdirectory("pggitops-evidence-").FullName;
    private readonly ManualTime time = new();

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private string Root => Path.Combine(directory, "evidence");

    private string FileOf => Directory.EnumerateFiles(Root, "drift.jsonl", SearchOption.AllDirectories).Single();

    private EvidenceFiles Open() => new(Root, time);

    [Fact]
    public void Append_ChainsEveryEntryToTheOneBefore_AndReadsThemInOrder()
    {
        var store = Open();
        for (var i = 0; i < 3; i++)
            Add(store, i);

        var read = Assert.IsType<EvidenceReading.Found>(Open().Read(Series)).Entries;

        Assert.Equal(["0", "1", "2"], read.Select(e => e.Body));
        Assert.Equal([1L, 2, 3], read.Select(e => e.Number));
        Assert.True(EvidenceLines.Read(File.ReadAllBytes(FileOf)).IsUnbroken);
        Assert.Equal(read[2], ((EvidenceReading.Found)Open().Latest(Series)).Newest);
    }

    [Fact]
    public void Read_OfAnAppendThatWasKilledAtAnyByte_GivesWhatWasWholeBefore_AndTheNextOneGoesOn()
    {
        Add(Open(), 0);
        var before = File.ReadAllBytes(FileOf);
        Add(Open(), 1);
        var after = File.ReadAllBytes(FileOf);
        for (var length = before.Length; length < after.Length; length++)
        {
            File.WriteAllBytes(FileOf, after[..length]);
            var store = Open();

            Assert.Equal("0", Newest(store));
            Assert.Null(Add(store, 2).Problem);
            Assert.Equal(["0", "2"], ((EvidenceReading.Found)Open().Read(Series)).Entries.Select(e => e.Body));
            Assert.True(EvidenceLines.Read(File.ReadAllBytes(FileOf)) is { TornBytes: 0, Damaged: 0, IsUnbroken: true });
        }
    }

    [Fact]
    public void Read_OfAFirstAppendThatWasKilled_IsUnreadable_NotNothing()
    {
        Add(Open(), 0);
        var whole = File.ReadAllBytes(FileOf);
        for (var length = 1; length < whole.Length; length++)
        {
            File.WriteAllBytes(FileOf, whole[..length]);
            Assert.IsType<EvidenceReading.Unreadable>(Open().Read(Series));
            Assert.IsType<EvidenceReading.Unreadable>(Open().Latest(Series));
        }
    }

    [Fact]
    public void Read_WhereTheNewestEntryWasChanged_IsUnreadable_AndWhereAnOlderOneWas_LeavesThatOut()
    {
        var store = Open();
        for (var i = 0; i < 3; i++)
            Add(store, i + 70);
        var lines = File.ReadAllLines(FileOf);

        File.WriteAllText(
            FileOf,
            string.Join('\n', [lines[0], lines[1].Replace("71", "17", StringComparison.Ordinal), lines[2]]) + "\n"
        );
        Assert.Equal(["70", "72"], ((EvidenceReading.Found)Open().Read(Series)).Entries.Select(e => e.Body));
        File.WriteAllText(
            FileOf,
            string.Join('\n', [lines[0], lines[1], lines[2].Replace("72", "27", StringComparison.Ordinal)]) + "\n"
        );
        Assert.IsType<EvidenceReading.Unreadable>(Open().Latest(Series));
    }

    [Fact]
    public void Read_OfAnEntryThatOutlivedItself_LeavesItOut_AlsoFromMemory()
    {
        var store = Open();
        Add(store, 0, TimeSpan.FromHours(1));
        Assert.Equal("0", Newest(store));

        time.Advance(TimeSpan.FromHours(1));

        Assert.Null(Newest(store));
        Assert.Null(Newest(Open()));
        // The chain goes on from it all the same.
        Assert.Equal(2, Add(store, 1).Newest!.Number);
    }

    [Fact]
    public void Append_BeyondTheRoomOfASeries_KeepsTheNewest_AndTheChain()
    {
        var store = Open();
        var text = JsonSerializer.Serialize(new string('x', 1000));
        for (var i = 0; i < 400; i++)
        {
            Assert.Null(store.Append(Series, _ => new EvidenceDraft(time.GetUtcNow(), null, text) { MayBeLost = true }).Problem);
            Assert.True(new FileInfo(FileOf).Length <= EvidenceFiles.BytesMax);
        }

        var read = EvidenceLines.Read(File.ReadAllBytes(FileOf));
        Assert.Equal(400, read.Newest!.Number);
        Assert.True(read.IsUnbroken);
        Assert.True(read.Whole.Count > 40);
        Assert.Equal(
            ["drift.jsonl", "lock"],
            Directory.EnumerateFiles(Path.GetDirectoryName(FileOf)!).Select(Path.GetFileName).Order()
        );
    }

    [Fact]
    public void Append_OfOneThatIsLargerThanTheRoom_KeepsIt()
    {
        var store = Open();
        Add(store, 0);
        var large = JsonSerializer.Serialize(new string('x', EvidenceFiles.BytesMax + 1));

        store.Append(Series, _ => new(time.GetUtcNow(), null, large));

        Assert.Equal(large, Newest(Open()));
    }

    [Fact]
    public void Append_WhenNothingIsToBeAdded_AddsNothing_AndShowsTheNewest()
    {
        var store = Open();
        Add(store, 0);
        var length = new FileInfo(FileOf).Length;

        var added = store.Append(
            Series,
            newest => newest is null ? throw new InvalidOperationException("the newest is known") : null
        );

        Assert.Equal(("0", null), (added.Newest!.Body, added.Problem));
        Assert.Equal(length, new FileInfo(FileOf).Length);
    }

    [Fact]
    public void File_IsForItsOwnersEyes_AndNotBelievedWhereOthersMayWriteIt()
    {
        // Modes are of Unix, and owners are asked of Linux.
        if (!OperatingSystem.IsLinux())
            return;
        Add(Open(), 0);
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(own, File.GetUnixFileMode(FileOf));
        Assert.Equal(own | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(FileOf)!));

        File.SetUnixFileMode(FileOf, own | UnixFileMode.GroupWrite);

        Assert.Contains(
            "can be written by others",
            Assert.IsType<EvidenceReading.Unreadable>(Open().Latest(Series)).Reason,
            StringComparison.Ordinal
        );
        Assert.Contains("can be written by others", Add(Open(), 1).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Latest_WhereTheFileMayNotBeLookedAt_IsUnreadable_NotNothing()
    {
        Add(Open(), 0);
        var file = FileOf;
        // As where permission is denied, which root never is: something stands in the folder's place.
        Directory.Move(Path.GetDirectoryName(file)!, directory + "-away");
        File.WriteAllText(Path.GetDirectoryName(file)!, "");

        Assert.IsType<EvidenceReading.Unreadable>(Open().Latest(Series));
        Assert.NotNull(Add(Open(), 1).Problem);
        Directory.Delete(directory + "-away", recursive: true);
    }

    [Theory]
    [InlineData("lock")]
    [InlineData("drift.jsonl")]
    public void Append_WhereAPipeStandsInAFilesPlace_IsAProblem_AndHoldsNobody(string name)
    {
        Add(Open(), 0);
        var path = Path.Combine(Path.GetDirectoryName(FileOf)!, name);
        File.Delete(path);
        using (var make = System.Diagnostics.Process.Start("mkfifo", [path]))
            make.WaitForExit();

        Assert.Contains($"{name} is no file", Add(Open(), 1).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Elsewhere_IsTheSameSeriesOfClustersOfThatName_OfNoOther()
    {
        var store = Open();
        foreach (
            var series in (EvidenceSeries[])
                [
                    Series,
                    Series with
                    {
                        Repository = "fedcba9876543210",
                    },
                    Series with
                    {
                        Cluster = "core.b",
                        Repository = "fedcba9876543210",
                    },
                    Series with
                    {
                        Name = "lag",
                        Repository = "1111111111111111",
                    },
                ]
        )
            store.Append(series, _ => new(time.GetUtcNow(), null, "1"));

        Assert.Equal([Series with { Repository = "fedcba9876543210" }], store.Elsewhere(Series));
    }

    [Fact]
    public async Task Append_OfTwoStores_AsOfTwoProcesses_LosesNothing_AndBreaksNoChain()
    {
        const int Each = 100;
        await Task.WhenAll(
            Enumerable
                .Range(0, 2)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        var store = Open();
                        for (var i = 0; i < Each; i++)
                            Assert.Null(
                                store
                                    .Append(
                                        Series,
                                        newest =>
                                            new(
                                                time.GetUtcNow(),
                                                null,
                                                ((newest is null ? 0 : int.Parse(newest.Body, null)) + 1).ToString(
                                                    System.Globalization.CultureInfo.InvariantCulture
                                                )
                                            )
                                            {
                                                MayBeLost = true,
                                            }
                                    )
                                    .Problem
                            );
                    })
                )
        );

        var read = EvidenceLines.Read(File.ReadAllBytes(FileOf));
        Assert.Equal(2 * Each, read.Whole.Count);
        Assert.True(read.IsUnbroken);
        Assert.Equal((2 * Each).ToString(System.Globalization.CultureInfo.InvariantCulture), read.Newest!.Body);
    }

    [Fact]
    public void Write_OfEveryCharacter_ReadsBackTheSame()
    {
        var body = JsonSerializer.Serialize("\0\n\r\t\"\\ø\ud83d\ude00");
        var entry = EvidenceEntry.After(null, new(time.GetUtcNow(), time.GetUtcNow().AddTicks(1), body));

        var read = Assert.Single(EvidenceLines.Read(EvidenceLines.Write(entry)).Whole);

        Assert.Equal(entry, read);
        Assert.Single(Encoding.UTF8.GetString(EvidenceLines.Write(entry)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    // As versions wrote it that spelled it by hand: files of theirs go on.
    [Fact]
    public void Write_OfAnEntry_IsTheLineOfEarlierVersions()
    {
        var at = new DateTimeOffset(2026, 3, 1, 13, 0, 0, TimeSpan.FromHours(1));
        var first = EvidenceEntry.After(null, new(at, null, "{\"a\": [1, \"ø\"]}"));
        var second = EvidenceEntry.After(first, new(at, at.AddTicks(5), "2"));

        Assert.Equal(
            "{\"n\":1,\"at\":\"2026-03-01T12:00:00.0000000Z\",\"prev\":\"\",\"digest\":\""
                + first.Digest
                + "\",\"body\":{\"a\": [1, \"ø\"]}}\n"
                + "{\"n\":2,\"at\":\"2026-03-01T12:00:00.0000000Z\",\"until\":\"2026-03-01T12:00:00.0000005Z\",\"prev\":\""
                + first.Digest
                + "\",\"digest\":\""
                + second.Digest
                + "\",\"body\":2}\n",
            Encoding.UTF8.GetString([.. EvidenceLines.Write(first), .. EvidenceLines.Write(second)])
        );
    }

    [Theory]
    [InlineData("\"n\":", "\"m\":")]
    [InlineData("\"n\":1", "\"n\":\"1\"")]
    [InlineData("\"n\":1", "\"n\":1,\"n\":1")]
    [InlineData("\"prev\":\"\"", "\"prev\":null")]
    [InlineData("\"body\":7", "\"body\":")]
    [InlineData("12:00", "noon")]
    [InlineData("{", "[")]
    public void Read_OfALineThatIsNone_CountsItAsDamaged(string right, string wrong)
    {
        var entry = EvidenceEntry.After(null, new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), null, "7"));
        var line = Encoding.UTF8.GetString(EvidenceLines.Write(entry));
        Assert.Contains(right, line, StringComparison.Ordinal);

        var read = EvidenceLines.Read(Encoding.UTF8.GetBytes(line.Replace(right, wrong, StringComparison.Ordinal)));

        Assert.Empty(read.Whole);
        Assert.Equal(1, read.Damaged);
    }

    private EvidenceAddition Add(EvidenceFiles store, int body, TimeSpan? lifetime = null) =>
        store.Append(
            Series,
            _ =>
                new(
                    time.GetUtcNow(),
                    lifetime is { } l ? time.GetUtcNow() + l : null,
                    body.ToString(System.Globalization.CultureInfo.InvariantCulture)
                )
                {
                    MayBeLost = true,
                }
        );

    private static string? Newest(EvidenceFiles store) => Assert.IsType<EvidenceReading.Found>(store.Latest(Series)).Newest?.Body;
}
