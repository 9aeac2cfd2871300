namespace Mannam.Messaging;

/// <summary>The loops that a commit wakes.</summary>
[Flags]
public enum Wakes
{
    /// <summary>No loop.</summary>
    None = 0,

    /// <summary>The outbox relay: an event was raised.</summary>
    Relay = 1,

    /// <summary>The scheduler: a message was scheduled.</summary>
    Scheduler = 2,

    /// <summary>Both.</summary>
    All = Relay | Scheduler,
}

/// <summary>Wakes a service's loops after a commit.</summary>
public sealed class LoopSignals
{
    /// <summary>Set after each commit that left events in the outbox.</summary>
    public Signal Outbox { get; } = new();

    /// <summary>Set after each commit that scheduled a message.</summary>
    public Signal Schedule { get; } = new();

    /// <summary>Wakes these loops.</summary>
    public void Wake(Wakes loops)
    {
        if (loops.HasFlag(Wakes.Relay))
            Outbox.Set();
        if (loops.HasFlag(Wakes.Scheduler))
            Schedule.Set();
    }
}
