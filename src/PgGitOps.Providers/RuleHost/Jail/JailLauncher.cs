using System.Globalization;
using System.Runtime.InteropServices;

namespace PgGitOps.Providers.RuleHost.Jail;

/// <summary>The step between the engine and the worker: locks itself up, then becomes the worker.</summary>
/// <remarks>
/// Landlock binds a thread and what it executes, so it cannot be entered by a .NET process that already has threads.
/// Hence one program more: it enters on its main thread and executes the worker, which is born inside.
/// </remarks>
internal static class JailLauncher
{
    public const string Verb = "rule-jail";

    /// <summary>Exit code that says: no jail, nothing was run.</summary>
    public const int NoJail = 97;

    public static int Run(string[] arguments)
    {
        try
        {
            var (jailed, role) = (arguments[1] != "unjailed", arguments[2]);
            // First of all: the worker ends with the engine, however that ends. Who was orphaned before that line asks whose child it is.
            if (
                Kernel.Prctl(Kernel.ParentDeathSignal, Kernel.KillSignal, 0, 0, 0) != 0
                || Kernel.ParentId() != int.Parse(arguments[3], CultureInfo.InvariantCulture)
            )
                throw new JailUnavailable("the engine that wanted the rules run is gone");
            var program = ManagedProgram.Find(arguments[4]);
            var limits = WorkerLimits.Of(role);
            _ = Kernel.ChangeDirectory("/");
            Limit(4, 0); // core dumps would hold the documents
            // The engine looks at processor time more closely; this is for an engine that sleeps. The signal comes before the kill, so that the reason is known.
            Limit(0, (ulong)limits.CpuTime.TotalSeconds, (ulong)limits.CpuTime.TotalSeconds + 5);
            if (jailed)
            {
                Limit(9, (ulong)limits.AddressSpaceBytes);
                Limit(1, 0); // no file grows: pipes do not count
                Limit(7, 256);
                if (Kernel.Prctl(Kernel.NoNewPrivileges, 1, 0, 0, 0) != 0)
                    throw new JailUnavailable("no_new_privs was refused");
                FileJail.Enter(WorkerCommand.Readable(program), version: arguments[1] == "no-landlock" ? 0 : FileJail.Version());
                DropCapabilities();
                if (Kernel.Call(Kernel.CloseRange, 3, int.MaxValue, 4, 0) != 0) // close on exec
                    throw new JailUnavailable("inherited files could not be closed (Linux 5.11 or newer is needed)");
                CallJail.EnterLauncher();
            }
            var command = WorkerCommand.Worker(program, WorkerCommand.Verb, jailed ? "jailed" : "unjailed", role);
            _ = Kernel.Execute(
                command[0],
                [.. command, null],
                [.. WorkerCommand.Variables(role).Select(v => $"{v.Name}={v.Value}"), null]
            );
            Console.Error.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the worker could not be executed (error {Marshal.GetLastPInvokeError()})"
                )
            );
            return NoJail;
        }
        catch (JailUnavailable e)
        {
            Console.Error.WriteLine(e.Message);
            return NoJail;
        }
    }

    private static void Limit(int resource, ulong value) => Limit(resource, value, value);

    private static void Limit(int resource, ulong soft, ulong hard)
    {
        if (Kernel.SetLimit(resource, new Kernel.ResourceLimit(soft, hard)) != 0)
            throw new JailUnavailable(string.Create(CultureInfo.InvariantCulture, $"limit {resource} could not be set"));
    }

    // Even when the engine runs as root, the worker may do nothing that needs a privilege.
    private static unsafe void DropCapabilities()
    {
        var header = stackalloc uint[] { 0x20080522, 0 };
        var none = stackalloc uint[6];
        new Span<uint>(none, 6).Clear();
        if (Kernel.Call(Kernel.SetCapabilities, (nint)header, (nint)none, 0, 0) != 0)
            throw new JailUnavailable("capabilities could not be dropped");
    }
}

/// <summary>What a worker may take, by what it does.</summary>
/// <param name="HeapBytes">Managed heap; the runtime ends the process past it.</param>
/// <param name="YoungBytes">Allocated between two collections at most.</param>
internal sealed record WorkerLimits(long HeapBytes, long YoungBytes, long AddressSpaceBytes, TimeSpan CpuTime)
{
    public const string Compile = "compile";
    public const string Evaluate = "evaluate";

    /// <summary>Processor time after which a worker gets no more work.</summary>
    public static readonly TimeSpan KeptUntil = TimeSpan.FromSeconds(30);

    /// <summary>The launcher itself: the runtime reserves five times its heap, which must fit below the worker's address space.</summary>
    public const string Launch = "launch";

    public static WorkerLimits Of(string role) =>
        role switch
        {
            Compile => new(600L << 20, 4L << 20, 4L << 30, TimeSpan.FromSeconds(120)),
            Launch => new(64L << 20, 2L << 20, 0, TimeSpan.Zero),
            Evaluate => new(320L << 20, 2L << 20, 4L << 30, TimeSpan.FromSeconds(300)),
            _ => throw new ArgumentException("A worker compiles or evaluates.", nameof(role)),
        };
}
