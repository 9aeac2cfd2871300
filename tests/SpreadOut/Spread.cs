using System.Net;
using System.Net.Sockets;
using Mannam.Host;
using Mannam.Tests.Chassis.Kafka;
using Mannam.Tests.Host;

namespace Mannam.Tests.SpreadOut;

/// <summary>Taxi in separate processes behind a gateway, on the tests' Kafka and PostgreSQL. Every service has a fixed number of places (ports);
/// a place without a replica is down.</summary>
internal sealed class Spread(PostgresFixture postgres, KafkaFixture kafka, int places) : IAsyncDisposable
{
    public static readonly string[] Services = ["taxi.payment", "taxi.catch", "taxi.pickup", "taxi.mypage"];

    // A starting process uses all cores, so more concurrent starts would only be slower.
    private static readonly SemaphoreSlim Starting = new(2);
    private static int count;
    private readonly Installed installed = new();
    private readonly Dictionary<(string Service, int Place), Running> running = [];
    private readonly int gatewayPort = FreePort();
    private readonly int providerPort = FreePort();
    private readonly Dictionary<(string Service, int Place), int> ports = (
        from service in Services
        from place in Enumerable.Range(0, places)
        select (service, place)
    ).ToDictionary(p => p, _ => FreePort());

    public string Prefix { get; } = $"spread{Interlocked.Increment(ref count)}_";

    /// <summary>The topic of the events.</summary>
    public string Topic { get; } = kafka.NewTopic();

    /// <summary>The broker; the tests' broker by default.</summary>
    public string? Bootstrap { get; set; }

    /// <summary>The PostgreSQL server; the tests' server by default.</summary>
    public string? Server { get; set; }

    /// <summary>A client of the gateway.</summary>
    public HttpClient Http { get; private set; } = null!;

    /// <summary>A client of the provider.</summary>
    public HttpClient Provider { get; private set; } = null!;

    /// <summary>The internal key that the services created at their first start.</summary>
    public string InternalKey => File.ReadAllText(Path.Combine(installed.Folder, ".mannam", "internal-key"));

    /// <summary>The database of a service.</summary>
    public string DatabaseOf(string service) => Prefix + service.Replace('.', '_');

    /// <summary>Starts everything, with this number of replicas of each service.</summary>
    public async Task StartAsync(int replicas = 1)
    {
        Bootstrap ??= await kafka.BootstrapAsync();
        Server ??= await postgres.ServerAsync();
        var starting = new List<Task> { StartAsync("provider", 0) };
        starting.AddRange(from service in Services from place in Enumerable.Range(0, replicas) select StartAsync(service, place));
        string[] addresses = [.. Services.SelectMany(s => new[] { "--set", $"Taxi:Gateway:{Capital(s)}Url={AddressesOf(s)}" })];
        starting.Add(ReadyAsync(("gateway", 0), ["gateway", "taxi", "--port", $"{gatewayPort}", .. addresses]));
        await Task.WhenAll(starting);
        Http = running[("gateway", 0)].Http;
        Provider = running[("provider", 0)].Http;
        foreach (var service in Services)
            await SeesAsync(service, replicas);
    }

    /// <summary>Starts a replica at a free place and waits until it is ready.</summary>
    public Task StartAsync(string service, int place) =>
        ReadyAsync((service, place), Arguments(service, service == "provider" ? providerPort : ports[(service, place)]));

    private async Task ReadyAsync((string, int) who, string[] arguments)
    {
        await Starting.WaitAsync();
        try
        {
            Running process;
            lock (running)
                process = running[who] = installed.Begin(arguments);
            await process.ReadyAsync();
        }
        finally
        {
            Starting.Release();
        }
    }

    /// <summary>Waits until the gateway has found this number of replicas of a service.</summary>
    public async Task SeesAsync(string service, int replicas)
    {
        for (var began = Environment.TickCount64; ; await Task.Delay(50))
        {
            var health = await Http.FindAsync("health/ready");
            var found = health!["services"]![service]!["details"]!.AsObject().Count(d => (string?)d.Value == "available");
            if (found == replicas)
                return;
            if (Environment.TickCount64 - began > 60_000)
                throw new TimeoutException($"the gateway finds {found} replicas of {service}: {health}");
        }
    }

    /// <summary>Stops a replica in order and waits for its end.</summary>
    public async Task<Ended> StopAsync(string service, int place)
    {
        var ended = await running[(service, place)].EndAsync(Posix.Interrupt);
        running.Remove((service, place));
        return ended;
    }

    /// <summary>Kills a replica.</summary>
    public async Task KillAsync(string service, int place)
    {
        await running[(service, place)].EndAsync(Posix.KillAtOnce);
        running.Remove((service, place));
    }

    /// <summary>A client that calls a replica directly, as other services do.</summary>
    public HttpClient At(string service) => running[(service, PlaceOf(service))].Http;

    /// <summary>The first place with a replica.</summary>
    public int PlaceOf(string service) => running.Keys.Where(k => k.Service == service).Min(k => k.Place);

    /// <summary>A client of the gateway that also reaches the provider at <c>/provider</c>, as at a front door.</summary>
    public HttpClient Everywhere() =>
        new(new ToProvider(Provider.BaseAddress!)) { BaseAddress = Http.BaseAddress, Timeout = TimeSpan.FromMinutes(1) };

    private sealed class ToProvider(Uri provider) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.PathAndQuery is ['/', 'p', 'r', 'o', 'v', 'i', 'd', 'e', 'r', '/', .. var rest])
                request.RequestUri = new Uri(provider, rest);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private string[] Arguments(string service, int port) =>
        [
            "service",
            service,
            "--port",
            $"{port}",
            "--postgres",
            Server!,
            "--kafka",
            Bootstrap!,
            "--set",
            "Taxi:Catch:PaymentTimeout=10000",
            $"Host:DatabasePrefix={Prefix}",
            $"Taxi:Topic={Topic}",
            $"Host:GroupPrefix={Prefix}",
            $"Taxi:Catch:PaymentUrl={AddressesOf("taxi.payment")}",
            $"Taxi:Payment:ProviderUrl=http://127.0.0.1:{providerPort}",
        ];

    private string AddressesOf(string service) =>
        string.Join(',', Enumerable.Range(0, places).Select(place => $"http://127.0.0.1:{ports[(service, place)]}"));

    private static string Capital(string service) => $"{char.ToUpperInvariant(service[5])}{service[6..]}";

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public ValueTask DisposeAsync() => installed.DisposeAsync();
}
