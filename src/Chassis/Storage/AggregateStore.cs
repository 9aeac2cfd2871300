using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mannam.Chassis.Hosting;
using Mannam.Chassis.Messaging;
using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>How a service's decisions are written and committed: the aggregate's row, and those of the messages that it raised.</summary>
internal sealed class AggregateStore<TAggregate>(
    RowMapper<TAggregate> map,
    EventSerializer events,
    JsonSerializerContext language,
    IReadOnlyCollection<string> published,
    ServiceRuntime runtime
)
    where TAggregate : Aggregate
{
    public RowMapper<TAggregate> Map { get; } = map;

    /// <summary>A connection to the service's database.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync() => runtime.Commands.OpenConnectionAsync();

    /// <summary>Makes a change that may have to wait for the saga's row.</summary>
    /// <exception cref="BusyException">It would wait for too long.</exception>
    public Task<T> InOrderAsync<T>(long key, Func<Task<T>> change) => runtime.Turns.RunAsync(key, change);

    /// <summary>What a message of a saga becomes, and who is to be told.</summary>
    public (NpgsqlBatchCommand Row, Wakes Wakes) Row(long key, IMessage message, MessageContext context) =>
        message switch
        {
            IEvent e when published.Contains(e.GetType().Name) => (events.Write(key, e, context).Insert(), Wakes.Relay),
            // Perhaps no relay runs: it would stay in the outbox for ever.
            IEvent e => throw new InvalidOperationException(
                $"{e.GetType().Name} is not declared: the service needs Publishing<{e.GetType().Name}>()"
            ),
            IScheduledMessage d => (Owe(key, d, context).Insert(), Wakes.Due),
            _ => throw new InvalidOperationException($"{message.GetType().Name} is neither an event nor a due thing"),
        };

    private ScheduledMessageRow Owe(long key, IScheduledMessage what, MessageContext context) =>
        new(
            Guid.CreateVersion7(),
            key,
            what.GetType().Name,
            JsonSerializer.Serialize(what, (JsonTypeInfo)language.GetTypeInfo(what.GetType())!),
            runtime.Time.GetUtcNow(),
            what.Delay,
            $"{context.CausationId} {context.TraceParent}"
        );

    /// <summary>Commits a command's decision in as few round trips as are safe: within the transaction given, or by one of its own.</summary>
    /// <exception cref="NpgsqlException">Somebody else changed the aggregate (see <see cref="StoreFailures.IsConflict"/>): nothing is committed.</exception>
    public async Task CommitAsync(UnitOfWork<TAggregate> unit, NpgsqlTransaction? transaction)
    {
        if (unit.IsEmpty)
            return;
        await runtime.Failpoints.HitAsync("command.committing");
        await CommitAsync(unit.Take(), transaction);
        await runtime.Failpoints.HitAsync("command.committed");
        unit.Wake();
    }

    private async Task CommitAsync(StatementBatch statements, NpgsqlTransaction? transaction)
    {
        if (transaction is not null)
            await statements.CommitAsync(transaction, CancellationToken.None);
        else if (statements.CommitsAlone)
            await runtime.Commits.CommitAloneAsync(statements);
        else
            await runtime.Commits.CommitAsync(statements);
    }

    /// <summary>Wakes the loops said.</summary>
    public void Wake(Wakes loops)
    {
        if (loops.HasFlag(Wakes.Relay))
            runtime.Outbox.Set();
        if (loops.HasFlag(Wakes.Due))
            runtime.Due.Set();
    }
}
