using System.Runtime.InteropServices;

namespace PgGitOps.Providers.RuleHost.Jail;

/// <summary>Seccomp: the system calls that a .NET process cannot do without; every other one fails with EPERM.</summary>
/// <remarks>
/// No sockets of any family, no ptrace, no other process's memory, no keys, no io_uring, no new process: none of them is listed.
/// In two stages: the launcher's lets one more program be executed, the worker's, entered before it reads its first byte, no more;
/// it also ends every look at a path except opening it, which Landlock judges.
/// </remarks>
internal static class CallJail
{
    private const uint Allow = 0x7FFF0000,
        Refuse = 0x00050000,
        Kill = 0x80000000;
    private const uint PermissionDenied = 1,
        NotALink = 22,
        NoSuchCall = 38;
    private const uint X64 = 0xC000003E;
    private const uint ThreadFlag = 0x00010000,
        EmptyPath = 0x1000;
    private const int Clone = 56,
        Kill1 = 62,
        Prctl = 157,
        SetAffinity = 203,
        TgKill = 234,
        ReadLink = 89,
        ReadLinkAt = 267,
        NewFstatAt = 262,
        Prlimit = 302,
        Clone3 = 435;

    // In the order of asm/unistd_64.h.
    private static readonly int[] Needed =
    [
        0,
        1,
        3,
        5,
        7,
        8,
        9,
        10,
        11,
        12,
        13,
        14,
        15,
        17,
        18,
        19,
        20,
        22,
        24,
        25,
        26,
        27,
        28,
        32,
        33,
        35, // read … nanosleep (without ioctl, 16)
        39,
        60,
        63,
        72,
        73,
        79,
        96,
        97,
        98,
        99,
        102,
        104,
        107,
        108,
        110,
        111,
        115,
        121,
        124,
        127,
        131,
        140,
        158,
        186,
        201,
        202,
        204,
        218,
        228,
        229,
        230,
        231, // … exit_group
        257,
        273,
        271,
        280,
        290,
        293,
        309,
        317,
        318,
        324,
        334, // openat, set_robust_list, ppoll, eventfd2, pipe2, getcpu, seccomp, getrandom, membarrier, rseq
    ];

    // Looks at paths: the loader of programs needs them, a rule must not learn which files exist.
    private static readonly int[] OnlyAtStart = [4, 6, 21, 59, 80, 89, 217, 262, 267, 269, 332, 439];

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public nint Instructions;
    }

    public static void EnterLauncher() => Enter(Filter(OnlyAtStart), everyThread: false);

    /// <summary>Puts every thread of this process under the tighter filter.</summary>
    public static void EnterWorker() => Enter(Filter([]), everyThread: true);

    private static unsafe void Enter(Instruction[] filter, bool everyThread)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            throw new JailUnavailable(
                $"system calls are filtered on x86-64 only, and this is {RuntimeInformation.ProcessArchitecture}"
            );
        fixed (Instruction* first = filter)
        {
            var program = new Program { Length = (ushort)filter.Length, Instructions = (nint)first };
            if (Kernel.Call(Kernel.Seccomp, 1, everyThread ? 1 : 0, (nint)(&program), 0) != 0)
                throw new JailUnavailable($"seccomp could not be entered (error {Marshal.GetLastPInvokeError()})");
        }
    }

    private static Instruction[] Filter(int[] more)
    {
        var self = (uint)Environment.ProcessId;
        var code = new List<Instruction>
        {
            Load(4),
            JumpIfEqual(X64, 1, 0),
            Return(Kill),
            Load(0),
            new(0x35, 0, 1, 0x40000000),
            Return(Kill), // the x32 numbering would slip past the list
            JumpIfEqual(Clone3, 0, 1),
            Return(Refuse | NoSuchCall), // the C library then uses clone, whose flags can be read
            // clone: a thread yes, a process no
            JumpIfEqual(Clone, 0, 4),
            Load(16),
            new(0x45, 0, 1, ThreadFlag),
            Return(Allow),
            Return(Refuse | PermissionDenied),
            // signals to itself only
            JumpIfEqual(TgKill, 1, 0),
            JumpIfEqual(Kill1, 0, 4),
            Load(16),
            JumpIfEqual(self, 0, 1),
            Return(Allow),
            Return(Refuse | PermissionDenied),
            // its own thread's name, and nothing else of prctl
            JumpIfEqual(Prctl, 0, 4),
            Load(16),
            JumpIfEqual(15, 0, 1),
            Return(Allow),
            Return(Refuse | PermissionDenied),
            // limits and processors of itself only
            JumpIfEqual(SetAffinity, 1, 0),
            JumpIfEqual(Prlimit, 0, 4),
            Load(16),
            JumpIfEqual(0, 0, 1),
            Return(Allow),
            Return(Refuse | PermissionDenied),
        };
        // "No link": what the runtime resolves stays as it is, and nobody learns where a link leads.
        if (!more.Contains(ReadLink))
            code.AddRange([JumpIfEqual(ReadLink, 1, 0), JumpIfEqual(ReadLinkAt, 0, 1), Return(Refuse | NotALink)]);
        if (!more.Contains(NewFstatAt)) // fstat as the C library spells it: of an open file
            code.AddRange([
                JumpIfEqual(NewFstatAt, 0, 4),
                Load(40),
                new(0x45, 0, 1, EmptyPath),
                Return(Allow),
                Return(Refuse | PermissionDenied),
            ]);
        foreach (var number in Needed.Concat(more))
            code.AddRange([JumpIfEqual((uint)number, 0, 1), Return(Allow)]);
        code.Add(Return(Refuse | PermissionDenied));
        return [.. code];
    }

    private static Instruction Load(uint offset) => new(0x20, 0, 0, offset);

    private static Instruction JumpIfEqual(uint value, byte ifTrue, byte ifFalse) => new(0x15, ifTrue, ifFalse, value);

    private static Instruction Return(uint action) => new(0x06, 0, 0, action);
}
