using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Hosting;

/// <summary>Maps the paths of the services that <see cref="MannamHosting"/> added.</summary>
public static class MannamEndpoints
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>Maps each service's paths, below its system's name (<c>/taxi/catches/…</c>). With one system they are also at the root.</summary>
    /// <remarks>A request first passes the host's middleware, and then the service's own pipeline, which also answers unknown resources. A stopped service
    /// answers 503.</remarks>
    /// <param name="endpoints">The host's endpoints.</param>
    /// <returns>All endpoints, for conventions such as <c>RequireAuthorization</c>.</returns>
    /// <exception cref="InvalidOperationException">Two services claim the same path, or nothing was added.</exception>
    public static IEndpointConventionBuilder MapMannam(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services =
            endpoints.ServiceProvider.GetService<MannamServices>()
            ?? throw new InvalidOperationException("call builder.AddMannam(…) first");
        services.Bind(endpoints.ServiceProvider);
        var claimed = new HashSet<string>(StringComparer.Ordinal);
        var all = endpoints.MapGroup("");
        foreach (var system in services.Systems)
        {
            foreach (var service in system.Services)
            {
                Map(
                    all,
                    services,
                    claimed,
                    new ServicePath($"{system.Name}.{service.Name}", "/" + system.Name, service, ForOperators: false)
                );
            }
        }
        if (services.Systems is [var alone])
        {
            foreach (var service in alone.Services)
                Map(all, services, claimed, new ServicePath($"{alone.Name}.{service.Name}", "", service, ForOperators: false));
        }
        foreach (var service in services.Operators)
            Map(all, services, claimed, new ServicePath(service.Name, "/" + service.Name, service, ForOperators: true));
        return all;
    }

    private static void Map(RouteGroupBuilder all, MannamServices services, HashSet<string> claimed, ServicePath path)
    {
        foreach (var start in path.Starts)
        {
            if (!claimed.Add(start))
                throw new InvalidOperationException($"'{start}' is claimed twice");
            RequestDelegate forward = http => ForwardAsync(http, path, start);
            all.Map(start + "/{**rest}", path.ForOperators ? http => services.IsOperator(http) ? forward(http) : NotFound(http) : forward)
                .WithMetadata(path)
                .WithDisplayName($"{start}/… → {path.Name}");
        }
    }

    private static async Task ForwardAsync(HttpContext http, ServicePath path, string start)
    {
        var line = http.Features.GetRequiredFeature<IHttpRequestFeature>();
        var (root, whole) = (line.PathBase, line.Path);
        // Routing ignores case; paths are case-sensitive.
        if (!whole.StartsWith(start, StringComparison.Ordinal))
        {
            await NotFound(http);
            return;
        }
        // The path base begins with the prefix that a proxy has removed (X-Forwarded-Prefix).
        line.PathBase = root.Length == 0 ? path.Prefix : root.TrimEnd('/') + path.Prefix;
        line.Path = whole.Length == path.Prefix.Length ? "/" : whole[path.Prefix.Length..];
        var forwarded = await path.Service.Upstream.ForwardAsync(http);
        (line.PathBase, line.Path) = (root, whole);
        if (!forwarded)
            await Problems.Unavailable($"The service {path.Name} is not running. Please try again later.", AskAgain).ExecuteAsync(http);
    }

    private static Task NotFound(HttpContext http) =>
        Problems.Of(StatusCodes.Status404NotFound, "Nothing is served at this path.").ExecuteAsync(http);
}

/// <summary>Metadata of endpoints: where a host serves a service.</summary>
/// <param name="Name">The service's full name: <c>taxi.catch</c>.</param>
/// <param name="Prefix">The prefix of the service's own paths: <c>/taxi</c>.</param>
/// <param name="Service">The service.</param>
/// <param name="ForOperators">Whether only direct callers on this machine may reach it.</param>
public sealed record ServicePath(string Name, string Prefix, ServiceEntry Service, bool ForOperators)
{
    /// <summary>The beginnings of its paths: <c>/taxi/catches</c>.</summary>
    internal IEnumerable<string> Starts => ForOperators ? [Prefix] : Service.Segments.Select(s => $"{Prefix}/{s}");
}
