using Npgsql;

namespace Mannam.Simulation;

/// <content>What becomes of its code: at its points, where it waits for other code, where it begins some.</content>
internal sealed partial class Service
{
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
                await world.Scheduler.HoldAsync($"{Name}/{point}", Name);
                break;
        }
        if (point is "command.committed" or "consumer.committed" or "waiting.committed")
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
}
