using Npgsql;

namespace Mannam.Testing;

/// <content>What becomes of its code: at its points, where it waits for other code, where it begins some.</content>
internal sealed partial class Service
{
    // In this world.
    private readonly HashSet<string> _heldAt = [];

    /// <summary>It comes to one of its points.</summary>
    public async ValueTask AtAsync(string point)
    {
        if (Away)
            throw new CrashException(Name);
        var label = world.Scheduler.Current;
        switch (world.Disturbance.At(Name, point, label))
        {
            case AtPoint.Dies:
                Die();
                throw new CrashException(Name);
            case AtPoint.IsCutOff:
                throw new NpgsqlException("the connection was lost", new IOException());
            case AtPoint.IsRefused:
                throw new InvalidOperationException("refused");
            case AtPoint.IsHeld:
                if (_heldAt.Add(point))
                    await CheckAsync(point);
                await world.Scheduler.HoldAsync($"{Name}/{point}", Name);
                break;
        }
        if (point is "command.committed" or "locked.committed" or "consumer.committed" or "waiting.committed")
            Wake("relay", "due");
        else if (point == "consumer.set-aside")
            Wake("waiting");
    }

    /// <summary>Its code waits for what other code of it does.</summary>
    public Task JoinAsync(Task other)
    {
        world.Disturbance.Branches.Add($"{Name} waits for what runs already");
        return world.Scheduler.HoldAsync($"{Name} waits for what runs already", Name, other);
    }

    /// <summary>It begins something that goes on by itself.</summary>
    public void Begin(string what, Func<Task> code)
    {
        world.Disturbance.Branches.Add($"{Name} begins by itself");
        world.Scheduler.Postpone($"{Name} {what}", Name, code);
    }

    // What it has locked others would wait for in real time, while they are the ones to go on.
    private async Task CheckAsync(string point)
    {
        await using var command = Store.CreateCommand(
            "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'"
        );
        if (await command.ExecuteScalarAsync() is > 0L)
            world.Disturbance.Violations.Add(new Violation("nobody is held within a transaction", $"{Name}/{point}"));
    }
}
