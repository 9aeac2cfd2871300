namespace Mannam.Insurance.Events;

/// <summary>Subscription asks payment to take the premium.</summary>
public sealed record ApprovalRequest([Id] long SubscriptionId, [Won] long Premium);
