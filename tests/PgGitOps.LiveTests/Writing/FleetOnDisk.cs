using System.Globalization;
using Npgsql;
using PgGitOps.Core.Desired;
using PgGitOps.Core.Observed;
using PgGitOps.Core.Planning;
using PgGitOps.Core.Ports;
using PgGitOps.LiveTests.Fleet;
using PgGitOps.LiveTests.Hosts;
using PgGitOps.Providers.Hosts;
using PgGitOps.Providers.Postgres.Probing;

namespace PgGitOps.LiveTests.Writing;

/// <summary>Two empty hosts of a fleet, and whatever the writer makes of them. Servers are stopped by pid and everything is removed.</summary>
public sealed class FleetOnDisk : IAsyncDisposable
{
    private readonly TestDirectory directory;
    private readonly IAsyncDisposable? transport;

    private FleetOnDisk(TestDirectory directory, FleetUnderTest fleet, IAsyncDisposable? transport)
    {
        this.directory = directory;
        this.transport = transport;
        Fleet = fleet;
    }

    public FleetUnderTest Fleet { get; }

    public string Root => directory.Path;

    /// <summary>Snapshot of a cluster that nobody has made yet.</summary>
    public ClusterSnapshot Nothing => Fleet.Snapshot(null);

    /// <summary>Snapshot of a cluster whose servers are there and do not run.</summary>
    public ClusterSnapshot Stopped() =>
        Nothing with
        {
            Members =
            [
                .. Nothing.Members.Select(m =>
                    m.Name == "core-1"
                        ? m with
                        {
                            Host = new Observation<DataDirectoryFacts>.Seen(
                                new DataDirectoryFacts(PathOf("core-1", "data"), ServerPrograms.Major, false, false, null),
                                DateTimeOffset.UnixEpoch
                            ),
                        }
                        : m
                ),
            ],
        };

    public static Task<FleetOnDisk> MakeAsync(
        HostTransport transport,
        IAsyncDisposable? with,
        params (string Name, string Value)[] parameters
    ) => MakeAsync(transport, with, null, parameters);

    /// <summary>On this machine, with these server programs.</summary>
    public static Task<FleetOnDisk> MakeAsync(GatedPrograms programs) =>
        MakeAsync(new HostTransport.Local(null), programs, programs.BinDirectory, []);

    private static async Task<FleetOnDisk> MakeAsync(
        HostTransport transport,
        IAsyncDisposable? with,
        string? binDirectory,
        (string Name, string Value)[] parameters
    )
    {
        var directory = await TestDirectory.CreateAsync();
        // Shared memory inside the data directory: a server that is killed leaves none behind.
        parameters = [.. parameters, ("dynamic_shared_memory_type", "mmap")];
        // fsync off only saves the tests' time; everything else is as it would be.
        return new FleetOnDisk(
            directory,
            FleetUnderTest.Of(
                directory.Path,
                transport,
                null,
                null,
                binDirectory,
                [.. parameters, ("fsync", "off"), ("shared_buffers", "16MB")]
            ),
            with
        );
    }

    public string PathOf(string member, string name) => Path.Combine(Root, "core", member, name);

    public Task<LeasedWriter> OpenAsync(ClusterSnapshot? snapshot = null, string? holder = null) =>
        WriterUnderTest.OpenAsync(Fleet, snapshot, holder);

    public async Task BringUpAsync(bool standby = true)
    {
        await using var writer = await OpenAsync(Nothing);
        foreach (
            var action in standby
                ? new StepAction[]
                {
                    new StepAction.InitialisePrimary("core-1"),
                    new StepAction.CloneStandby("core-2", "core-1", "core_2"),
                }
                : [new StepAction.InitialisePrimary("core-1")]
        )
        {
            var outcome = await writer.RunAsync(action);
            Assert.True(outcome is StepOutcome.Done, outcome.ToString());
        }
    }

    public async Task<string?> AskAsync(string member, string sql)
    {
        var m = Fleet.Cluster.FindMember(member)!;
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder
            {
                Host = member == "core-1" ? FleetUnderTest.PrimaryAddress : FleetUnderTest.StandbyAddress,
                Port = m.Port,
                Username = FleetUnderTest.User,
                Password = FleetUnderTest.Superuser,
                Database = "postgres",
                Pooling = false,
                SslMode = SslMode.Disable,
            }.ConnectionString
        );
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    public ValueTask<Observation<DataDirectoryFacts>> LookAsync(string member) =>
        new DataDirectoryProbe(new HostExecutor(), TimeProvider.System).LookAsync(
            Fleet.Fleet,
            Fleet.Cluster,
            Fleet.Cluster.FindMember(member)!,
            CancellationToken.None
        );

    public int? PidOf(string member)
    {
        try
        {
            return
                int.TryParse(
                    File.ReadLines(Path.Combine(PathOf(member, "data"), "postmaster.pid")).First(),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var pid
                ) && ProcessSignals.IsAlive(pid)
                ? pid
                : null;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return null;
        }
    }

    public async Task StopAsync(string member, Signal signal = Signal.Interrupt)
    {
        if (PidOf(member) is not { } pid)
            return;
        ProcessSignals.Send(pid, signal);
        await Poll.UntilAsync($"{member} has ended", () => !ProcessSignals.IsAlive(pid));
    }

    /// <summary>Looks for the passwords in every process and in every file except the one that has to hold the standby's.</summary>
    public async Task AssertNoSecretAnywhereAsync()
    {
        await Task.CompletedTask;
        Assert.Empty(SecretsInProcesses());
        foreach (var file in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(Path.GetDirectoryName(file)) == "run")
                continue;
            if (Path.GetFileName(file) == "replication.pgpass")
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
                continue;
            }
            var text = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            Assert.False(
                text.Contains("4711", StringComparison.Ordinal) && text.Contains("sup'er", StringComparison.Ordinal),
                $"the superuser's password is in {file}"
            );
            Assert.False(
                text.Contains("0815", StringComparison.Ordinal) && text.Contains("re:pli", StringComparison.Ordinal),
                $"the replication password is in {file}"
            );
            if (file.Contains("/log/", StringComparison.Ordinal))
                Assert.DoesNotContain("SCRAM-SHA-256$", text, StringComparison.Ordinal);
        }
    }

    public static IReadOnlyList<string> SecretsInProcesses() =>
        [
            .. CommandLines
                .All()
                .Select(p => p.Line)
                .Where(l =>
                    l.Contains(FleetUnderTest.Superuser, StringComparison.Ordinal)
                    || l.Contains(FleetUnderTest.Replicator, StringComparison.Ordinal)
                    || l.Contains("SCRAM-SHA-256$", StringComparison.Ordinal)
                ),
        ];

    public async ValueTask DisposeAsync()
    {
        foreach (var member in (string[])["core-2", "core-1"])
            await StopAsync(member, Signal.Quit);
        foreach (var member in (string[])["core-2", "core-1"])
            await SharedMemory.RemoveLeftoverAsync(PathOf(member, "data"));
        await directory.DisposeAsync();
        if (transport is not null)
            await transport.DisposeAsync();
    }
}
