namespace Mannam.Messaging;

/// <summary>Detects that a service's own database was restored from an older state. The evidence is the service's own events in the topic.</summary>
/// <remarks>An event of a saga is committed with the saga's row. So if the topic has an own event after the position, of a saga without a row, the database
/// has lost the state that raised it. The check runs until the consumer first reaches the end of the topic, and again after a position went back. It costs
/// nothing afterwards, and needs no clock. Ids up to the highest such saga are marked as used.</remarks>
internal sealed class RestoreDetector<TAggregate>(
    string source,
    IAggregateStore<TAggregate> store,
    IIdSequence? ids,
    HistoryNotices notices
)
    where TAggregate : Aggregate
{
    private readonly HashSet<long> _unknown = [];

    /// <summary>Whether the check runs.</summary>
    public bool Looks { get; private set; } = true;

    /// <summary>A stored position went back while the service ran.</summary>
    public void WentBack()
    {
        Looks = true;
        notices.WentBack("a position is lower than one that was read already");
    }

    /// <summary>The consumer has reached the end of the topic.</summary>
    public void AtEnd() => Looks = false;

    /// <summary>Compares fetched events with the database before they are handled.</summary>
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
            $"the topic has own events of {_unknown.Count} sagas that are missing here, from {_unknown.Min()} to {highest}"
                + (ids is null ? "" : "; new ids are higher")
        );
    }
}
