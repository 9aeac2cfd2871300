namespace Mannam.Insurance.Events;

/// <summary>An application, as it is shown and as its events carry it.</summary>
public record SubscriptionState
{
    public long SubscriptionId { get; init; }
    public string SubscriptionStatus { get; init; } = "";
    public string ProductName { get; init; } = "";
    public long? PaymentId { get; init; }
    public long? UnderwritingId { get; init; }
    public string? Customer { get; init; }
}

/// <summary>A customer has applied and paid.</summary>
public sealed record SubscriptionCreated : SubscriptionState, IEvent;

/// <summary>The application knows its payment: an underwriter may be assigned.</summary>
public sealed record PaymentIdConfirmed : SubscriptionState, IEvent;

/// <summary>The application accepted its underwriter: the underwriter may decide, and the customer cannot cancel any more.</summary>
public sealed record UnderwriterIdConfirmed : SubscriptionState, IEvent;

/// <summary>The customer cancelled, or the application could not be paid.</summary>
public sealed record CancelRequested : SubscriptionState, IEvent;

/// <summary>The customer who cancelled has the money back.</summary>
public sealed record SubscriptionCancelled : SubscriptionState, IEvent;

/// <summary>A payment, as it is shown and as its events carry it.</summary>
public record PaymentState
{
    public long PaymentId { get; init; }
    public string PaymentStatus { get; init; } = "";
    public long SubscriptionId { get; init; }
    public long Premium { get; init; }
}

/// <summary>The premium is taken.</summary>
public sealed record PaymentApproved : PaymentState, IEvent;

/// <summary>The premium goes back, because the application was cancelled or refused.</summary>
public sealed record PaymentCancelled : PaymentState, IEvent;

/// <summary>An underwriter's case, as it is shown and as its events carry it.</summary>
public record UnderwritingState
{
    public long UnderwritingId { get; init; }
    public string UnderwritingStatus { get; init; } = "";
    public long UnderwriterId { get; init; }
    public long SubscriptionId { get; init; }
    public long? PaymentId { get; init; }
}

/// <summary>An underwriter has the case.</summary>
public sealed record UnderwriterAssigned : UnderwritingState, IEvent;

/// <summary>The underwriter approved: the contract is made.</summary>
public sealed record SubscriptionContracted : UnderwritingState, IEvent;

/// <summary>The underwriter refused.</summary>
public sealed record SubscriptionRefused : UnderwritingState, IEvent;

/// <summary>The customer cancelled before the application accepted its underwriter.</summary>
public sealed record UnderwritingWithdrawn : UnderwritingState, IEvent;
