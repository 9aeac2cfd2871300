using Mannam.Chassis.Hosting;

namespace Mannam.Chassis.Idempotency;

/// <summary>Removes keys that are not honoured any more. A loop of its own, as every service takes keys, but not every service owes due things.</summary>
internal sealed class KeyExpiry(IdempotencyStore store, TimeProvider time) : ILoop
{
    private const int Most = 1000;

    public string Name => "keys";

    public async Task<bool> StepAsync(CancellationToken ct) =>
        await store.RemoveAsync(time.GetUtcNow() - IdempotencyStore.Kept, Most, ct) == Most;

    // Often enough to be seen alive; an expired key that is still there is not honoured either.
    public Task IdleAsync(CancellationToken ct) => Task.Delay(TimeSpan.FromSeconds(30), time, ct);
}
