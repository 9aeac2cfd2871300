namespace Mannam.Insurance.Underwriting;

/// <summary>An underwriter's case. Without an id it remembers a cancellation that came before the payment.</summary>
[Table("underwritings")]
internal sealed class Underwriting(long key) : Aggregate(key)
{
    public const string Assigned = "underwriterAssigned";
    public const string Approved = "approveSubscription";
    public const string Refused = "refuseSubscription";
    public const string Withdrawn = "withdrawn";

    public long SubscriptionId => Key;
    public string? UnderwritingStatus => Status;
    public long? UnderwritingId { get; private set; }

    /// <summary><c>underwriterAssigned</c> → <c>approveSubscription</c> | <c>refuseSubscription</c> | <c>withdrawn</c>.</summary>
    public string? Status { get; private set; }
    public long UnderwriterId { get; private set; }
    public long? PaymentId { get; private set; }

    /// <summary>Whether the application accepted the assignment. Then the customer cannot cancel any more, and the underwriter may decide.</summary>
    public bool IsConfirmed { get; private set; }

    /// <summary>The application is paid: an underwriter gets the case, unless the customer cancelled before.</summary>
    public IMessage[] Assign(long? paymentId, long id, long underwriterId)
    {
        if (Status is not null)
            return [];
        (UnderwritingId, PaymentId, UnderwriterId) = (id, paymentId, underwriterId);
        return [Become<UnderwriterAssigned>(Assigned)];
    }

    /// <summary>The application accepted the assignment.</summary>
    public IMessage[] Confirm()
    {
        IsConfirmed = true;
        return [];
    }

    /// <summary>The underwriter decides.</summary>
    public Decision Decide(string status)
    {
        if (Status == status)
            return Decision.NoChange;
        if (Status != Assigned)
            return UnderwritingId is null ? Decision.NotFound : Decision.Conflict(Status!);
        if (!IsConfirmed)
            return Decision.NotYet("assignment not confirmed yet");
        return Decision.Happened(status == Approved ? Become<SubscriptionContracted>(status) : Become<SubscriptionRefused>(status));
    }

    /// <summary>The customer cancelled before the application accepted the assignment.</summary>
    public IMessage[] Withdraw()
    {
        if (Status == Assigned)
            return [Become<UnderwritingWithdrawn>(Withdrawn)];
        Status ??= Withdrawn;
        return [];
    }

    private T Become<T>(string status)
    {
        Status = status;
        return As<T>();
    }
}
