using PgGitOps.Core.Policies;
using PgGitOps.Core.Sources;
using PgGitOps.Providers.RuleHost.Compiling;

namespace PgGitOps.Providers.RuleHost.Working;

/// <summary>Bodies of the messages, written and read side by side.</summary>
internal static class Messages
{
    private const int RulesMax = 1_000,
        SitesMax = 500_000,
        FindingsMax = 20_000,
        TextMax = 128 * 1024;

    public static void Write(BinaryWriter to, IReadOnlyList<RuleText> rules, Layers layers)
    {
        to.Write((byte)layers);
        to.WriteList(
            rules,
            r =>
            {
                to.Write7BitEncodedInt(r.Number);
                to.Write(r.Path);
                to.Write(r.Text);
                to.Write(r.Subject);
                to.WriteList(r.Parameters, to.Write);
            }
        );
    }

    public static (IReadOnlyList<RuleText> Rules, Layers Layers) ReadRules(BinaryReader from)
    {
        var layers = (Layers)from.ReadByte();
        return (
            from.ReadList(
                RulesMax,
                () =>
                    new RuleText(
                        from.Read7BitEncodedInt(),
                        from.ReadString(),
                        from.ReadString(),
                        from.ReadString(),
                        from.ReadList(1000, from.ReadString)
                    )
            ),
            layers
        );
    }

    public static void Write(BinaryWriter to, CompiledRules compiled)
    {
        to.Write7BitEncodedInt(compiled.Image.Length);
        to.Write(compiled.Image);
        to.WriteList(compiled.Rules, to.Write7BitEncodedInt);
        to.WriteList(
            compiled.Sites,
            s =>
            {
                to.Write7BitEncodedInt(s.Rule);
                Write(to, s.Place);
            }
        );
        to.WriteList(
            compiled.Findings,
            f =>
            {
                to.Write7BitEncodedInt(f.Rule);
                to.Write(f.Id);
                to.Write(f.Message.Length > 4000 ? f.Message[..4000] : f.Message);
                Write(to, f.Place);
            }
        );
    }

    public static CompiledRules ReadCompiled(BinaryReader from)
    {
        var length = from.Read7BitEncodedInt();
        if (length is < 0 or > 4 * 1024 * 1024)
            throw new InvalidDataException("The compiled rules are larger than allowed.");
        var image = from.ReadBytes(length);
        return new CompiledRules(
            image,
            from.ReadList(RulesMax, from.Read7BitEncodedInt),
            from.ReadList(SitesMax, () => (from.Read7BitEncodedInt(), ReadPlace(from))),
            from.ReadList(
                FindingsMax,
                () => new CompileFinding(from.Read7BitEncodedInt(), from.ReadText(64), from.ReadText(TextMax), ReadPlace(from))
            )
        );
    }

    private static void Write(BinaryWriter to, RulePlace place)
    {
        to.Write7BitEncodedInt(place.Line);
        to.Write7BitEncodedInt(place.Column);
        to.Write7BitEncodedInt(place.EndColumn);
    }

    private static RulePlace ReadPlace(BinaryReader from) =>
        new(from.Read7BitEncodedInt(), from.Read7BitEncodedInt(), from.Read7BitEncodedInt());

    public static void Write(BinaryWriter to, byte[] image, IReadOnlyList<RunnableRule> rules)
    {
        to.Write7BitEncodedInt(image.Length);
        to.Write(image);
        to.WriteList(
            rules,
            r =>
            {
                to.Write7BitEncodedInt(r.Number);
                to.Write(r.Subject);
                to.WriteList(
                    [.. r.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal)],
                    p =>
                    {
                        to.Write(p.Key);
                        Write(to, p.Value);
                    }
                );
            }
        );
    }

    public static (byte[] Image, IReadOnlyList<RunnableRule> Rules) ReadBundle(BinaryReader from)
    {
        var image = from.ReadBytes(from.Read7BitEncodedInt());
        return (
            image,
            from.ReadList(
                RulesMax,
                () =>
                    new RunnableRule(
                        from.Read7BitEncodedInt(),
                        from.ReadString(),
                        from.ReadList(1000, () => KeyValuePair.Create(from.ReadString(), ReadValue(from)))
                            .ToDictionary(StringComparer.Ordinal)
                    )
            )
        );
    }

    private static void Write(BinaryWriter to, ParameterValue value)
    {
        var kind = value.Match(_ => 0, _ => 1, _ => 2, _ => 3, _ => 4, _ => 5);
        to.Write((byte)kind);
        switch (value)
        {
            case ParameterValue.OfDuration v:
                to.Write(v.Value.Ticks);
                break;
            case ParameterValue.OfInteger v:
                to.Write(v.Value);
                break;
            case ParameterValue.OfSize v:
                to.Write(v.Bytes);
                break;
            case ParameterValue.OfBoolean v:
                to.Write(v.Value);
                break;
            case ParameterValue.OfText v:
                to.Write(v.Value);
                break;
            case ParameterValue.OfTexts v:
                to.WriteList(v.Values, to.Write);
                break;
        }
    }

    private static ParameterValue ReadValue(BinaryReader from) =>
        from.ReadByte() switch
        {
            0 => new ParameterValue.OfDuration(new TimeSpan(from.ReadInt64())),
            1 => new ParameterValue.OfInteger(from.ReadInt64()),
            2 => new ParameterValue.OfSize(from.ReadInt64()),
            3 => new ParameterValue.OfBoolean(from.ReadBoolean()),
            4 => new ParameterValue.OfText(from.ReadString()),
            5 => new ParameterValue.OfTexts(from.ReadList(10_000, from.ReadString).ToEquatableArray()),
            _ => throw new InvalidDataException("A parameter is of no known type."),
        };
}
