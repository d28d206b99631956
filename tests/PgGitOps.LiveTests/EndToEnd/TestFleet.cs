using System.Globalization;
using Npgsql;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Git;

namespace PgGitOps.LiveTests.EndToEnd;

/// <summary>A policy repository, secrets, a state directory and room for the servers it declares. Nothing runs until the program brings it up.</summary>
/// <remarks>Clusters <c>core</c> (core-1 in oslo, core-2 in bergen) and <c>tasks</c> (tasks-1 in bergen, tasks-2 in oslo).</remarks>
public sealed class TestFleet : IAsyncDisposable
{
    private readonly GitScratch scratch = new();
    private readonly TestDirectory servers;

    private TestFleet(TestDirectory servers)
    {
        this.servers = servers;
        Repository = scratch.Path("policies");
        State = scratch.Path("state");
        CorePort = FreePort.Next();
        TasksPort = FreePort.Next();
    }

    public string Repository { get; }

    public string State { get; }

    public int CorePort { get; }

    public int TasksPort { get; }

    /// <summary>Member → address and port.</summary>
    public IReadOnlyDictionary<string, (string Address, int Port)> Members =>
        new Dictionary<string, (string, int)>
        {
            ["core-1"] = ("127.0.21.1", CorePort),
            ["core-2"] = ("127.0.22.1", CorePort),
            ["tasks-1"] = ("127.0.22.2", TasksPort),
            ["tasks-2"] = ("127.0.21.2", TasksPort),
        };

    /// <summary>Variables every run of the program gets.</summary>
    public Dictionary<string, string?> Environment { get; } = [];

    public static async Task<TestFleet> CreateAsync(bool tasks = true)
    {
        var fleet = new TestFleet(await TestDirectory.CreateAsync("pggitops-e2e-"));
        Directory.CreateDirectory(fleet.scratch.Path("secrets"));
        foreach (var secret in (string[])["superuser", "replicator", "app"])
        {
            await File.WriteAllTextAsync(fleet.SecretFile(secret), $"pw-{secret}-{Guid.NewGuid():N}\n");
            File.SetUnixFileMode(fleet.SecretFile(secret), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        fleet.scratch.Git(fleet.scratch.Root, "init", "-q", "-b", "main", fleet.Repository);
        fleet.Environment["PGGITOPS_STATE"] = fleet.State;
        fleet.Environment["PGGITOPS_REPO"] = fleet.Repository;
        fleet.Commit(
            "declare the fleet",
            ("environments/test/environment.yaml", fleet.EnvironmentDocument()),
            ("environments/test/clusters/core.yaml", fleet.CoreDocument()),
            ("environments/test/clusters/tasks.yaml", tasks ? fleet.TasksDocument() : null)
        );
        return fleet;
    }

    public string SecretFile(string name) => Path.Combine(scratch.Path("secrets"), name);

    public string Commit(string subject, params (string Path, string? Content)[] files) =>
        scratch.Commit(Repository, subject, files);

    /// <summary>Commits a document with one text replaced by another, which must stand in it.</summary>
    public string Edit(string path, string from, string to)
    {
        var text = File.ReadAllText(Path.Combine(Repository, path));
        Assert.Contains(from, text, StringComparison.Ordinal);
        return Commit($"edit {path}", (path, text.Replace(from, to, StringComparison.Ordinal)));
    }

    public string Git(params string[] arguments) => scratch.Git(Repository, arguments);

    /// <summary>Serves <see cref="Repository"/> over HTTP, at <c>Url("policies/.git")</c>.</summary>
    public HttpGitServer Serve() => new(scratch);

    public PgGitOpsProgram Start(params string[] arguments) => PgGitOpsProgram.Start(arguments, Environment, scratch.Root);

    public async Task<ProgramRun> RunAsync(params string[] arguments)
    {
        await using var program = Start(arguments);
        return await program.EndAsync();
    }

    /// <summary>Runs and insists on an exit code.</summary>
    public async Task<ProgramRun> RunAsync(int exitCode, params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == exitCode, $"pggitops {string.Join(' ', arguments)}: expected exit {exitCode}\n{run}");
        return run;
    }

    public string DataDirectory(string member) => servers.File($"data/{member.Split('-')[0]}/{member}/data");

    public string ServerLog(string member)
    {
        var directory = Path.Combine(Path.GetDirectoryName(DataDirectory(member))!, "log");
        return string.Concat(Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal).Select(File.ReadAllText));
    }

    public int? ServerPid(string member)
    {
        var file = Path.Combine(DataDirectory(member), "postmaster.pid");
        return
            File.Exists(file)
            && int.TryParse(File.ReadLines(file).FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && ProcessSignals.IsAlive(pid)
            ? pid
            : null;
    }

    public void SignalServer(string member, Signal signal)
    {
        var server = ServerPid(member) ?? throw new InvalidOperationException($"{member} does not run");
        // Twice: a backend forked between reading /proc and stopping the postmaster is found in the second pass.
        for (var pass = 0; pass < 2; pass++)
        {
            foreach (var pid in ProcessSignals.Tree(server))
                ProcessSignals.Send(pid, signal);
        }
    }

    public async Task<NpgsqlConnection> OpenAsync(
        string member,
        string database = "postgres",
        string user = "postgres",
        string secret = "superuser"
    )
    {
        var (address, port) = Members[member];
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder
            {
                Host = address,
                Port = port,
                Database = database,
                Username = user,
                Password = (await File.ReadAllTextAsync(SecretFile(secret))).Trim(),
                Pooling = false,
                SslMode = SslMode.Disable,
                Timeout = 10,
                CommandTimeout = 20,
            }.ConnectionString
        );
        await connection.OpenAsync();
        return connection;
    }

    public async Task<string?> ScalarAsync(string member, string sql, string database = "postgres")
    {
        await using var connection = await OpenAsync(member, database);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public async Task ExecuteAsync(string member, string sql, string database = "postgres")
    {
        await using var connection = await OpenAsync(member, database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members.Keys)
        {
            if (ServerPid(member) is not { } pid)
                continue;
            foreach (var process in ProcessSignals.Tree(pid))
                ProcessSignals.Send(process, Signal.Continue);
            ProcessSignals.Send(pid, Signal.Quit);
            await Poll.UntilAsync($"{member} has ended", () => !ProcessSignals.IsAlive(pid));
        }
        foreach (var member in Members.Keys)
            await SharedMemory.RemoveLeftoverAsync(DataDirectory(member));
        await servers.DisposeAsync();
        scratch.Dispose();
    }

    public string EnvironmentDocument(string mode = "enforce", string interval = "1s", string windows = "") =>
        $$"""
            apiVersion: pggitops.dev/v1
            kind: Environment
            metadata: { name: test }
            spec:
              mode: {{mode}}
              interval: {{interval}}
              access:
                user: postgres
                password: { file: {{SecretFile("superuser")}} }
                replicationUser: replicator
                replicationPassword: { file: {{SecretFile("replicator")}} }
                sslMode: disable
                connectTimeout: 5s
                observeTimeout: 8s
                dataRoot: {{servers.File("data")}}{{(
                ServerPrograms.ChosenBinDirectory is { } bin ? $"\n    binDirectory: {bin}" : ""
            )}}
                clients: [ 127.0.0.0/8 ]
              removal: { count: 2, percent: 50 }
              sites:
                - name: oslo
                  failureDomains:
                    - { name: oslo-a, hosts: [ { name: osl-1, address: 127.0.21.1, transport: { local: {} } } ] }
                    - { name: oslo-b, hosts: [ { name: osl-2, address: 127.0.21.2, transport: { local: {} } } ] }
                - name: bergen
                  failureDomains:
                    - { name: bergen-a, hosts: [ { name: bgo-1, address: 127.0.22.1, transport: { local: {} } } ] }
                    - { name: bergen-b, hosts: [ { name: bgo-2, address: 127.0.22.2, transport: { local: {} } } ] }
            {{windows}}
            """;

    /// <summary>The cluster core with one member, up to and with the mapping of its parameters.</summary>
    public string OneMemberDocument() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            apiVersion: pggitops.dev/v1
            kind: Cluster
            metadata: { name: core }
            spec:
              postgres: {{ServerPrograms.Major}}
              primarySite: oslo
              members:
                - { name: core-1, host: osl-1, port: {{CorePort}} }
              parameters:
                dynamic_shared_memory_type: mmap

            """
        );

    public string CoreDocument() =>
        $$"""
            apiVersion: pggitops.dev/v1
            kind: Cluster
            metadata: { name: core }
            spec:
              postgres: {{ServerPrograms.Major}}
              manager: { native: {} }
              primarySite: oslo
              members:
                - { name: core-1, host: osl-1, port: {{CorePort}} }
                - { name: core-2, host: bgo-1, port: {{CorePort}} }
              replication: {}
              parameters:
                max_connections: 30
                shared_buffers: 16MB
                dynamic_shared_memory_type: mmap
                work_mem: 4MB
                log_statement: all
              roles:
                - { name: app_owner }
                - { name: app, login: true, memberOf: [ app_owner ], password: { file: {{SecretFile("app")}} } }
                - { name: readers }
              databases:
                - name: inventory
                  owner: app_owner
                  connectionLimit: 20
                  schemas:
                    - { name: inventory, owner: app_owner }
                  grants:
                    - { on: schema, schema: inventory, to: readers, privileges: [ USAGE ] }
            """;

    public string TasksDocument() =>
        $$"""
            apiVersion: pggitops.dev/v1
            kind: Cluster
            metadata: { name: tasks }
            spec:
              postgres: {{ServerPrograms.Major}}
              manager: { native: {} }
              primarySite: bergen
              members:
                - { name: tasks-1, host: bgo-2, port: {{TasksPort}} }
                - { name: tasks-2, host: osl-2, port: {{TasksPort}} }
              replication: {}
              parameters:
                max_connections: 25
                shared_buffers: 16MB
                dynamic_shared_memory_type: mmap
              roles:
                - { name: tasks_owner }
              databases:
                - { name: tasks, owner: tasks_owner, connectionLimit: 7 }
            """;
}
