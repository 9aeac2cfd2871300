using Mannam.Messaging;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mannam.Payments.Provider;

/// <summary>The outcome of a charge.</summary>
internal enum ChargeResult
{
    TakenNow,
    TakenBefore,
    OtherAmount,
    GivenBackBefore,
}

/// <summary>Takes and gives back money. One statement writes the movement and its charge.</summary>
internal sealed class ChargeStore(
    IDbContextFactory<ProviderDb> contexts,
    NpgsqlDataSource database,
    TimeProvider time,
    Failpoints failpoints
)
{
    // A second statement for the same name waits for the first one's commit, and then does nothing.
    private const string Take = """
        with taken as (insert into charges (name, amount, state) values ($1, $2, 'taken') on conflict do nothing returning name, amount)
        insert into ledger (name, action, amount, at) select name, 'charge', amount, $3 from taken
        """;

    private const string GiveBack = """
        with voided as (insert into charges (name, amount, state) values ($1, 0, 'voided') on conflict do nothing),
        given as (update charges set state = 'givenBack' where name = $1 and state = 'taken' returning name, amount)
        insert into ledger (name, action, amount, at) select name, 'giveBack', amount, $2 from given
        """;

    /// <summary>The charge with this name, or null.</summary>
    public async Task<Charge?> FindAsync(string name)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await db.Set<Charge>().AsNoTracking().FirstOrDefaultAsync(c => c.Name == name);
    }

    /// <summary>Looks for a charge that cannot exist, so that the first real request is as fast as the next.</summary>
    public Task WarmUpAsync() => FindAsync("");

    /// <summary>Takes the amount, unless a charge with this name exists.</summary>
    public async Task<ChargeResult> TakeAsync(string name, long amount)
    {
        await failpoints.HitAsync("charge.committing");
        var isTaken = await ChangeAsync(Take, name, [new NpgsqlParameter<long> { TypedValue = amount }]);
        await failpoints.HitAsync("charge.committed");
        if (isTaken)
            return ChargeResult.TakenNow;
        return await KnownAsync(name) switch
        {
            { State: not Charge.Taken } => ChargeResult.GivenBackBefore,
            var charge when charge.Amount == amount => ChargeResult.TakenBefore,
            _ => ChargeResult.OtherAmount,
        };
    }

    private async Task<Charge> KnownAsync(string name) =>
        await FindAsync(name) ?? throw new InvalidOperationException($"charge {name} disappeared");

    /// <summary>Gives the money back if any was taken. A later charge with this name is refused.</summary>
    public async Task<Charge> GiveBackAsync(string name)
    {
        while (true)
        {
            await failpoints.HitAsync("giveBack.committing");
            await ChangeAsync(GiveBack, name, []);
            await failpoints.HitAsync("giveBack.committed");
            // The statement did not see a charge that was committed while it ran. The next one does.
            if (await KnownAsync(name) is { State: not Charge.Taken } charge)
                return charge;
        }
    }

    // True when money moved.
    private async Task<bool> ChangeAsync(string sql, string name, NpgsqlParameter[] more)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        command.Parameters.AddRange(more);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = time.GetUtcNow().UtcDateTime });
        return await command.ExecuteNonQueryAsync() == 1;
    }
}
