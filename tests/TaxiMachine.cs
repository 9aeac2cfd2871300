using Mannam.Chassis.Declaration;
using Mannam.Chassis.FrontDoor;
using Mannam.Host;
using Mannam.Taxi;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Mannam.Tests;

/// <summary>Taxi on one machine, with databases of its own on the tests' server: a class fixture.</summary>
public sealed class TaxiMachine(PostgresFixture postgres) : IAsyncLifetime
{
    private static int count;

    public Machine Machine { get; private set; } = null!;

    /// <summary>A client of its front door.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>What its databases' names begin with.</summary>
    public string Prefix { get; init; } = $"taxi{Interlocked.Increment(ref count)}_";

    /// <summary>Its clock, which holds up what the provider is told to delay for long.</summary>
    public HeldTime Time { get; } = new();

    /// <summary>The system that it runs from its next start on.</summary>
    public SystemDeclaration System { get; set; } = TaxiSystem.Declaration;

    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Starts it, or starts it again on the same databases.</summary>
    /// <param name="settings">Such as <c>Taxi:Catch:PaymentTimeout</c>. The timeout is longer than usual: the tests' machine is busy.</param>
    public async Task StartAsync(params (string Key, string Value)[] settings)
    {
        if (Machine is not null)
            await DisposeAsync();
        var configured = new Dictionary<string, string?>
        {
            ["Mannam:Taxi:Catch:PaymentTimeout"] = "10000",
            ["Mannam:Host:DatabasePrefix"] = Prefix,
        };
        foreach (var (key, value) in settings)
            configured["Mannam:" + key] = value;
        Machine = await Machine.StartAsync(
            new MachineOptions
            {
                Systems = [System],
                Postgres = await postgres.ServerAsync(),
                Configuration = new ConfigurationBuilder().AddInMemoryCollection(configured).Build(),
                Time = Time,
            },
            TestContext.Current.CancellationToken
        );
        Http = new HttpClient { BaseAddress = Machine.Address };
    }

    /// <summary>A client of one service, as the other services are: past the front door.</summary>
    public HttpClient Inside(string service) =>
        new(new InProcessHandler(() => Machine[service].Server)) { BaseAddress = new Uri("http://localhost/") };

    /// <summary>Starts a service that was stopped.</summary>
    public Task StartAsync(string service) => Machine.StartAsync(service, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Machine.DisposeAsync();
    }
}
