using System.Data.Common;

namespace Mannam.Messaging;

/// <summary>Guarantee 1, the second half: publishes unsent rows of the outbox by id, and removes rows that the transport has for certain.</summary>
/// <remarks>One relay per service is active. It never reads from a high-water mark, because commits do not happen in the order of ids. After a crash between
/// publishing and removing it publishes twice; the inbox of the subscribers drops the copy.</remarks>
internal sealed class OutboxRelay(
    Func<IOutbox> open,
    string topic,
    ITransport transport,
    Failpoints failpoints,
    Signal signal,
    ServiceMetrics metrics
) : ILoop, IAsyncDisposable
{
    private const int Max = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);
    private readonly AdaptiveBatching _batching = new(Max);
    private TimeSpan _delay;
    private IOutbox? _outbox;

    // Published rows. The next read removes them, which saves a round trip.
    private long[] _published = [];

    public string Name => "relay";

    // Without a backlog, the removal of published rows waits briefly for more rows to publish.
    public Task PauseAsync(CancellationToken ct) =>
        _delay > TimeSpan.Zero || _published.Length == Max ? Task.Delay(_delay, ct) : signal.WaitAsync(Soon, ct);

    public Task IdleAsync(CancellationToken ct) => signal.WaitAsync(Poll, ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        try
        {
            _outbox ??= open();
            if (!await _outbox.AcquireAsync(ct))
                return false;
            var (ids, records) = await _outbox.ReadAsync(_published, Max, ct);
            if (_published.Length > 0)
            {
                _published = [];
                await failpoints.HitAsync("relay.removed");
            }
            _delay = _batching.DelayAfter(ids.Length);
            if (ids.Length == 0)
                return false;
            await failpoints.HitAsync("relay.publishing");
            await PublishAsync(ids, records, ct);
            return true;
        }
        catch (DbException)
        {
            await CloseAsync();
            throw;
        }
    }

    private async Task PublishAsync(long[] ids, IReadOnlyList<TopicRecord> records, CancellationToken ct)
    {
        try
        {
            await transport.PublishAsync(topic, records, ct);
        }
        catch (PublishException e)
        {
            _published = [.. e.Delivered.Select(i => ids[i])];
            throw;
        }
        metrics.Published(records.Count);
        await failpoints.HitAsync("relay.published");
        _published = ids;
    }

    private async Task CloseAsync()
    {
        if (_outbox is not null)
            await _outbox.DisposeAsync();
        _outbox = null;
    }

    /// <summary>Stops in order: removes published rows, so that the next relay does not publish them again.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_published.Length > 0 && _outbox is not null && await _outbox.AcquireAsync(CancellationToken.None))
                await _outbox.RemoveAsync(_published, CancellationToken.None);
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            // The connection is lost, perhaps by a cancelled step. The rows are then published twice, as after a crash.
        }
        await CloseAsync();
    }
}
