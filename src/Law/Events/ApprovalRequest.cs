namespace Mannam.Law.Events;

/// <summary>Consult asks payment to take the fee.</summary>
public sealed record ApprovalRequest([Id] long ConsultId, [PayType] string PayType, [Won] long PayAmount, string Mobile);
