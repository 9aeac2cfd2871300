using Mannam.Abstractions;
using Mannam.Host;
using Mannam.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Mannam.Tests;

/// <summary>A class fixture: one system in one process, with its own databases on the tests' server.</summary>
/// <param name="postgres">The server.</param>
/// <param name="system">The system.</param>
/// <param name="usual">The default settings, such as <c>Taxi:Catch:PaymentTimeout</c>.</param>
public abstract class SystemMachine(PostgresFixture postgres, SystemDeclaration system, params (string Key, string Value)[] usual)
    : IAsyncLifetime
{
    private static int count;

    public Machine Machine { get; private set; } = null!;

    /// <summary>The configuration. A test can change settings that are re-read at run time.</summary>
    public IConfiguration Configuration { get; private set; } = null!;

    /// <summary>A client of the front door.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>The prefix of the databases' names.</summary>
    public string Prefix { get; init; } = $"{system.Name}{Interlocked.Increment(ref count)}_";

    /// <summary>The clock. It holds the provider's long delays until the test ends them.</summary>
    public HeldTime Time { get; } = new();

    /// <summary>The system to run from the next start on.</summary>
    public SystemDeclaration System { get; set; } = system;

    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Starts the system, or restarts it on the same databases.</summary>
    /// <param name="settings">Settings that override the default ones.</param>
    public async Task StartAsync(params (string Key, string Value)[] settings)
    {
        if (Machine is not null)
            await DisposeAsync();
        var configured = new Dictionary<string, string?> { ["Mannam:Host:DatabasePrefix"] = Prefix };
        foreach (var (key, value) in usual.Concat(settings))
            configured["Mannam:" + key] = value;
        Machine = await Machine.StartAsync(
            new MachineOptions
            {
                Systems = [System],
                Postgres = await postgres.ServerAsync(),
                Configuration = Configuration = new ConfigurationBuilder().AddInMemoryCollection(configured).Build(),
                Time = Time,
            },
            TestContext.Current.CancellationToken
        );
        Http = new HttpClient { BaseAddress = Machine.Address };
    }

    /// <summary>A client that calls one service directly, as other services do, not through the front door.</summary>
    public HttpClient Inside(string service) =>
        new(new InProcessHandler(() => Machine[service].Server)) { BaseAddress = new Uri("http://localhost/") };

    /// <summary>Starts a service that was stopped.</summary>
    public Task StartAsync(string service) => Machine.StartAsync(service, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        await Machine.DisposeAsync();
    }
}
