using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PgGitOps.LiveTests.EndToEnd;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Git;

namespace PgGitOps.LiveTests.Campaign;

/// <summary>A member of a campaign's cluster.</summary>
public sealed record CampaignMember(string Name, string Host, string Address, int Port);

/// <summary>Policy repository, secrets, state directories and disks of one schedule's cluster <c>core</c>.</summary>
public sealed class CampaignFleet : IAsyncDisposable
{
    private readonly GitScratch scratch = new();
    private readonly TestDirectory servers;
    private readonly bool mounted;

    private CampaignFleet(TestDirectory servers, Schedule schedule, bool mounted)
    {
        this.servers = servers;
        this.mounted = mounted;
        Schedule = schedule;
        Repository = scratch.Path("policies");
        var port = FreePort.Next();
        Members =
        [
            .. new (string Host, string Address)[] { ("osl-1", "127.0.31.1"), ("bgo-1", "127.0.32.1"), ("osl-2", "127.0.31.2") }
                .Take(schedule.Members)
                .Select((h, i) => new CampaignMember($"core-{i + 1}", h.Host, h.Address, port)),
        ];
        Documents = new CampaignDocuments(this);
    }

    public Schedule Schedule { get; }

    public string Repository { get; }

    public IReadOnlyList<CampaignMember> Members { get; }

    public CampaignDocuments Documents { get; }

    /// <summary>Every path of the schedule's servers begins with it.</summary>
    public string ServerRoot => servers.Path;

    public string DataRoot => servers.File("data");

    /// <summary>Directory of the repository, the secrets and the state directories.</summary>
    public string ScratchRoot => scratch.Root;

    /// <summary>True where the data lie on a disk of their own, which can be filled.</summary>
    public bool HasOwnDisk => mounted;

    public string State(int engine) => scratch.Path(string.Create(CultureInfo.InvariantCulture, $"state-{engine}"));

    public static async Task<CampaignFleet> CreateAsync(Schedule schedule)
    {
        var servers = await TestDirectory.CreateAsync("pggitops-campaign-");
        var mounted = schedule.Holds(FaultKind.FullDisk) && await MountAsync(Path.Combine(servers.Path, "data"));
        var fleet = new CampaignFleet(servers, schedule, mounted);
        try
        {
            await fleet.PrepareAsync();
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    private async Task PrepareAsync()
    {
        Directory.CreateDirectory(scratch.Path("secrets"));
        foreach (var secret in (string[])["superuser", "replicator", "app"])
        {
            await File.WriteAllTextAsync(SecretFile(secret), $"pw-{secret}-{Guid.NewGuid():N}\n");
            File.SetUnixFileMode(SecretFile(secret), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        scratch.Git(scratch.Root, "init", "-q", "-b", "main", Repository);
        Commit("declare the fleet", Documents.All());
    }

    public string SecretFile(string name) => Path.Combine(scratch.Path("secrets"), name);

    public string Commit(string subject, params (string Path, string? Content)[] files) =>
        scratch.Commit(
            Repository,
            subject,
            [.. files.Where(f => f.Content is not null || File.Exists(Path.Combine(Repository, f.Path)))]
        );

    public Dictionary<string, string?> EnvironmentOf(int engine) =>
        new() { ["PGGITOPS_STATE"] = State(engine), ["PGGITOPS_REPO"] = Repository };

    public async Task<ProgramRun> RunAsync(params string[] arguments)
    {
        await using var program = PgGitOpsProgram.Start(arguments, EnvironmentOf(0), scratch.Root);
        return await program.EndAsync(TimeSpan.FromSeconds(180));
    }

    /// <summary>Where a commit moves the data root to.</summary>
    public string MovedDataRoot => DataRoot + "-moved";

    /// <summary>Where a member's data lie: below the moved data root, where it was cloned while that was declared.</summary>
    public string DataDirectory(string member)
    {
        var declared = Path.Combine(DataRoot, "core", member, "data");
        var moved = Path.Combine(MovedDataRoot, "core", member, "data");
        return !File.Exists(Path.Combine(declared, "PG_VERSION")) && File.Exists(Path.Combine(moved, "PG_VERSION"))
            ? moved
            : declared;
    }

    public bool IsMoved(string member) => DataDirectory(member).StartsWith(MovedDataRoot + "/", StringComparison.Ordinal);

    public bool HasData(string member) => File.Exists(Path.Combine(DataDirectory(member), "PG_VERSION"));

    /// <summary>A stopped server with data of a primary: nothing tells it to follow.</summary>
    public bool IsPrimarysData(string member) =>
        HasData(member) && !File.Exists(Path.Combine(DataDirectory(member), "standby.signal"));

    public int? ServerPid(string member)
    {
        try
        {
            var first = File.ReadLines(Path.Combine(DataDirectory(member), "postmaster.pid")).FirstOrDefault();
            return
                int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && IsServerOf(pid, DataDirectory(member))
                ? pid
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public CampaignMember Member(string name) => Members.Single(m => m.Name == name);

    public async Task<NpgsqlConnection> OpenAsync(
        CampaignMember member,
        string database = "postgres",
        int seconds = 2,
        CancellationToken token = default
    )
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder
            {
                Host = member.Address,
                Port = member.Port,
                Database = database,
                Username = "postgres",
                Password = (await File.ReadAllTextAsync(SecretFile("superuser"), token)).Trim(),
                Pooling = false,
                SslMode = SslMode.Disable,
                Timeout = seconds,
                CommandTimeout = seconds,
                CancellationTimeout = 500,
            }.ConnectionString
        );
        try
        {
            await connection.OpenAsync(token);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>First row of a question to one member, or null where it does not answer.</summary>
    public async Task<object?[]?> AskAsync(string member, string sql, string database = "postgres", int seconds = 2)
    {
        try
        {
            await using var connection = await OpenAsync(Member(member), database, seconds);
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync();
            if (!await reader.ReadAsync())
                return [];
            var row = new object?[reader.FieldCount];
            for (var i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            return row;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Processes whose command line or working directory names a path of this schedule.</summary>
    public static IReadOnlyList<int> Processes(string below)
    {
        var own = Environment.ProcessId;
        return
        [
            .. Directory
                .GetDirectories("/proc")
                .Select(d =>
                    int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0
                )
                .Where(pid => pid > 1 && pid != own && ProcessSignals.IsAlive(pid) && Names(pid, below)),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        // The schedule's servers and what works for them, and nobody else's: every one of them names its directory.
        for (var pass = 0; pass < 3; pass++)
        {
            foreach (var pid in Processes(ServerRoot).SelectMany(ProcessSignals.Tree).Distinct())
            {
                ProcessSignals.Send(pid, Signal.Continue);
                ProcessSignals.Send(pid, pass == 0 ? Signal.Quit : Signal.Kill);
            }
            for (var tries = 0; tries < 100 && Processes(ServerRoot).Count > 0; tries++)
                await Task.Delay(20);
        }
        foreach (var member in Members)
            await SharedMemory.RemoveLeftoverAsync(DataDirectory(member.Name));
        if (mounted)
            await RunToolAsync("umount", DataRoot);
        await servers.DisposeAsync();
        scratch.Dispose();
    }

    /// <summary>What is left of the schedule after it was removed; empty where nothing is.</summary>
    public IReadOnlyList<string> Leftovers()
    {
        List<string> left =
        [
            .. Processes(ServerRoot)
                .Concat(Processes(ScratchRoot))
                .Distinct()
                .Select(p => string.Create(CultureInfo.InvariantCulture, $"process {p}")),
        ];
        left.AddRange(((string[])[ServerRoot, ScratchRoot]).Where(Directory.Exists));
        return left;
    }

    private static bool IsServerOf(int pid, string dataDirectory) => ProcessSignals.IsAlive(pid) && Names(pid, dataDirectory);

    private static bool Names(int pid, string path)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains(path, StringComparison.Ordinal)
                || new DirectoryInfo($"/proc/{pid}/cwd").LinkTarget?.StartsWith(path, StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static async Task<bool> MountAsync(string path)
    {
        await ServerPrograms.RunAsync("mkdir", ["-p", path]);
        var user = Environment.IsPrivilegedProcess ? ServerPrograms.ServerUser : Environment.UserName;
        return Environment.IsPrivilegedProcess
            && await RunToolAsync("mount", "-t", "tmpfs", "-o", $"size=900m,mode=0700,uid={user}", "tmpfs", path);
    }

    private static async Task<bool> RunToolAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true });
        await process!.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
