using Microsoft.AspNetCore.Http;

namespace Mannam.Gateway;

/// <summary>Admits requests to services, within limits: the rate of each client, the bodies in memory, and the concurrent requests.</summary>
internal sealed class Admission : IDisposable
{
    private readonly RateLimit _rate;
    private readonly ConcurrencyLimit _limit;

    // For clients that send their bodies only after 100 Continue, which the service sends.
    private readonly ConcurrencyLimit _expecting;
    private readonly Dictionary<ServiceEntry, ConcurrencyLimit> _services;
    private readonly BodyBuffer _bodies = new();

    public Admission(EdgeOptions options, MannamServices all)
    {
        _rate = new RateLimit(options.RequestsPerSecond);
        _limit = new ConcurrencyLimit(options.MaxConcurrentRequests);
        _expecting = new ConcurrencyLimit(Math.Max(1, options.MaxConcurrentRequests / 2));
        List<ServiceEntry> entries = [.. all.Systems.SelectMany(s => s.Services), .. all.Operators];
        // A service that hangs leaves a quarter of the requests to the others.
        var most =
            entries.Count == 1
                ? options.MaxConcurrentRequests
                : Math.Max(1, options.MaxConcurrentRequests - options.MaxConcurrentRequests / 4);
        _services = entries.ToDictionary<ServiceEntry, ServiceEntry, ConcurrencyLimit>(
            e => e,
            _ => new ConcurrencyLimit(most),
            ReferenceEqualityComparer.Instance
        );
    }

    /// <summary>The number of admitted requests that have not ended.</summary>
    public int InProgress => _limit.InUse;

    /// <summary>Applies the limits to requests for services. Other requests pass.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next) =>
        context.GetEndpoint()?.Metadata.GetMetadata<ServicePath>() is { } path
            ? AdmitAsync(context, next, _services[path.Service])
            : next(context);

    private async Task AdmitAsync(HttpContext context, RequestDelegate next, ConcurrencyLimit service)
    {
        if (!_rate.Allows(context))
        {
            context.Response.Headers.RetryAfter = "1";
            await EdgeProblem.WriteAsync(
                context,
                429,
                "Too many requests",
                "This client asks more often than it may. Please try again later."
            );
            return;
        }
        if (context.Request.Headers.Expect.Count > 0)
        {
            await ExpectAsync(context, next, service);
            return;
        }
        // Before the request counts as concurrent: a slow client must not block others.
        var (body, held) = await _bodies.BufferAsync(context);
        if (body == BodyBufferState.Complete)
        {
            try
            {
                await WorkOnAsync(context, next, service);
            }
            finally
            {
                _bodies.Release(held);
            }
        }
        else if (body == BodyBufferState.Full)
        {
            context.Response.Headers.Connection = "close";
            await TooManyAsync(context);
        }
    }

    private async Task ExpectAsync(HttpContext context, RequestDelegate next, ConcurrencyLimit service)
    {
        if (!_expecting.TryAcquire())
        {
            await TooManyAsync(context);
            return;
        }
        try
        {
            await WorkOnAsync(context, next, service);
        }
        finally
        {
            _expecting.Release();
        }
    }

    private async Task WorkOnAsync(HttpContext context, RequestDelegate next, ConcurrencyLimit service)
    {
        if (!TryTake(service))
        {
            await TooManyAsync(context);
            return;
        }
        try
        {
            await next(context);
        }
        finally
        {
            _limit.Release();
            service.Release();
        }
    }

    private bool TryTake(ConcurrencyLimit service)
    {
        if (!service.TryAcquire())
            return false;
        if (_limit.TryAcquire())
            return true;
        service.Release();
        return false;
    }

    private static Task TooManyAsync(HttpContext context) =>
        EdgeProblem.Unavailable(context, "Too many requests are in progress. Please try again later.");

    public void Dispose() => _rate.Dispose();
}
