using PgGitOps.Core.Policies;
using EditKind = PgGitOps.Core.Policies.Language.EditKind;
using Value = PgGitOps.Core.Policies.Language.Value;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>A value as a worker names it: a document, a node, and the keys that are missing below it.</summary>
internal sealed record PlaceReport(int Document, int Node, string Missing);

internal sealed record EditReport(bool Adds, PlaceReport Place, string Key, string Text, bool Safe);

internal sealed record FindingReport(
    PlaceReport Place,
    string Message,
    string? Hint,
    (PlaceReport Place, string Text)[] Related,
    EditReport[] Edits
);

/// <summary>One run, as it crosses the pipe: numbers and capped texts, nothing of the rule's own types.</summary>
internal sealed record RunReport(
    int Rule,
    int Subject,
    RunEnd End,
    string Reason,
    int Site,
    long Fuel,
    bool ClockRead,
    int[] DocumentsRead,
    string[] KindsListed,
    FindingReport[] Findings,
    int[] Visited,
    (int Document, string Path, string? Text)[] Reads
);

internal static class ResultCodec
{
    private const int TextBytesMax = 8_000,
        CharactersMax = 2_000,
        ListMax = 1_000_000;

    /// <summary>Characters of all texts of one run: what a rule says has to fit into a message, and before the eyes of a reader.</summary>
    public const int SaidMax = 1_000_000;

    public static long Said(IEnumerable<Core.Policies.Language.Finding> findings) =>
        findings.Sum(f =>
            Length(f.Message)
            + Length(f.HintText)
            + f.RelatedPlaces.Sum(r => Length(r.Text) + PlaceLength)
            + f.Edits.Sum(e => Length(e.Key) + Length(e.Text) + PlaceLength)
            + PlaceLength
        );

    private const int PlaceLength = 20;

    private static long Length(string? text) => Math.Min(text?.Length ?? 0, CharactersMax);

    public static void Write(BinaryWriter to, RunResult result)
    {
        var run = result.Evaluation;
        to.Write7BitEncodedInt(result.Rule);
        to.Write7BitEncodedInt(result.Subject + 1);
        to.Write((byte)result.End);
        to.Write(Cut(result.Reason));
        to.Write7BitEncodedInt(result.Site + 1);
        to.Write7BitEncodedInt64(result.Fuel);
        to.Write(run.ClockRead);
        to.WriteList(run.DocumentsRead, to.Write7BitEncodedInt);
        to.WriteList(run.KindsListed, k => to.Write(Cut(k)));
        to.WriteList(
            run.Findings,
            f =>
            {
                Write(to, f.Place);
                to.Write(Cut(f.Message));
                to.Write(f.HintText is not null);
                if (f.HintText is { } hint)
                    to.Write(Cut(hint));
                to.WriteList(
                    f.RelatedPlaces,
                    r =>
                    {
                        Write(to, r.Place);
                        to.Write(Cut(r.Text));
                    }
                );
                to.WriteList(
                    f.Edits,
                    e =>
                    {
                        to.Write(e.Kind == EditKind.Add);
                        Write(to, e.Place);
                        to.Write(Cut(e.Key));
                        to.Write(Cut(e.Text));
                        to.Write(e.Safe);
                    }
                );
            }
        );
        to.WriteList(run.Tank.Visited ?? [], to.Write7BitEncodedInt);
        to.WriteList(
            run.Reads?.Items ?? [],
            r =>
            {
                to.Write7BitEncodedInt(r.Document);
                to.Write(Cut(r.Path));
                to.Write(r.Text is not null);
                if (r.Text is { } text)
                    to.Write(Cut(text));
            }
        );
    }

    private static void Write(BinaryWriter to, Value value)
    {
        var written = value.Written;
        to.Write7BitEncodedInt(value.DocumentNumber);
        to.Write7BitEncodedInt(written.Node?.Number ?? 1);
        to.Write(Cut(ReferenceEquals(written, value) ? "" : value.PathBelow(written, CharactersMax)));
    }

    public static RunReport Read(BinaryReader from) =>
        new(
            from.Read7BitEncodedInt(),
            from.Read7BitEncodedInt() - 1,
            from.ReadByte() switch
            {
                0 => RunEnd.Finished,
                1 => RunEnd.NotApplicable,
                2 => RunEnd.Error,
                _ => throw new InvalidDataException("A run ended in no known way."),
            },
            from.ReadText(TextBytesMax),
            from.Read7BitEncodedInt() - 1,
            from.Read7BitEncodedInt64(),
            from.ReadBoolean(),
            from.ReadList(ListMax, from.Read7BitEncodedInt),
            from.ReadList(1000, () => from.ReadText(TextBytesMax)),
            from.ReadList(
                1000,
                () =>
                    new FindingReport(
                        ReadPlace(from),
                        from.ReadText(TextBytesMax),
                        from.ReadBoolean() ? from.ReadText(TextBytesMax) : null,
                        from.ReadList(100, () => (ReadPlace(from), from.ReadText(TextBytesMax))),
                        from.ReadList(
                            100,
                            () =>
                                new EditReport(
                                    from.ReadBoolean(),
                                    ReadPlace(from),
                                    from.ReadText(TextBytesMax),
                                    from.ReadText(TextBytesMax),
                                    from.ReadBoolean()
                                )
                        )
                    )
            ),
            from.ReadList(ListMax, from.Read7BitEncodedInt),
            from.ReadList(
                ListMax,
                () =>
                    (
                        from.Read7BitEncodedInt(),
                        from.ReadText(TextBytesMax),
                        from.ReadBoolean() ? from.ReadText(TextBytesMax) : null
                    )
            )
        );

    private static PlaceReport ReadPlace(BinaryReader from) =>
        new(from.Read7BitEncodedInt(), from.Read7BitEncodedInt(), from.ReadText(TextBytesMax));

    private static string Cut(string? text) =>
        text is null ? ""
        : text.Length <= CharactersMax ? text
        : text[..CharactersMax] + "…";
}
