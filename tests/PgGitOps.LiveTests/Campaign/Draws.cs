namespace PgGitOps.LiveTests.Campaign;

/// <summary>Numbers drawn from a seed (SplitMix64): the same on every machine and runtime, and unlike those of the next seed, which those of <see cref="Random"/> are not.</summary>
internal sealed class Draws(int seed)
{
    private ulong state = (ulong)seed;

    /// <summary>0 … below - 1.</summary>
    public int Next(int below)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)below);
    }
}
