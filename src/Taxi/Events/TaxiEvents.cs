namespace Mannam.Taxi.Events;

/// <summary>A rider requests a taxi; it is not paid yet.</summary>
public sealed record CatchRequested(long Id, long Price, string StartingPoint, string Destination, string Customer, string Status) : IEvent;

/// <summary>The rider cancelled, or the request could not be paid.</summary>
public sealed record CatchCancelled(long Id, long Price, string StartingPoint, string Destination, string Customer, string Status) : IEvent;

/// <summary>The request is paid: drivers may see it.</summary>
public sealed record PaymentApproved(
    long MatchId,
    long Price,
    string Customer,
    string StartingPoint,
    string Destination,
    string PaymentAction
) : IEvent;

/// <summary>The rider gets the money back.</summary>
public sealed record PaymentCancelled(
    long MatchId,
    long Price,
    string Customer,
    string StartingPoint,
    string Destination,
    string PaymentAction
) : IEvent;

/// <summary>A driver took the request and sets off.</summary>
public sealed record PickupAssigned(long MatchId, string Driver, string Customer) : IEvent;

/// <summary>The driver gave the request up, or lost it because it was cancelled.</summary>
public sealed record PickupCancelled(long MatchId, string Driver, string Customer) : IEvent;
