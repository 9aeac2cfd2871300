using Mannam.Chassis.Hosting;
using Mannam.Chassis.Storage;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Payments.Provider;

/// <summary>What the provider says to a charge.</summary>
internal enum ChargeResult
{
    TakenNow,
    TakenBefore,
    OtherAmount,
    GivenBackBefore,
}

/// <summary>Takes and gives back money: each movement, and the charge it belongs to, in one transaction.</summary>
internal sealed class Vault(IDbContextFactory<ProviderDb> contexts, TimeProvider time, Points points)
{
    /// <summary>The charge of that name, or null.</summary>
    public async Task<Charge?> FindAsync(string name)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return await db.Set<Charge>().AsNoTracking().FirstOrDefaultAsync(c => c.Name == name);
    }

    /// <summary>Goes through a charge and rolls it back, so that the first one is as fast as the next.</summary>
    public async Task WarmUpAsync()
    {
        await using var db = await contexts.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await FindAsync("");
        db.Add(new Charge { Name = "", State = Charge.Voided });
        // With an id of its own, so that the ledger's numbers have no gap.
        db.Add(
            new Movement
            {
                Id = -1,
                Name = "",
                Action = Movement.ChargeAction,
            }
        );
        await db.SaveChangesAsync();
    }

    /// <summary>Takes the amount, unless the name says otherwise.</summary>
    public async Task<ChargeResult> TakeAsync(string name, long amount)
    {
        await using var db = await contexts.CreateDbContextAsync();
        db.Add(
            new Charge
            {
                Name = name,
                Amount = amount,
                State = Charge.Taken,
            }
        );
        db.Add(Moved(name, Movement.ChargeAction, amount));
        try
        {
            // Inserts alone: one batch, which PostgreSQL makes one transaction.
            db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
            await points.AtAsync("charge.committing");
            await db.SaveChangesAsync();
            await points.AtAsync("charge.committed");
            return ChargeResult.TakenNow;
        }
        catch (DbUpdateException e) when (Failures.IsConflict(e))
        {
            return await KnownAsync(name) switch
            {
                { State: not Charge.Taken } => ChargeResult.GivenBackBefore,
                var charge when charge.Amount == amount => ChargeResult.TakenBefore,
                _ => ChargeResult.OtherAmount,
            };
        }
    }

    private async Task<Charge> KnownAsync(string name) =>
        await FindAsync(name) ?? throw new InvalidOperationException($"charge {name} disappeared");

    /// <summary>Gives the money back, if any was taken; a charge of that name that comes later is refused.</summary>
    public async Task<Charge> GiveBackAsync(string name)
    {
        while (true)
        {
            try
            {
                return await TryGiveBackAsync(name);
            }
            catch (DbUpdateException e) when (Failures.IsConflict(e))
            {
                // A charge or a give-back of the same name came first: look again.
            }
        }
    }

    private async Task<Charge> TryGiveBackAsync(string name)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var charge = await db.Set<Charge>().FirstOrDefaultAsync(c => c.Name == name);
        if (charge is null)
            db.Add(charge = new Charge { Name = name, State = Charge.Voided });
        else if (charge.State == Charge.Taken)
        {
            charge.State = Charge.GivenBack;
            db.Add(Moved(name, Movement.GiveBackAction, charge.Amount));
        }
        db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        await points.AtAsync("giveBack.committing");
        await db.SaveChangesAsync();
        await points.AtAsync("giveBack.committed");
        return charge;
    }

    private Movement Moved(string name, string action, long amount) =>
        new()
        {
            Name = name,
            Action = action,
            Amount = amount,
            At = time.GetUtcNow().UtcDateTime,
        };
}
