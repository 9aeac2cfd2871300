namespace Mannam.Chassis.Hosting;

/// <summary>Given after each commit that left events in the outbox.</summary>
internal sealed class OutboxSignal : Signal;

/// <summary>Given after each commit that left something due.</summary>
internal sealed class ScheduleSignal : Signal;
