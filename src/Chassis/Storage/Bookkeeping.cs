using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mannam.Chassis.Hosting;
using Mannam.Chassis.Messaging;
using Npgsql;

namespace Mannam.Chassis.Storage;

/// <summary>How a service's decisions are written and committed: the aggregate's row, and those of the messages that it raised.</summary>
internal sealed class Bookkeeping<TAggregate>(
    RowMap<TAggregate> map,
    EventWriter events,
    JsonSerializerContext language,
    IReadOnlyCollection<string> published,
    ServiceParts parts
)
    where TAggregate : Aggregate
{
    public RowMap<TAggregate> Map { get; } = map;

    /// <summary>A connection to the service's database.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync() => parts.Commands.OpenConnectionAsync();

    /// <summary>Makes a change that may have to wait for the saga's row.</summary>
    /// <exception cref="BusyException">It would wait for too long.</exception>
    public Task<T> InTurnAsync<T>(long key, Func<Task<T>> change) => parts.Turns.TakeAsync(key, change);

    /// <summary>What a message of a saga becomes, and who is to be told.</summary>
    public (NpgsqlBatchCommand Row, Wakes Wakes) Row(long key, IMessage message, Cause cause) =>
        message switch
        {
            IEvent e when published.Contains(e.GetType().Name) => (events.Write(key, e, cause).Insert(), Wakes.Relay),
            // Perhaps no relay runs: it would stay in the outbox for ever.
            IEvent e => throw new InvalidOperationException(
                $"{e.GetType().Name} is not declared: the service needs Publishing<{e.GetType().Name}>()"
            ),
            IDue d => (Owe(key, d, cause).Insert(), Wakes.Due),
            _ => throw new InvalidOperationException($"{message.GetType().Name} is neither an event nor a due thing"),
        };

    private DueRow Owe(long key, IDue what, Cause cause) =>
        new(
            Guid.CreateVersion7(),
            key,
            what.GetType().Name,
            JsonSerializer.Serialize(what, (JsonTypeInfo)language.GetTypeInfo(what.GetType())!),
            parts.Time.GetUtcNow(),
            what.After,
            $"{cause.Id} {cause.TraceParent}"
        );

    /// <summary>Commits a command's decision in as few round trips as are safe: within the transaction given, or by one of its own.</summary>
    /// <exception cref="NpgsqlException">Somebody else changed the aggregate (see <see cref="Failures.IsConflict"/>): nothing is committed.</exception>
    public async Task CommitAsync(UnitOfWork<TAggregate> unit, NpgsqlTransaction? transaction)
    {
        if (unit.IsEmpty)
            return;
        await parts.Points.AtAsync("command.committing");
        await CommitAsync(unit.Take(), transaction);
        await parts.Points.AtAsync("command.committed");
        unit.Wake();
    }

    private async Task CommitAsync(Statements statements, NpgsqlTransaction? transaction)
    {
        if (transaction is not null)
            await statements.CommitAsync(transaction, CancellationToken.None);
        else if (statements.GoAlone)
            await parts.Commits.CommitAloneAsync(statements);
        else
            await parts.Commits.CommitAsync(statements);
    }

    /// <summary>Wakes the loops said.</summary>
    public void Wake(Wakes loops)
    {
        if (loops.HasFlag(Wakes.Relay))
            parts.Outbox.Give();
        if (loops.HasFlag(Wakes.Due))
            parts.Due.Give();
    }
}
