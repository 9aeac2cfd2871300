using Mannam.Abstractions;
using Mannam.Payments.Provider;
using Mannam.Testing;
using Npgsql;

namespace Mannam.Simulation;

/// <summary>A business of ours, whose sagas are paid at the payment provider: no saga is charged twice, and the ledger is what is paid.</summary>
internal abstract class PaidBusiness : SimulatedBusiness
{
    public sealed override IReadOnlyList<ServiceDeclaration> OutsideServices => [ProviderService.Declaration];

    public sealed override IReadOnlyList<UserAction> Preparation { get; } =
    [new UserAction("the provider declines what is expensive", "set", "PATCH /settings", new { declineAbove = 50_000 })];

    /// <summary>Whether a saga that has settled must be paid: then its charge was taken once and kept; otherwise it was never taken, or given back.</summary>
    protected abstract bool IsPaid(Saga saga);

    /// <summary>The kinds of actions that succeed only for sagas that were charged before.</summary>
    protected abstract IReadOnlySet<string> OnlyWhenCharged { get; }

    /// <summary>What else must hold of a saga once all is settled.</summary>
    protected abstract IEnumerable<Violation> CheckSaga(Saga saga);

    public sealed override IEnumerable<Violation> Check(Saga saga) => [.. CheckMoney(saga), .. CheckSaga(saga)];

    private IEnumerable<Violation> CheckMoney(Saga saga)
    {
        var charges = saga.OutsideRecords.Count(m => m.StartsWith("charge", StringComparison.Ordinal));
        var movements = string.Join(", ", saga.OutsideRecords);
        if (charges > 1)
            yield return new("charged once", movements);
        var kept = charges - (saga.OutsideRecords.Count - charges);
        if (kept != (IsPaid(saga) ? 1 : 0))
            yield return new("the ledger is what is paid", $"[{movements}]");
    }

    public sealed override async Task<Violation?> CheckAtOnceAsync(UserAnswer answer, long key, Func<string, NpgsqlDataSource> storeOf)
    {
        if (!OnlyWhenCharged.Contains(answer.Action.Kind) || answer.Status is < 200 or >= 300)
            return null;
        await using var command = storeOf(ProviderService.Declaration.FullName)
            .CreateCommand("select exists (select 1 from ledger where name = $1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{System.Name}-{key}" });
        return await command.ExecuteScalarAsync() is true ? null : new("what is not paid is not seen", answer.Action.Text);
    }

    public sealed override async Task<IReadOnlyList<OutsideRecord>> ReadOutsideAsync(long after, Func<string, NpgsqlDataSource> storeOf)
    {
        // A charge of another name is of no saga.
        await using var command = storeOf(ProviderService.Declaration.FullName)
            .CreateCommand(
                """
                select id, coalesce(substring(name from '^' || $2 || '-(\d+)$')::bigint, 0), action, amount
                from ledger where id > $1 order by id
                """
            );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = System.Name });
        await using var rows = await command.ExecuteReaderAsync();
        var records = new List<OutsideRecord>();
        while (await rows.ReadAsync())
            records.Add(new(rows.GetInt64(0), rows.GetInt64(1), $"{rows.GetString(2)} {rows.GetInt64(3)}"));
        return records;
    }
}
