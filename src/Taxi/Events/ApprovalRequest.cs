namespace Mannam.Taxi.Events;

/// <summary>Catch asks payment to take the price of a ride.</summary>
public sealed record ApprovalRequest(
    [Id] long MatchId,
    [Won] long Price,
    string Customer,
    string StartingPoint,
    string Destination,
    [AllowedValues("Approved")] string? PaymentAction
);
