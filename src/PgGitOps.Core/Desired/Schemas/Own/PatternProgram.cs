using System.Text;

namespace PgGitOps.Core.Desired.Schemas.Own;

/// <summary>A pattern of a repository's schema, matched in steps that are counted: at most its size for each character, whatever it says.</summary>
/// <remarks>
/// All alternatives are followed side by side (Thompson's construction). The automata of .NET match in linear time as well, but
/// build the deterministic one while they do: one pattern of forty characters took a gigabyte of memory and five seconds.
/// </remarks>
internal sealed class PatternProgram
{
    /// <summary>Instructions of the largest pattern, repetitions written out.</summary>
    public const int SizeMax = 10_000;

    private const int LengthMax = 4_096;

    // Some five nanoseconds each: sixteen are about a step of the budget.
    private const int WorkOfStep = 16,
        WorkOfProperty = 32,
        WorkTakenAtOnce = 4_096;

    private enum Kind
    {
        Character,
        Assertion,
        Split,
        Jump,
        Match,
    }

    private readonly record struct Instruction(Kind Kind, int Next, int Other, CodePointSet? Set, PatternAssertion Assertion);

    private readonly List<Instruction> program = [];
    private readonly bool startsAtStart;

    private PatternProgram(PatternNode node)
    {
        startsAtStart = StartsAtStart(node);
        Emit(node);
        program.Add(new(Kind.Match, 0, 0, null, default));
    }

    /// <summary>Instructions, with repetitions written out.</summary>
    public int Size => program.Count;

    /// <returns>Null where it is no pattern that is matched here.</returns>
    public static PatternProgram? Compile(string pattern) =>
        pattern.Length <= LengthMax && PatternReader.Read(pattern) is { } node && SizeOf(node) < SizeMax ? new(node) : null;

    /// <summary>Whether nothing but its size stands against it.</summary>
    public static bool IsTooLarge(string pattern) =>
        pattern.Length > LengthMax || (PatternReader.Read(pattern) is { } node && SizeOf(node) >= SizeMax);

    /// <summary>Whether it matches anywhere in the text. False as well where the budget does not reach that far, which the budget then says.</summary>
    public bool Matches(string text, SchemaBudget budget) => new Run(this, text, budget).Matches();

    private static long SizeOf(PatternNode node) =>
        node switch
        {
            PatternNode.Character or PatternNode.Assertion => 1,
            PatternNode.Sequence sequence => Sum(sequence.Parts, 0),
            PatternNode.Choice choice => Sum(choice.Parts, 2),
            PatternNode.Repeat { Most: null } repeat => Math.Min(
                int.MaxValue,
                (Math.Max(1L, repeat.Least) + 1) * (SizeOf(repeat.Part) + 2)
            ),
            PatternNode.Repeat repeat => Math.Min(int.MaxValue, Math.Max(1L, repeat.Most ?? 0) * (SizeOf(repeat.Part) + 1)),
            _ => throw new InvalidOperationException("PatternNode is closed"),
        };

    private static long Sum(IReadOnlyList<PatternNode> parts, int each)
    {
        long sum = 0;
        foreach (var part in parts)
            sum = Math.Min(int.MaxValue, sum + SizeOf(part) + each);
        return sum;
    }

    private static bool StartsAtStart(PatternNode node) =>
        node switch
        {
            PatternNode.Assertion { Kind: PatternAssertion.Start } => true,
            PatternNode.Sequence { Parts: [var first, ..] } => StartsAtStart(first),
            PatternNode.Choice choice => choice.Parts.All(StartsAtStart),
            _ => false,
        };

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Character character:
                program.Add(new(Kind.Character, program.Count + 1, 0, character.Set, default));
                break;
            case PatternNode.Assertion assertion:
                program.Add(new(Kind.Assertion, program.Count + 1, 0, null, assertion.Kind));
                break;
            case PatternNode.Sequence sequence:
                foreach (var part in sequence.Parts)
                    Emit(part);
                break;
            case PatternNode.Choice choice:
                Emit(choice);
                break;
            case PatternNode.Repeat repeat:
                Emit(repeat);
                break;
        }
    }

    private void Emit(PatternNode.Choice choice)
    {
        var ends = new List<int>();
        for (var i = 0; i < choice.Parts.Count; i++)
        {
            var split = program.Count;
            if (i + 1 < choice.Parts.Count)
                program.Add(default);
            Emit(choice.Parts[i]);
            if (i + 1 == choice.Parts.Count)
                break;
            ends.Add(program.Count);
            program.Add(default);
            program[split] = new(Kind.Split, split + 1, program.Count, null, default);
        }
        foreach (var end in ends)
            program[end] = new(Kind.Jump, program.Count, 0, null, default);
    }

    private void Emit(PatternNode.Repeat repeat)
    {
        for (var i = 0; i < repeat.Least; i++)
            Emit(repeat.Part);
        if (repeat.Most is { } most)
        {
            // Each that may be left out leads straight to the end.
            var splits = new List<int>();
            for (var i = repeat.Least; i < most; i++)
            {
                splits.Add(program.Count);
                program.Add(default);
                Emit(repeat.Part);
            }
            foreach (var split in splits)
                program[split] = new(Kind.Split, split + 1, program.Count, null, default);
            return;
        }
        var loop = program.Count;
        program.Add(default);
        Emit(repeat.Part);
        program.Add(new(Kind.Jump, loop, 0, null, default));
        program[loop] = new(Kind.Split, loop + 1, program.Count, null, default);
    }

    /// <summary>One text.</summary>
    private sealed class Run(PatternProgram of, string text, SchemaBudget budget)
    {
        private readonly Stack<int> pending = new();
        private readonly Places now = new(of.Size),
            next = new(of.Size);
        private bool matched;
        private long work;

        public bool Matches()
        {
            Rune? before = null;
            for (var index = 0; ; )
            {
                Rune? here = index < text.Length ? Rune.GetRuneAt(text, index) : null;
                // The places that the character before led to are followed now that this one is known: \b and $ look at both.
                now.Clear();
                foreach (var place in next.All)
                    Follow(place, before, here);
                if (before is null || !of.startsAtStart)
                    Follow(0, before, here);
                if (matched || here is not { } rune || (now.Count == 0 && of.startsAtStart))
                    break;
                next.Clear();
                foreach (var place in now.All)
                {
                    var at = of.program[place];
                    if (at.Kind != Kind.Character)
                        continue;
                    work += 1 + (at.Set!.Ranges.Length >> 2) + (at.Set.Properties.Length * WorkOfProperty);
                    if (at.Set.Contains(rune))
                        next.Add(at.Next);
                }
                if (work > WorkTakenAtOnce && !Take())
                    return false;
                index += rune.Utf16SequenceLength;
                before = rune;
            }
            return Take() && matched;
        }

        private bool Take()
        {
            var taken = budget.Take(1 + (work / WorkOfStep));
            work = 0;
            return taken;
        }

        private void Follow(int from, Rune? before, Rune? here)
        {
            pending.Push(from);
            while (pending.TryPop(out var place))
            {
                work++;
                if (!now.Add(place))
                    continue;
                var at = of.program[place];
                switch (at.Kind)
                {
                    case Kind.Match:
                        matched = true;
                        break;
                    case Kind.Jump:
                        pending.Push(at.Next);
                        break;
                    case Kind.Split:
                        pending.Push(at.Other);
                        pending.Push(at.Next);
                        break;
                    case Kind.Assertion when Holds(at.Assertion, before, here):
                        pending.Push(at.Next);
                        break;
                }
            }
        }

        private static bool Holds(PatternAssertion assertion, Rune? before, Rune? here)
        {
            var boundary = (before is { } b && CodePointSet.IsWord(b)) != (here is { } h && CodePointSet.IsWord(h));
            return assertion switch
            {
                PatternAssertion.Start => before is null,
                PatternAssertion.End => here is null,
                PatternAssertion.WordBoundary => boundary,
                PatternAssertion.NoWordBoundary => !boundary,
            };
        }
    }

    /// <summary>Places of a program, each once, in the order in which they were met; emptied at no cost.</summary>
    private sealed class Places(int size)
    {
        private readonly int[] dense = new int[size],
            sparse = new int[size];

        public int Count { get; private set; }

        public ReadOnlySpan<int> All => dense.AsSpan(0, Count);

        public bool Add(int place)
        {
            if (sparse[place] is var at && at < Count && dense[at] == place)
                return false;
            sparse[place] = Count;
            dense[Count++] = place;
            return true;
        }

        public void Clear() => Count = 0;
    }
}
