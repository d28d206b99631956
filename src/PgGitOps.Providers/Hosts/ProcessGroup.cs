using System.Runtime.InteropServices;

namespace PgGitOps.Providers.Hosts;

/// <summary>Signals to a process and all its children. The framework ends single processes or walks a tree that may have moved on.</summary>
internal static class ProcessGroup
{
    private const int Terminate = 15;
    private const int KillSignal = 9;

    public static void RequestEnd(int leader) => _ = Send(-leader, Terminate);

    public static void Kill(int leader) => _ = Send(-leader, KillSignal);

    public static bool IsAlive(int leader) => Send(-leader, 0) == 0;

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Send(int pid, int signal);
}
