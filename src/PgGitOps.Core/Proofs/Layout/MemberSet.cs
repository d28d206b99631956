using System.Numerics;

namespace PgGitOps.Core.Proofs.Layout;

/// <summary>A set of members of one cluster, as bits in the order of <see cref="Topology.Members"/>.</summary>
/// <remarks>64 members at most: <see cref="Topology.MembersMax"/>. Sets of this size make every subset test one instruction.</remarks>
public readonly record struct MemberSet(ulong Bits)
{
    public static readonly MemberSet Empty = new(0);

    public static MemberSet Of(int index) => new(1UL << index);

    public int Count => BitOperations.PopCount(Bits);

    public bool IsEmpty => Bits == 0;

    public bool Contains(int index) => (Bits >> index & 1) != 0;

    public bool IsSubsetOf(MemberSet other) => (Bits & ~other.Bits) == 0;

    public bool Overlaps(MemberSet other) => (Bits & other.Bits) != 0;

    public MemberSet With(int index) => new(Bits | 1UL << index);

    public MemberSet Without(int index) => new(Bits & ~(1UL << index));

    public static MemberSet operator &(MemberSet a, MemberSet b) => new(a.Bits & b.Bits);

    public static MemberSet operator |(MemberSet a, MemberSet b) => new(a.Bits | b.Bits);

    public static MemberSet operator -(MemberSet a, MemberSet b) => new(a.Bits & ~b.Bits);

    public IEnumerable<int> Indexes
    {
        get
        {
            for (var bits = Bits; bits != 0; bits &= bits - 1)
                yield return BitOperations.TrailingZeroCount(bits);
        }
    }
}
