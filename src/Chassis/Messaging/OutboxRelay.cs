using Mannam.Chassis.Hosting;
using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>Guarantee 1, the second half: publishes what the outbox holds, unsent rows by id, and removes what the transport has for certain.</summary>
/// <remarks>One relay a service is active, by an advisory lock on a connection of its own. It reads what is there, never from a high-water mark:
/// commits do not come in the order of their numbers. Killed between publishing and removing, it publishes twice; the inbox covers that.</remarks>
internal sealed class OutboxRelay(
    Func<RelayLock> lease,
    string topic,
    ITransport transport,
    Failpoints failpoints,
    OutboxSignal signal,
    ServiceMetrics metrics
) : ILoop, IAsyncDisposable
{
    private const int Most = 500;
    private readonly AdaptiveBatching _batching = new(Most);
    private TimeSpan _gathers;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private RelayLock? _lease;

    // What the transport has for certain: removed with the next look into the outbox, which saves a round trip.
    private long[] _published = [];

    public string Name => "relay";

    // Where there is no backlog, what is left after a step is to remove what was published: that waits for more to publish, but not for long.
    public Task PauseAsync(CancellationToken ct) =>
        _gathers > TimeSpan.Zero || _published.Length == Most ? Task.Delay(_gathers, ct) : signal.WaitAsync(Soon, ct);

    public Task IdleAsync(CancellationToken ct) => signal.WaitAsync(Poll, ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        try
        {
            _lease ??= lease();
            if (await _lease.AcquireAsync(ct) is not { } connection)
                return false;
            var (ids, records) = await UnsentAsync(connection, ct);
            _gathers = _batching.DelayAfter(ids.Length);
            if (ids.Length == 0)
                return false;
            await failpoints.HitAsync("relay.publishing");
            await PublishAsync(ids, records, ct);
            return true;
        }
        catch (NpgsqlException)
        {
            await GiveUpAsync();
            throw;
        }
    }

    private async Task PublishAsync(long[] ids, List<TopicRecord> records, CancellationToken ct)
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

    private async Task<(long[] Ids, List<TopicRecord> Records)> UnsentAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection);
        // Also where there is nothing to remove: it fails where the store only reads. What were published then could not be removed, and would be published
        // again and again; and the connection must be given up to find a primary that was moved.
        batch.BatchCommands.Add(Removal());
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select id, key, headers, value from outbox order by id limit 500"));
        var ids = new List<long>();
        var records = new List<TopicRecord>();
        await using (var rows = await batch.ExecuteReaderAsync(ct))
        {
            while (await rows.ReadAsync(ct))
            {
                ids.Add(rows.GetInt64(0));
                records.Add(new TopicRecord(rows.GetInt64(1), rows.GetString(2), rows.GetString(3)));
            }
        }
        if (_published.Length > 0)
        {
            _published = [];
            await failpoints.HitAsync("relay.removed");
        }
        return ([.. ids], records);
    }

    private NpgsqlBatchCommand Removal()
    {
        var remove = new NpgsqlBatchCommand("delete from outbox where id = any($1)");
        remove.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = _published });
        return remove;
    }

    private async Task GiveUpAsync()
    {
        if (_lease is not null)
            await _lease.DisposeAsync();
        _lease = null;
    }

    /// <summary>Ends in order: what was published is removed, so that the next relay does not publish it again.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_published.Length > 0 && _lease is not null && await _lease.AcquireAsync(CancellationToken.None) is { } connection)
            {
                await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Removal() } };
                await batch.ExecuteNonQueryAsync();
            }
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The connection is lost, perhaps with the step that was cut off. Published twice then, as after a crash.
        }
        await GiveUpAsync();
    }
}
