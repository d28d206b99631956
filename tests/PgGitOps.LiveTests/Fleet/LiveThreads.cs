using System.Runtime.CompilerServices;

namespace PgGitOps.LiveTests.Fleet;

/// <summary>Threads for tests that block one while they wait for a program.</summary>
internal static class LiveThreads
{
    private const int Min = 32;

    // The pool begins with a thread per core and adds others a second apart: on two cores, two tests that block would stop
    // every poll and every deadline of the others.
    [ModuleInitializer]
    internal static void Ensure()
    {
        ThreadPool.GetMinThreads(out var workers, out var ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Min), Math.Max(ports, Min));
    }
}
