using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mannam.Host;

namespace Mannam.Bench.Stand;

/// <summary>The environment of every benchmark: a private PostgreSQL, and the two sides on it. Everything is removed at the end.</summary>
internal sealed class TestStand : IAsyncDisposable
{
    private readonly string folder;
    private readonly PrivatePostgres postgres;
    private readonly string command;
    private readonly string systems;

    private TestStand(string folder, PrivatePostgres postgres, ServerCounters server, Arguments arguments, CancellationToken stop)
    {
        (this.folder, this.postgres, Server, Stop) = (folder, postgres, server, stop);
        (command, systems) = (arguments.Text("--taxi-command", ""), arguments.Text("--systems", "taxi"));
    }

    /// <summary>The server of both sides.</summary>
    internal string Postgres => postgres.ConnectionString;

    /// <summary>That server's counters.</summary>
    internal ServerCounters Server { get; }

    /// <summary>Cancelled when the benchmark must end early.</summary>
    internal CancellationToken Stop { get; }

    /// <summary>Sets up, measures, and cleans up in any case.</summary>
    /// <param name="arguments"><c>--taxi-command</c> replaces <c>mannam up</c>, <c>--systems</c> selects its systems.</param>
    /// <param name="measure">The benchmark.</param>
    internal static async Task<int> RunAsync(Arguments arguments, Func<TestStand, Task> measure)
    {
        using var stop = new CancellationTokenSource();
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        var folder = Directory.CreateTempSubdirectory("mannam-bench-").FullName;
        // For root the server runs as another user, who must be able to pass through the folder.
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | (UnixFileMode)0b001_001_001);
        try
        {
            var postgres = await PrivatePostgres.StartAsync(Path.Combine(folder, "postgres"), 200, Progress, stop.Token);
            try
            {
                var server = await ServerCounters.OpenAsync(postgres.ConnectionString, stop.Token);
                await using var stand = new TestStand(folder, postgres, server, arguments, stop.Token);
                await measure(stand);
                Machine.Print(Console.Out);
            }
            finally
            {
                await postgres.StopAsync();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return 0;
    }

    /// <summary>Starts the baseline.</summary>
    internal Task<Side> BaselineAsync()
    {
        Progress("starting the baseline");
        return Side.StartAsync("baseline", "", Programs.Baseline(Postgres), TimeSpan.FromSeconds(60), Stop);
    }

    /// <summary>A long payment timeout for <see cref="MannamAsync"/>, so that refusals are not measured.</summary>
    internal static string[] Patient { get; } = ["--set", "Taxi:Catch:PaymentTimeout=10000"];

    /// <summary>Starts Mannam, with additional arguments.</summary>
    internal Task<Side> MannamAsync(params string[] more) => InstallationAsync("mannam", more);

    /// <summary>Starts one of several installations. The name is that of its data folder, and the prefix of its databases.</summary>
    internal Task<Side> InstallationAsync(string name, params string[] more)
    {
        Progress($"starting {name}");
        string[] arguments = ["--set", $"Host:DatabasePrefix={name}_", .. more];
        var program = Programs.Mannam(command, systems, FreePort(), Path.Combine(folder, name), Postgres, arguments);
        // Only a system that runs alone is also at the root.
        return Side.StartAsync(
            name,
            systems.Contains(',', StringComparison.Ordinal) ? "/taxi" : "",
            program,
            TimeSpan.FromSeconds(180),
            Stop
        );
    }

    /// <summary>Prints the current step.</summary>
    internal static void Progress(string what) => Console.Error.WriteLine($"bench: {what}");

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
