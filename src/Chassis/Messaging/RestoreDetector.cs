using Mannam.Chassis.Storage;
using Npgsql;

namespace Mannam.Chassis.Messaging;

/// <summary>Finds out that a service's own database was restored from an older state, by the service's own events: the topic is the witness outside of it.</summary>
/// <remarks>An event of a saga is committed with the saga's row. So an own event behind the position, of a saga without a row, was raised by a state that the
/// database does not have any more. It is looked for until the consumer has come to the end of the topic for the first time, and again when a position went
/// back: it costs nothing afterwards, and needs no clock. Ids up to the highest such saga are used up, and not given again.</remarks>
internal sealed class RestoreDetector<TAggregate>(string source, AggregateStore<TAggregate> store, IdSequence? ids, HistoryNotices notices)
    where TAggregate : Aggregate
{
    private readonly HashSet<long> _unknown = [];

    /// <summary>Whether it looks for them now.</summary>
    public bool Looks { get; private set; } = true;

    /// <summary>A position of the database went back while the service ran.</summary>
    public void WentBack()
    {
        Looks = true;
        notices.WentBack("a position is before what was read already");
    }

    /// <summary>The consumer has come to the end of the topic.</summary>
    public void AtEnd() => Looks = false;

    /// <summary>Compares what was fetched with the database, before it is handled.</summary>
    public async Task LookAsync(IReadOnlyList<ReceivedEvent> fetched, CancellationToken ct)
    {
        long[] sagas = [.. fetched.Where(r => r.Source == source).Select(r => r.Key).Distinct()];
        if (sagas.Length == 0)
            return;
        var known = _unknown.Count;
        _unknown.UnionWith(await UnknownAsync(sagas, ct));
        if (_unknown.Count == known)
            return;
        var highest = _unknown.Max();
        if (ids is not null)
            await ids.SkipToAsync(highest);
        notices.WentBack(
            $"the topic has own events of {_unknown.Count} sagas that it does not know, from {_unknown.Min()} to {highest}"
                + (ids is null ? "" : "; its ids go on behind them")
        );
    }

    private async Task<List<long>> UnknownAsync(long[] sagas, CancellationToken ct)
    {
        await using var connection = await store.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"select k from unnest($1) k where not exists (select 1 from {store.Map.Table} where key = k)",
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = sagas });
        await using var rows = await command.ExecuteReaderAsync(ct);
        var unknown = new List<long>();
        while (await rows.ReadAsync(ct))
            unknown.Add(rows.GetInt64(0));
        return unknown;
    }
}
