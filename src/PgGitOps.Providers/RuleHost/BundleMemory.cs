using System.Globalization;
using System.Text;
using PgGitOps.Providers.RuleHost.Compiling;
using PgGitOps.Providers.RuleHost.Working;

namespace PgGitOps.Providers.RuleHost;

/// <summary>Rules that the compiler could not be done with, by their texts: what they are does not change when another rule beside them does.</summary>
/// <remarks>
/// With a cache it outlives the process, so that whoever asks again does not pay again. What was not certain is asked again, ever rarer:
/// a tenth of the time at most goes into it.
/// </remarks>
/// <param name="circumstances">Language, program, compiler and runtime: another of them may be done with the rule.</param>
internal sealed class BundleMemory(BundleCache? cache, string circumstances, TimeProvider clock)
{
    private const int TextsMax = 2_000,
        RestPerCost = 10,
        DoublingsMax = 10;
    private static readonly TimeSpan RestMax = TimeSpan.FromDays(1);
    private readonly Dictionary<string, Remembered> known = new(StringComparer.Ordinal);

    /// <param name="Until">Not tried again before; meant only where it is not certain.</param>
    private sealed record Remembered(string Id, string Message, bool Certain, int Tries, DateTimeOffset Until);

    /// <returns>What is known of some of the rules, whether it is certain of all of them, and the others.</returns>
    public (List<CompileFinding> Known, bool Certain, List<RuleText> Others) Part(List<RuleText> rules)
    {
        var (found, certain, others) = (new List<CompileFinding>(), true, new List<RuleText>());
        foreach (var rule in rules)
        {
            if (Find(NameOf(rule)) is not { } trouble || !(trouble.Certain || IsResting(trouble)))
            {
                others.Add(rule);
                continue;
            }
            certain &= trouble.Certain;
            var message = trouble.Certain
                ? trouble.Message
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{trouble.Message}; it is tried again after {trouble.Until.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, or at once with --no-rule-cache"
                );
            found.Add(new CompileFinding(rule.Number, trouble.Id, message, new RulePlace(1, 1, 1)));
        }
        return (found, certain, others);
    }

    public void Keep(List<RuleText> rules, CompiledRules compiled)
    {
        if (known.Count > TextsMax)
            known.Clear();
        foreach (var (number, trouble) in compiled.Troubles)
        {
            var name = NameOf(rules.First(r => r.Number == number));
            var tries =
                Find(name) is { } before && clock.GetUtcNow() - before.Until < RestMax
                    ? Math.Min(before.Tries + 1, DoublingsMax)
                    : 1;
            var rest = TimeSpan.FromSeconds(Math.Max(1, trouble.Took.TotalSeconds) * RestPerCost * (1 << (tries - 1)));
            var kept = new Remembered(
                trouble.Finding.Id,
                trouble.Finding.Message,
                trouble.Certain,
                tries,
                clock.GetUtcNow() + (rest < RestMax ? rest : RestMax)
            );
            known[name] = kept;
            cache?.KeepTrouble(name, Write(kept));
        }
    }

    private string NameOf(RuleText rule) => BundleCache.NameOf(circumstances, rule);

    // A clock that was set back must not make a rest of a day one of years.
    private bool IsResting(Remembered trouble) =>
        trouble.Until - clock.GetUtcNow() is var rest && rest > TimeSpan.Zero && rest <= RestMax;

    private Remembered? Find(string name)
    {
        if (known.TryGetValue(name, out var here))
            return here;
        return cache?.FindTrouble(name, Read) is { } kept ? known[name] = kept : null;
    }

    private static byte[] Write(Remembered trouble)
    {
        using var body = new MemoryStream();
        using var to = new BinaryWriter(body, Encoding.UTF8);
        to.Write(trouble.Id);
        to.Write(trouble.Message.Length > 4000 ? trouble.Message[..4000] : trouble.Message);
        to.Write(trouble.Certain);
        to.Write(trouble.Tries);
        to.Write(trouble.Until.UtcTicks);
        to.Flush();
        return body.ToArray();
    }

    private static Remembered Read(BinaryReader from)
    {
        var read = new Remembered(
            from.ReadText(64),
            from.ReadText(16_000),
            from.ReadBoolean(),
            from.ReadInt32(),
            new DateTimeOffset(from.ReadInt64(), TimeSpan.Zero)
        );
        return read.Tries is > 0 and <= DoublingsMax && read.Id.Length > 0
            ? read
            : throw new InvalidDataException("What is remembered of a rule is of no known form.");
    }
}
