using System.Collections.Frozen;

namespace Mannam.Gateway;

/// <summary>Which service a path belongs to.</summary>
internal sealed class RouteTable
{
    private readonly FrozenDictionary<string, SystemRoutes> systems;
    private readonly FrozenDictionary<string, ServiceRoute> operators;
    private readonly SystemRoutes? alone;

    /// <exception cref="ArgumentException">Two claim the same paths.</exception>
    public RouteTable(EdgeOptions options)
    {
        // One service that hangs leaves a quarter of the places to the others.
        var isAlone = options.Operators.Count + options.Systems.Sum(s => s.Services.Count) == 1;
        var most = isAlone ? options.MaxConcurrentRequests : Math.Max(1, options.MaxConcurrentRequests - options.MaxConcurrentRequests / 4);
        systems = Unique(options.Systems, s => s.Name, s => new SystemRoutes(s, most));
        operators = Unique(options.Operators, o => o.Name, o => new ServiceRoute(o.Name, "/" + o.Name, o, new ConcurrencyLimit(most)));
        alone = options.Systems is [var only] ? systems[only.Name] : null;
        var twice = operators.Keys.Where(systems.ContainsKey).Concat(operators.Keys.Concat(systems.Keys).Where(IsAtRoot)).FirstOrDefault();
        if (twice is not null)
        {
            throw new ArgumentException($"'/{twice}' is claimed twice at the front door.", nameof(options));
        }
    }

    private bool IsAtRoot(string segment) => AtRoot("/" + segment) is not null;

    /// <summary>Repeated slashes count as one, and one at the end as none. Allocates only if there is something to change.</summary>
    public static string Normal(string path)
    {
        if (path.Length < 2)
        {
            return "/";
        }
        if (path[^1] != '/' && !path.Contains("//", StringComparison.Ordinal))
        {
            return path;
        }
        Span<char> kept = path.Length <= 256 ? stackalloc char[256] : new char[path.Length];
        var length = 0;
        foreach (var c in path)
        {
            if (c != '/' || length == 0 || kept[length - 1] != '/')
            {
                kept[length++] = c;
            }
        }
        if (length > 1 && kept[length - 1] == '/')
        {
            length--;
        }
        return new string(kept[..length]);
    }

    /// <summary>The service for operators that this path belongs to, if there is one.</summary>
    public ServiceRoute? Operator(string path) =>
        operators.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(First(path), out var route) ? route : null;

    /// <summary>The system whose prefix the path carries, if there is one.</summary>
    public SystemRoutes? System(string path) =>
        systems.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(First(path), out var system) ? system : null;

    /// <summary>The service of the system that runs alone, to which this path belongs without a prefix.</summary>
    public ServiceRoute? AtRoot(string path) => alone?.Find(path);

    public static ReadOnlySpan<char> First(string path)
    {
        var text = path.AsSpan(Math.Min(1, path.Length));
        var slash = text.IndexOf('/');
        return slash < 0 ? text : text[..slash];
    }

    public static FrozenDictionary<string, TValue> Unique<TSource, TValue>(
        IEnumerable<TSource> source,
        Func<TSource, string> key,
        Func<TSource, TValue> value
    )
    {
        var all = new Dictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var item in source)
        {
            if (!all.TryAdd(key(item), value(item)))
            {
                throw new ArgumentException($"'/{key(item)}' is claimed twice at the front door.", nameof(source));
            }
        }
        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <summary>A system's services by the first segment of their paths.</summary>
internal sealed class SystemRoutes
{
    private readonly FrozenDictionary<string, ServiceRoute> bySegment;

    /// <param name="system">The system.</param>
    /// <param name="most">How many requests each of its services may work on at once.</param>
    public SystemRoutes(SystemEntry system, int most)
    {
        Entry = system;
        Prefix = "/" + system.Name;
        bySegment = RouteTable.Unique(
            from service in system.Services
            let route = new ServiceRoute($"{system.Name}.{service.Name}", Prefix, service, new ConcurrencyLimit(most))
            from segment in service.Segments
            select (segment, route),
            s => s.segment,
            s => s.route
        );
    }

    public SystemEntry Entry { get; }

    public string Prefix { get; }

    /// <summary>The service that serves this path, which does not carry the system's prefix.</summary>
    public ServiceRoute? Find(string path) =>
        bySegment.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(RouteTable.First(path), out var route) ? route : null;
}

/// <summary>A service where it is reached.</summary>
/// <param name="Name">Its full name: <c>taxi.catch</c>.</param>
/// <param name="Prefix">What stands before its own paths: <c>/taxi</c>.</param>
/// <param name="Entry">The service.</param>
/// <param name="Limit">Requests that it may work on at once.</param>
internal sealed record ServiceRoute(string Name, string Prefix, ServiceEntry Entry, ConcurrencyLimit Limit);
