namespace Mannam.Messaging;

/// <summary>Finds out that a service's own database was restored from an older state, by the service's own events: the topic is the witness outside of it.</summary>
/// <remarks>An event of a saga is committed with the saga's row. So an own event behind the position, of a saga without a row, was raised by a state that the
/// database does not have any more. It is looked for until the consumer has come to the end of the topic for the first time, and again when a position went
/// back: it costs nothing afterwards, and needs no clock. Ids up to the highest such saga are used up, and not given again.</remarks>
internal sealed class RestoreDetector<TAggregate>(
    string source,
    IAggregateStore<TAggregate> store,
    IIdSequence? ids,
    HistoryNotices notices
)
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
        _unknown.UnionWith(await store.FindMissingAsync(sagas, ct));
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
}
