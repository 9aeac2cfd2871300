using Mannam.Chassis.Hosting;
using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>Guarantees 2 and 3: hands a service's events to its policies, in order per saga and producer, each once. A batch over all partitions is one
/// transaction: positions, inbox, effects, and the events they raise.</summary>
/// <remarks>A failed batch is rolled back and handled again one event a transaction. An event that fails still holds up its own saga and, behind it, its
/// partition's position; every other event goes on, and the inbox knows them when they come again.</remarks>
internal sealed class Consumer<TDb, TAggregate>(
    string topic,
    string group,
    ITransport transport,
    IDbContextFactory<TDb> contexts,
    NpgsqlDataSource database,
    IReadOnlyDictionary<string, EventPolicy<TAggregate>> policies,
    Func<long, TAggregate> create,
    UnitOfWork work,
    Points points,
    ILogger log
) : ILoop, IConsumerState, IAsyncDisposable
    where TDb : ServiceDb
    where TAggregate : Aggregate
{
    private const int Most = 256;

    // Positions of skipped events are moved with the next handled one, and at the latest after so many.
    private const int MostSkipped = 2000;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly Func<TDb, long[], IAsyncEnumerable<TAggregate>> Find = EF.CompileAsyncQuery(
        (TDb db, long[] keys) => db.Set<TAggregate>().Where(a => keys.Contains(a.Key))
    );
    private readonly Dictionary<int, long> _stored = [];
    private readonly Dictionary<int, long> _next = [];
    private ISubscription? _subscription;
    private int _skipped;

    public string Name => "consumer";

    public Task IdleAsync(CancellationToken ct) => _subscription!.WaitAsync(Poll, ct);

    public async Task<bool> StepAsync(CancellationToken ct)
    {
        _subscription ??= transport.Subscribe(topic, group, PositionsOfAsync);
        try
        {
            var fetched = await _subscription.FetchAsync(Most, ct);
            if (fetched.Count > 0)
                await HandleAsync(fetched, ct);
            return fetched.Count > 0;
        }
        catch
        {
            _subscription.Rewind();
            throw;
        }
    }

    private async Task<IReadOnlyDictionary<int, long>> PositionsOfAsync(IReadOnlyCollection<int> partitions, CancellationToken ct)
    {
        var positions = await Positions.ReadAsync(database, topic, partitions, ct);
        lock (_next)
        {
            foreach (var (partition, next) in positions)
                _next[partition] = _stored[partition] = next;
        }
        return positions;
    }

    private async Task HandleAsync(IReadOnlyList<Received> fetched, CancellationToken ct)
    {
        var events = new List<Received>(fetched.Count);
        var next = new Dictionary<int, long>();
        foreach (var received in fetched)
        {
            next[received.Partition] = received.Offset + 1;
            if (policies.ContainsKey(received.Type))
                events.Add(received);
        }
        _skipped += fetched.Count - events.Count;
        if (events.Count > 0 || _skipped > MostSkipped)
            await HandleAsync(events, next, ct);
        lock (_next)
        {
            foreach (var (partition, offset) in next)
                _next[partition] = offset;
        }
    }

    private async Task HandleAsync(List<Received> events, Dictionary<int, long> next, CancellationToken ct)
    {
        try
        {
            await CommitAsync(events, next, ct);
        }
        catch (Exception e) when (e is not (FencedException or OperationCanceledException) && !Failures.IsStoreUnreachable(e))
        {
            log.LogDebug(e, "A batch of {Count} failed; once more, event by event", events.Count);
            await OneByOneAsync(events, next, ct);
        }
    }

    private async Task OneByOneAsync(List<Received> events, Dictionary<int, long> next, CancellationToken ct)
    {
        Exception? failure = null;
        var heldUp = new HashSet<long>();
        foreach (var received in events)
        {
            if (!heldUp.Contains(received.Key) && await TryAsync(received, ct) is { } failed)
            {
                failure = failed;
                heldUp.Add(received.Key);
            }
            if (heldUp.Contains(received.Key))
                next[received.Partition] = Math.Min(next[received.Partition], received.Offset);
        }
        await CommitAsync([], next, ct);
        if (failure is not null)
            throw failure;
    }

    private async Task<Exception?> TryAsync(Received received, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await CommitAsync([received], null, ct);
                return null;
            }
            catch (Exception e) when (attempt < 3 && Failures.IsConflict(e)) { }
            catch (Exception e) when (e is not (FencedException or OperationCanceledException) && !Failures.IsStoreUnreachable(e))
            {
                return new InvalidOperationException(
                    $"{received.Type} of saga {received.Key} ({received.Partition}/{received.Offset}): {e.Message}",
                    e
                );
            }
        }
    }

    // Without next the positions are only held: they move when all before them is done.
    private async Task CommitAsync(List<Received> events, Dictionary<int, long>? next, CancellationToken ct)
    {
        var moves = MovesTo(next ?? events.ToDictionary(e => e.Partition, _ => 0L));
        await using var db = await contexts.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var fresh = await Positions.TakeAsync(connection, topic, moves, [.. events.Select(e => e.Id)], next is not null, ct);
        if (fresh.Count > 0)
            await ApplyAsync(db, events, fresh, ct);
        await points.AtAsync("consumer.committing");
        await transaction.CommitAsync(ct);
        await points.AtAsync("consumer.committed");
        work.Wake();
        if (next is null)
            return;
        _skipped = 0;
        for (var i = 0; i < moves.Partitions.Length; i++)
            _stored[moves.Partitions[i]] = moves.Next[i];
    }

    private Positions.Moves MovesTo(Dictionary<int, long> next)
    {
        // Partitions whose skipped events were not stored yet are moved along.
        foreach (var (partition, offset) in _next)
        {
            if (offset != _stored[partition])
                next.TryAdd(partition, offset);
        }
        int[] partitions = [.. next.Keys.Order()];
        return new(partitions, [.. partitions.Select(p => _stored[p])], [.. partitions.Select(p => next[p])]);
    }

    private async Task ApplyAsync(TDb db, List<Received> events, HashSet<Guid> fresh, CancellationToken ct)
    {
        var aggregates = new Dictionary<long, TAggregate>();
        await foreach (
            var aggregate in Find(db, [.. events.Where(e => fresh.Contains(e.Id)).Select(e => e.Key).Distinct()]).WithCancellation(ct)
        )
            aggregates.Add(aggregate.Key, aggregate);
        foreach (var received in events)
        {
            // Removed as it is taken: of an event that the batch holds twice, the first counts.
            if (!fresh.Remove(received.Id))
                continue;
            if (!aggregates.TryGetValue(received.Key, out var aggregate))
                aggregates.Add(received.Key, aggregate = create(received.Key));
            if (aggregate.IsNew)
                db.Attach(aggregate);
            var messages = policies[received.Type].Apply(received.Value, aggregate);
            work.Stage(db, aggregate, messages, new Cause(received.Id.ToString(), received.TraceParent));
        }
        await UnitOfWork.SaveAsync(db, AutoTransactionBehavior.Never, ct);
    }

    /// <inheritdoc/>
    public long? Handled
    {
        get
        {
            lock (_next)
                return _subscription is { } s && _next.Count > 0 && _next.All(p => s.Lag(p.Key, p.Value) <= 0) ? _next.Values.Sum() : null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_subscription is not null)
            await _subscription.DisposeAsync();
    }
}

/// <summary>What can be asked of a consumer while it runs.</summary>
internal interface IConsumerState
{
    /// <summary>How many records of its partitions were handled; null while there are more, or it has not begun.</summary>
    long? Handled { get; }
}
