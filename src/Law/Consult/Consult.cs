namespace Mannam.Law.Consult;

/// <summary>A client's request for legal advice. Its id is the saga's correlation key.</summary>
[Table("consults")]
internal sealed class Consult(long key) : Aggregate(key)
{
    public const string Created = "CREATED";
    public const string Approved = "APPROVED";
    public const string Cancelled = "CANCELLED";
    public const string Denied = "DENIED";

    public long ConsultId => Key;
    public string Mobile { get; private set; } = "";
    public string Location { get; private set; } = "";
    public string PayType { get; private set; } = "";

    /// <summary>In won, 1 to 100,000,000.</summary>
    public long PayAmount { get; private set; }

    /// <summary>Null until it is paid.</summary>
    public long? PaymentId { get; private set; }

    /// <summary><c>CREATED</c> → <c>APPROVED</c> (paid) → <c>DENIED</c> (area not served); <c>CREATED</c>, <c>APPROVED</c> → <c>CANCELLED</c>.</summary>
    public string Status { get; private set; } = "";

    /// <summary>A client asks for advice.</summary>
    public static Consult Make(long id, string mobile, string location, string payType, long payAmount) =>
        new(id)
        {
            Mobile = mobile,
            Location = location,
            PayType = payType,
            PayAmount = payAmount,
            Status = Created,
        };

    /// <summary>It is paid: payment's answer or payment's event says so, whichever comes first.</summary>
    public Decision Pay(long paymentId)
    {
        if (Status == Approved)
            return Decision.NoChange;
        if (Status != Created)
            return IsNew ? Decision.NotFound : Decision.Conflict(Status);
        (Status, PaymentId) = (Approved, paymentId);
        return Decision.Happened(As<ConsultPayed>());
    }

    /// <summary>The client cancels. That is possible before and after the payment, and after a lawyer has accepted.</summary>
    public Decision Cancel()
    {
        if (IsNew)
            return Decision.NotFound;
        if (Status is Cancelled or Denied)
            return Status == Cancelled ? Decision.NoChange : Decision.Conflict(Status);
        Status = Cancelled;
        return Decision.Happened(As<ConsultCancelled>());
    }

    /// <summary>The area is not served. A consult that was cancelled before stays cancelled.</summary>
    public IMessage[] Deny()
    {
        if (Status is not (Created or Approved))
            return [];
        Status = Denied;
        return [As<ConsultDenied>()];
    }
}
