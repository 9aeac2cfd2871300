using System.Diagnostics;
using System.Globalization;
using Mannam.Host;
using Mannam.Tests.Chassis.Kafka;
using Mannam.Tests.Host;
using Mannam.Tests.SpreadOut;
using Xunit;

namespace Mannam.Tests.Faults;

/// <summary><c>kill -9</c> under load: each service, the broker and PostgreSQL, one after the other, once, or as often as <c>./mannam faults kill</c> says.</summary>
public sealed class KilledUnderLoadTests(PostgresFixture postgres, KafkaFixture kafka) : IAsyncLifetime
{
    // What the specification gives for a saga to settle after the last restart.
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(30);

    // On a machine on which other tests run too a process may take its time to start.
    private static readonly TimeSpan BusyMachine = TimeSpan.FromSeconds(30);
    private readonly Spread spread = new(postgres, kafka, places: 1);
    private readonly string data = Path.Combine(Path.GetTempPath(), $"mannam-killed-{Environment.ProcessId}");
    private readonly Broker? broker = Broker.IsHere
        ? new(Path.Combine(Path.GetTempPath(), $"mannam-killed-{Environment.ProcessId}/kafka"))
        : null;

    private static int? Asked =>
        Environment.GetEnvironmentVariable("MANNAM_KILL_TIMES") is { Length: > 0 } times
            ? int.Parse(times, CultureInfo.InvariantCulture)
            : null;

    public async ValueTask InitializeAsync()
    {
        try
        {
            await StartAsync();
        }
        catch
        {
            // Whoever has not begun is not disposed of, but its processes run.
            await DisposeAsync();
            throw;
        }
    }

    private async Task StartAsync()
    {
        Directory.CreateDirectory(data);
        if (broker is not null)
        {
            await broker.StartAsync();
            spread.Bootstrap = broker.Bootstrap;
        }
        spread.Server = (await StartPostgresAsync()).ConnectionString;
        await spread.StartAsync();
    }

    private Task<PrivatePostgres> StartPostgresAsync() =>
        PrivatePostgres.StartAsync($"{data}/store", 100, _ => { }, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await spread.DisposeAsync();
        if (broker is not null)
            await broker.DisposeAsync();
        await Installed.KillPostgresAsync($"{data}/store");
        var sockets = PrivatePostgres.SocketFolder($"{data}/store");
        if (Directory.Exists(sockets))
            Directory.Delete(sockets, recursive: true);
        Directory.Delete(data, recursive: true);
    }

    [LongFact]
    public async Task Whoever_is_killed_and_restarted_under_load_nothing_is_lost_and_nothing_double()
    {
        var times = Asked ?? 1;
        var riders = new Riders(spread.Http);
        riders.Start(3, TimeSpan.FromMilliseconds(200));
        var kills = 0;
        for (var time = 0; time < times; time++)
        {
            foreach (var (name, kill, restart) in Victims())
            {
                await Task.Delay(Random.Shared.Next(200, 700), TestContext.Current.CancellationToken);
                await kill();
                await Task.Delay(300, TestContext.Current.CancellationToken);
                await restart();
                kills++;
                Tell($"{kills}: {name} was killed and is back; {riders.Rides.Count} rides so far");
            }
        }
        var restarted = Stopwatch.GetTimestamp();
        await riders.StopAsync();
        foreach (var service in Spread.Services)
            await spread.SeesAsync(service, 1);

        var within = Settles + (Asked is null ? BusyMachine : TimeSpan.Zero) - Stopwatch.GetElapsedTime(restarted);
        var (requests, _) = await Agreed.AllAsync(spread, riders.Rides, within);

        Assert.True(requests >= kills, $"{requests} requests are no load");
        Tell(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{kills} kills, {riders.Rides.Count} rides, {requests} of them recorded: nothing lost, nothing double; all settled and checked {Stopwatch.GetElapsedTime(restarted).TotalSeconds:0.0} s after the last restart"
            )
        );
    }

    private IEnumerable<(string Name, Func<Task> Kill, Func<Task> Restart)> Victims()
    {
        if (broker is not null)
            yield return ("the broker", broker.KillAsync, () => broker.StartAsync());
        yield return ("PostgreSQL", () => Installed.KillPostgresAsync($"{data}/store"), StartPostgresAsync);
        foreach (var service in Spread.Services.Append("provider"))
            yield return (service, () => spread.KillAsync(service, 0), () => spread.StartAsync(service, 0));
    }

    private static void Tell(string what)
    {
        if (Asked is not null)
            Console.Error.WriteLine($"mannam: {what}");
    }
}
