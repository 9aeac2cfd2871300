using Mannam.Abstractions;
using Mannam.Host;
using Mannam.Hosting;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Mannam.Tests;

/// <summary>One system on one machine, with databases of its own on the tests' server: a class fixture.</summary>
/// <param name="postgres">The server.</param>
/// <param name="system">The system.</param>
/// <param name="usual">Its settings unless a test says otherwise, such as <c>Taxi:Catch:PaymentTimeout</c>.</param>
public abstract class SystemMachine(PostgresFixture postgres, SystemDeclaration system, params (string Key, string Value)[] usual)
    : IAsyncLifetime
{
    private static int count;

    public Machine Machine { get; private set; } = null!;

    /// <summary>What it is configured with; what is re-read while running can be changed in it.</summary>
    public IConfiguration Configuration { get; private set; } = null!;

    /// <summary>A client of its front door.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>What its databases' names begin with.</summary>
    public string Prefix { get; init; } = $"{system.Name}{Interlocked.Increment(ref count)}_";

    /// <summary>Its clock, which holds up what the provider is told to delay for long.</summary>
    public HeldTime Time { get; } = new();

    /// <summary>The system that it runs from its next start on.</summary>
    public SystemDeclaration System { get; set; } = system;

    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Starts it, or starts it again on the same databases.</summary>
    /// <param name="settings">Over the usual ones.</param>
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

    /// <summary>A client of one service, as the other services are: past the front door.</summary>
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
