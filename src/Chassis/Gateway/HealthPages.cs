using Microsoft.AspNetCore.Http;

namespace Mannam.Gateway;

/// <summary>The health of the whole, from what each service says of its own.</summary>
internal sealed class HealthPages(EdgeOptions options, Func<bool> draining)
{
    private const string Up = "UP";
    private const string Down = "DOWN";

    // A probe of an orchestrator gives up after a few seconds; a service that takes as long is not well.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly Dictionary<string, string> NoDetails = [];

    private readonly (string Name, ServiceEntry Service)[] services =
    [
        .. options.Systems.SelectMany(system => system.Services.Select(service => ($"{system.Name}.{service.Name}", service))),
        .. options.Operators.Select(service => (service.Name, service)),
    ];

    public async Task LiveAsync(HttpContext context)
    {
        var reports = await AskAllAsync();
        await WriteAsync(context, new HealthDocument(reports.All(r => r.Live) ? Up : Down));
    }

    public async Task ReadyAsync(HttpContext context) => await WriteAsync(context, await ReadyAsync());

    public async Task StatusAsync(HttpContext context) => await WriteAsync(context, new HealthDocument((await ReadyAsync()).Status));

    private static Task WriteAsync(HttpContext context, HealthDocument document) =>
        RequestDispatcher.WriteJsonAsync(context, document.Status == Up ? 200 : 503, document, EdgeJson.Default.HealthDocument);

    private async Task<HealthDocument> ReadyAsync()
    {
        var reports = await AskAllAsync();
        var pages = new Dictionary<string, HealthPart>(StringComparer.Ordinal);
        for (var i = 0; i < reports.Length; i++)
        {
            var (_, ready, details) = reports[i];
            pages[services[i].Name] = new HealthPart(
                ReferenceEquals(reports[i], Stopped) ? "STOPPED"
                    : ready ? Up
                    : Down,
                details
            );
        }
        var parts = options.Parts.ToDictionary(p => p.Key, p => p.Value());
        foreach (var (name, part) in parts)
            pages[name] = new HealthPart(part.Ready ? Up : Down, part.Details);
        var whole = !draining() && reports.All(r => r.Ready) && parts.Values.All(p => p.Ready);
        return new HealthDocument(whole ? Up : Down, draining() ? "draining" : null, pages);
    }

    private Task<ServiceHealth[]> AskAllAsync() => Task.WhenAll(services.Select(s => AskAsync(s.Service)));

    private static async Task<ServiceHealth> AskAsync(ServiceEntry service)
    {
        if (!service.Upstream.IsRunning)
        {
            // On purpose (`mannam stop`): the others are to be reached, so the front door stays ready.
            return Stopped;
        }
        if (service.Health is not { } health)
        {
            return new ServiceHealth(Live: true, Ready: true, NoDetails);
        }
        try
        {
            return await health().AsTask().WaitAsync(Patience);
        }
        catch (Exception exception)
        {
            // Anybody may read this page: the exception's own words may hold people's data.
            var error = exception is TimeoutException ? "no answer in time" : exception.GetType().Name;
            return new ServiceHealth(Live: true, Ready: false, new Dictionary<string, string> { ["error"] = error });
        }
    }

    private static readonly ServiceHealth Stopped = new(Live: true, Ready: true, new Dictionary<string, string> { ["state"] = "stopped" });
}

/// <summary>A health page.</summary>
internal sealed record HealthDocument(string Status, string? Reason = null, IReadOnlyDictionary<string, HealthPart>? Services = null);

/// <summary>A service on it.</summary>
internal sealed record HealthPart(string Status, IReadOnlyDictionary<string, string> Details);
