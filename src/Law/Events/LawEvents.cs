namespace Mannam.Law.Events;

/// <summary>A consult, as it is shown and as its events carry it.</summary>
public record ConsultState
{
    public long ConsultId { get; init; }
    public string Mobile { get; init; } = "";
    public string Location { get; init; } = "";
    public string PayType { get; init; } = "";
    public long PayAmount { get; init; }
    public long? PaymentId { get; init; }
    public string Status { get; init; } = "";
}

/// <summary>A client asks for advice; it is not paid yet.</summary>
public sealed record ConsultMade : ConsultState, IEvent;

/// <summary>The fee is paid: lawyers may see it.</summary>
public sealed record ConsultPayed : ConsultState, IEvent;

/// <summary>The client cancelled.</summary>
public sealed record ConsultCancelled : ConsultState, IEvent;

/// <summary>The consult was turned away, because its area is not served.</summary>
public sealed record ConsultDenied : ConsultState, IEvent;

/// <summary>A payment, as it is shown and as its events carry it.</summary>
public record PaymentState
{
    public long PaymentId { get; init; }
    public string PayType { get; init; } = "";
    public long PayAmount { get; init; }
    public long ConsultId { get; init; }
    public string PaymentStatus { get; init; } = "";
}

/// <summary>The fee is taken.</summary>
public sealed record PaymentApproved : PaymentState, IEvent;

/// <summary>The client cancelled and gets the money back.</summary>
public sealed record PaymentCancelled : PaymentState, IEvent;

/// <summary>The client was turned away and gets the money back.</summary>
public sealed record PaymentDisabled : PaymentState, IEvent;

/// <summary>A schedule, as it is shown and as its events carry it.</summary>
public record ScheduleState
{
    public long ScheduleId { get; init; }
    public string? LawerName { get; init; }
    public string ScheduleStatus { get; init; } = "";
    public long ConsultId { get; init; }
    public string Mobile { get; init; } = "";
    public string Location { get; init; } = "";
    public long PayAmount { get; init; }
}

/// <summary>A paid consult waits for a lawyer.</summary>
public sealed record ScheduleReceived : ScheduleState, IEvent;

/// <summary>A lawyer has accepted it.</summary>
public sealed record ScheduleAccepted : ScheduleState, IEvent;

/// <summary>The client cancelled while it waited or after a lawyer had accepted.</summary>
public sealed record ScheduleCancelled : ScheduleState, IEvent;

/// <summary>The consult's area is not served.</summary>
public sealed record ScheduleDenied : ScheduleState, IEvent;
