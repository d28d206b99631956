using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;

namespace PgGitOps.LiveTests.Fleet;

/// <summary>A throw-away real PostgreSQL server on a loopback address; stopped and removed when disposed.</summary>
/// <remarks>Every server hangs on a pipe of this process: when the test process dies, however it dies, the server stops too.</remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    // Standard input closes when the server was ended already, or when the kernel closes it for a killed parent: then the
    // shell ends the server and removes its files, which nobody else would.
    private const string Lifeline = """
        directory=$1; shift
        exec >> "$directory/log" 2>&1
        "$@" & server=$!
        cat > /dev/null
        if kill -CONT $server 2> /dev/null; then
            kill -QUIT $server
            wait $server
            rm -rf "$directory"
        fi
        """;

    private readonly TestDirectory directory;
    private readonly List<PostgresServer> standbys = [];
    private Process? shell;

    private PostgresServer(ServerShape shape, TestDirectory directory, int port)
    {
        Shape = shape;
        this.directory = directory;
        Port = port;
    }

    public ServerShape Shape { get; }
    public string Name => Shape.Name;
    public string Address => Shape.Address;
    public int Port { get; private set; }
    public string DataDirectory => directory.File("data");
    public string LogFile => directory.File("log");

    /// <summary>The bootstrap superuser.</summary>
    public const string User = "postgres";

    public static string Password => ServerTemplate.Password;

    /// <summary>Process id of the postmaster.</summary>
    public int Pid { get; private set; }

    public bool IsRunning => Pid > 0 && ProcessSignals.IsAlive(Pid);

    public static async Task<PostgresServer> StartAsync(ServerShape? shape = null)
    {
        shape ??= new ServerShape();
        var server = new PostgresServer(shape, await TestDirectory.CreateAsync(), shape.Port ?? FreePort.Next());
        try
        {
            await ServerTemplate.MakeDataDirectoryAsync(shape, server.DataDirectory);
            await server.ConfigureAsync();
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A streaming standby made by pg_basebackup; disposed with its primary at the latest.</summary>
    public async Task<PostgresServer> StartStandbyAsync(string name, string? slot = null, ServerShape? shape = null)
    {
        var wanted = (shape ?? Shape with { Port = null }) with { Name = name };
        var standby = new PostgresServer(wanted, await TestDirectory.CreateAsync(), wanted.Port ?? FreePort.Next());
        try
        {
            string[] slotArguments = slot is null ? [] : ["-C", "-S", slot];
            await ServerPrograms.RunAsync(
                "pg_basebackup",
                [
                    "-D",
                    standby.DataDirectory,
                    "-d",
                    $"host={Address} port={Port} user={User} application_name={name}",
                    "-R",
                    "-X",
                    "stream",
                    "-c",
                    "fast",
                    "--no-sync",
                    .. slotArguments,
                ],
                environment: new Dictionary<string, string> { ["PGPASSWORD"] = Password }
            );
            await standby.ConfigureAsync();
            await standby.StartAgainAsync();
            standbys.Add(standby);
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    public string ConnectionString(string database = "postgres", string? user = null, string? password = null) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = Address,
            Port = Port,
            Username = user ?? User,
            Password = password ?? (user is null ? Password : null),
            Database = database,
            Pooling = false,
            SslMode = SslMode.Disable,
            Timeout = 10,
            CommandTimeout = 30,
            IncludeErrorDetail = true,
        }.ConnectionString;

    public async Task<NpgsqlConnection> OpenAsync(string database = "postgres", string? user = null, string? password = null)
    {
        var connection = new NpgsqlConnection(ConnectionString(database, user, password));
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Statements as psql would send them: separated by semicolons, one implicit transaction.</summary>
    public async Task ExecuteAsync(string sql, string database = "postgres", string? user = null)
    {
        await using var connection = await OpenAsync(database, user);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>First column of the first row as text, or null.</summary>
    public async Task<string?> ScalarAsync(string sql, string database = "postgres")
    {
        await using var connection = await OpenAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Starts it after a stop or a kill, and waits until it accepts connections.</summary>
    public async Task StartAgainAsync(TimeSpan? deadline = null)
    {
        await LaunchAsync();
        await Poll.UntilAsync(
            $"{Name} accepts connections",
            () => IsRunning ? IsReady() : throw new InvalidOperationException($"{Name} ended: {Tail()}"),
            deadline
        );
    }

    /// <summary>Starts the server without waiting until it accepts connections.</summary>
    public async Task LaunchAsync()
    {
        if (IsRunning)
            throw new InvalidOperationException($"{Name} is running already");
        File.Delete(Path.Combine(DataDirectory, "postmaster.pid"));
        var start = ServerPrograms.AsServerUser(
            "/bin/sh",
            [
                "-c",
                Lifeline,
                "sh",
                directory.Path,
                ServerPrograms.PathOf("postgres"),
                "-D",
                DataDirectory,
                "-p",
                Port.ToString(CultureInfo.InvariantCulture),
                .. Shape.Arguments,
            ]
        );
        shell?.Dispose();
        shell = Process.Start(start) ?? throw new InvalidOperationException("the shell did not start");
        var launched = shell;
        await Poll.UntilAsync(
            $"{Name} has started",
            () =>
            {
                if (launched.HasExited)
                    throw new InvalidOperationException($"{Name} did not start: {Tail()}");
                Pid =
                    PidLines() is [var pid, ..] && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                        ? id
                        : 0;
                return Pid > 0;
            }
        );
    }

    /// <summary>Fast shutdown, as <c>pg_ctl stop -m fast</c>.</summary>
    public async Task StopAsync()
    {
        ProcessSignals.Send(Pid, Signal.Continue);
        ProcessSignals.Send(Pid, Signal.Interrupt);
        await EndAsync();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    /// <summary>SIGSTOP for the postmaster and all its children: connections stay open, nobody answers.</summary>
    public void Suspend()
    {
        // Twice: a backend forked between reading /proc and stopping the postmaster is found in the second pass.
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var pid in ProcessSignals.Tree(Pid))
                ProcessSignals.Send(pid, Signal.Stop);
        }
    }

    public void Resume()
    {
        foreach (var pid in ProcessSignals.Tree(Pid))
            ProcessSignals.Send(pid, Signal.Continue);
    }

    /// <summary>SIGKILL for the whole tree, as when the machine goes away.</summary>
    public async Task KillAsync()
    {
        var segment = SharedMemoryId();
        foreach (var pid in ProcessSignals.Tree(Pid))
            ProcessSignals.Send(pid, Signal.Kill);
        await EndAsync();
        // A killed server leaves its small System V segment behind.
        if (segment is not null)
            await ServerPrograms.RunAsync("ipcrm", ["-m", segment]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var standby in standbys)
            await standby.DisposeAsync();
        if (IsRunning)
        {
            Resume();
            ProcessSignals.Send(Pid, Signal.Quit);
            await EndAsync();
        }
        shell?.Dispose();
        await directory.DisposeAsync();
    }

    /// <summary>Appends lines to postgresql.conf; they count from the next reload or restart.</summary>
    public Task AppendConfigurationAsync(string lines) =>
        File.AppendAllTextAsync(Path.Combine(DataDirectory, "postgresql.conf"), lines + "\n");

    public string Tail()
    {
        try
        {
            return string.Join('\n', File.ReadLines(LogFile).TakeLast(8));
        }
        catch (IOException)
        {
            return "(no log)";
        }
    }

    private async Task ConfigureAsync()
    {
        var configuration = new StringBuilder("\n");
        foreach (var (name, value) in ServerShape.Small.Concat(Shape.Settings))
            configuration.Append(CultureInfo.InvariantCulture, $"{name} = {value}\n");
        configuration.Append(
            CultureInfo.InvariantCulture,
            $"listen_addresses = '{Address}'\nport = {Port}\nunix_socket_directories = ''\n"
        );
        await AppendConfigurationAsync(configuration.ToString());
        var method = Shape.Authentication == ServerAuthentication.Scram ? "scram-sha-256" : "trust";
        await File.WriteAllTextAsync(
            Path.Combine(DataDirectory, "pg_hba.conf"),
            $"""
            host all         all 127.0.0.0/8 {method}
            host replication all 127.0.0.0/8 {method}

            """
        );
    }

    private async Task EndAsync()
    {
        var pid = Pid;
        await Poll.UntilAsync($"{Name} has ended", () => !ProcessSignals.IsAlive(pid));
        Pid = 0;
        if (shell is null)
            return;
        shell.StandardInput.Close();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await shell.WaitForExitAsync(deadline.Token);
    }

    // Seventh line: key and id of the segment.
    private string? SharedMemoryId() =>
        PidLines() is { Length: > 6 } lines && lines[6].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var id]
            ? id
            : null;

    // Eighth line: starting, stopping, ready, standby.
    private bool IsReady() => PidLines() is { Length: > 7 } lines && lines[7].Trim() == "ready";

    private string[] PidLines()
    {
        try
        {
            return File.ReadAllLines(Path.Combine(DataDirectory, "postmaster.pid"));
        }
        catch (IOException)
        {
            return [];
        }
    }
}
