using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Mannam.Gateway;

/// <summary>Limits the requests per second of each client address. A burst may use the limit of one second at once.</summary>
/// <param name="perSecond">The limit; 0: no limit.</param>
internal sealed class RateLimit(int perSecond) : IDisposable
{
    private const int PeriodsASecond = 10;

    private readonly PartitionedRateLimiter<HttpContext>? _clients =
        perSecond == 0
            ? null
            : PartitionedRateLimiter.Create<HttpContext, string>(context =>
                RateLimitPartition.GetTokenBucketLimiter(
                    context.Connection.RemoteIpAddress?.ToString() ?? "",
                    _ => new TokenBucketRateLimiterOptions
                    {
                        TokenLimit = perSecond,
                        TokensPerPeriod = Math.Max(1, perSecond / PeriodsASecond),
                        ReplenishmentPeriod = TimeSpan.FromSeconds(1.0 / PeriodsASecond),
                        QueueLimit = 0,
                    }
                )
            );

    public bool Allows(HttpContext context)
    {
        if (_clients is null)
            return true;
        using var lease = _clients.AttemptAcquire(context);
        return lease.IsAcquired;
    }

    public void Dispose() => _clients?.Dispose();
}
