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
    public string Prefix { get; } = $"taxi{Interlocked.Increment(ref count)}_";

    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Starts it, or starts it again on the same databases.</summary>
    /// <param name="settings">Such as <c>Taxi:Catch:PaymentTimeout</c>. The timeout is longer than usual: the tests' machine is busy.</param>
    public async Task StartAsync(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings
                    .Prepend(("Taxi:Catch:PaymentTimeout", "10000"))
                    .Append(("Host:DatabasePrefix", Prefix))
                    .Select(s => KeyValuePair.Create<string, string?>("Mannam:" + s.Item1, s.Item2))
            )
            .Build();
        Machine = await Machine.StartAsync(
            new MachineOptions
            {
                Systems = [TaxiSystem.Declaration],
                Postgres = await postgres.ServerAsync(),
                Configuration = configuration,
            },
            TestContext.Current.CancellationToken
        );
        Http = new HttpClient { BaseAddress = Machine.Address };
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Machine.DisposeAsync();
    }
}
