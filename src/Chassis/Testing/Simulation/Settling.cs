namespace Mannam.Testing;

/// <summary>Nothing is disturbed any more: everybody goes on, time passes, until there is nothing left to do.</summary>
internal sealed class Settling(World world)
{
    private const int MostRounds = 12;
    private const int MostSteps = 2000;

    // What a dead service had claimed is free by then, and what a crash left open is due to be settled.
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(35);

    /// <summary>What a service has not done yet.</summary>
    public const string Owed = """
        select (select count(*) from outbox), (select count(*) from due where key <> 0), (select count(*) from waiting),
        (select coalesce(max(error), '') from waiting)
        """;

    /// <summary>What is left though nobody is disturbed, or null.</summary>
    public async Task<List<Violation>?> SettleAsync()
    {
        foreach (var service in world.Services)
        {
            if (service.Away)
                service.ComeBack();
            await service.ForgetStaleAsync();
            service.WakeAll();
        }
        // First what was held: a claim that ends now is due again only after its pause.
        if (!await DrainAsync())
            return [new Violation("comes to rest", "there is always more to do")];
        List<Violation> left = [];
        for (var round = 0; round < MostRounds; round++)
        {
            await PassAsync(world, LongEnough);
            if (!await DrainAsync())
                return [new Violation("comes to rest", "there is always more to do")];
            left = await LeftAsync();
            if (left.Count == 0)
                return null;
            // Whoever was not told of it looks by itself.
            foreach (var service in world.Services)
                service.WakeAll();
        }
        return left;
    }

    /// <summary>Time passes: pauses and timeouts that end meanwhile end in their order.</summary>
    public static async Task PassAsync(World world, TimeSpan by)
    {
        var until = world.Clock.Ticks + by.Ticks;
        while (world.Clock.Wakes is [var next, ..] && next.At <= until)
            await world.Clock.WakeAsync(next);
        if (until > world.Clock.Ticks)
            world.Clock.Pass(TimeSpan.FromTicks(until - world.Clock.Ticks));
        await world.TellTimeAsync();
        foreach (var service in world.Services)
            service.Wake("due", "waiting");
    }

    private async Task<bool> DrainAsync()
    {
        for (var step = 0; step < MostSteps; step++)
        {
            if (world.Scheduler.Free.FirstOrDefault() is { } held)
                await world.Scheduler.ReleaseAsync(held);
            else if (world.Clock.Wakes is [var wake, ..])
                await world.Clock.WakeAsync(wake);
            else if (world.Services.SelectMany(s => s.Ready.Select(l => (Service: s, Loop: l))).FirstOrDefault() is { Loop: { } loop } next)
                await next.Service.StepAsync(loop);
            else
                return true;
        }
        return false;
    }

    private async Task<List<Violation>> LeftAsync()
    {
        var left = new List<Violation>();
        foreach (var service in world.Services.Where(s => s.Declaration.System.Length > 0))
        {
            await using var command = service.Store.CreateCommand(Owed);
            await using var row = await command.ExecuteReaderAsync();
            await row.ReadAsync();
            for (var i = 0; i < 3; i++)
            {
                if (row.GetInt64(i) > 0)
                    left.Add(new Violation("nothing is left", $"{service.Name}: {row.GetInt64(i)} {Names[i]} {row.GetString(3)}"));
            }
        }
        return left;
    }

    private static readonly string[] Names = ["events unsent", "things owed", "events waiting or parked"];
}
