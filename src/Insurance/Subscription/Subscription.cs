namespace Mannam.Insurance.Subscription;

/// <summary>A customer's application for a product. Its id is the saga's correlation key. Its status alone decides whether a cancellation or an assignment
/// wins.</summary>
[Table("subscriptions")]
internal sealed class Subscription(long key) : Aggregate(key), IPaidRequest
{
    public const string Created = "created";
    public const string ConfirmPaymentId = "confirmPaymentId";
    public const string ConfirmUnderwriterId = "confirmUnderwriterId";
    public const string Contracted = "contracted";
    public const string ConfirmRefuse = "confirmRefuse";
    public const string ReqCancel = "reqCancel";
    public const string ConfirmCancel = "confirmCancel";

    public long SubscriptionId => Key;
    public string SubscriptionStatus => Status;
    public string ProductName { get; private set; } = "";

    /// <summary>The product's price at the time of the application, in won.</summary>
    public long Premium { get; private set; }
    public string? Customer { get; private set; }
    public long? PaymentId { get; private set; }
    public long? UnderwritingId { get; private set; }

    /// <summary><c>created</c> → <c>confirmPaymentId</c> → <c>confirmUnderwriterId</c> → <c>contracted</c> | <c>confirmRefuse</c>; the first two →
    /// <c>reqCancel</c> → <c>confirmCancel</c>; an application that was not paid goes from <c>created</c> to <c>confirmCancel</c>.</summary>
    public string Status { get; private set; } = "";

    /// <summary>Whether payment approved it, by its answer or by its event.</summary>
    public bool IsPaid { get; private set; }

    public RequestState RequestState =>
        IsPaid ? RequestState.Active
        : Status == Created ? RequestState.Pending
        : RequestState.Ended;

    /// <summary>A customer applies. Payment is asked next.</summary>
    public static Subscription Apply(long id, string productName, long premium, string? customer) =>
        new(id)
        {
            ProductName = productName,
            Premium = premium,
            Customer = customer,
            Status = Created,
        };

    /// <summary>Payment answered that it is paid.</summary>
    public Decision Paid() => RequestState == RequestState.Pending ? Decision.Happened(Create()) : Decision.NoChange;

    /// <summary>Payment declined, or its answer is not known: the application ends, unless payment's event said before that it is paid.</summary>
    public Decision NotPaid() =>
        RequestState == RequestState.Pending ? Decision.Happened(Become<CancelRequested>(ConfirmCancel)) : Decision.NoChange;

    /// <summary>The customer cancels. That is possible until an underwriter is confirmed.</summary>
    public Decision Cancel() =>
        this switch
        {
            { IsNew: true } => Decision.NotFound,
            { Status: ReqCancel or ConfirmCancel } => Decision.NoChange,
            { IsPaid: false } => Decision.NotYet(Status),
            { Status: Created or ConfirmPaymentId } => Decision.Happened(Become<CancelRequested>(ReqCancel)),
            _ => Decision.Conflict(Status),
        };

    /// <summary>Payment's event says that it is paid. The event may be faster than payment's answer.</summary>
    public IMessage[] Approve(long paymentId)
    {
        if (IsNew)
            return [];
        IMessage[] before = RequestState == RequestState.Pending ? [Create()] : [];
        PaymentId = paymentId;
        return Status == Created ? [.. before, Become<PaymentIdConfirmed>(ConfirmPaymentId)] : [];
    }

    /// <summary>An underwriter was assigned. A cancellation that came before wins.</summary>
    public IMessage[] Assign(long underwritingId)
    {
        if (Status != ConfirmPaymentId)
            return [];
        UnderwritingId = underwritingId;
        return [Become<UnderwriterIdConfirmed>(ConfirmUnderwriterId)];
    }

    /// <summary>The underwriter decided.</summary>
    public IMessage[] End(string status)
    {
        if (Status == ConfirmUnderwriterId)
            Status = status;
        return [];
    }

    /// <summary>The money goes back: the cancellation is complete.</summary>
    public IMessage[] GiveBack() => Status == ReqCancel ? [Become<SubscriptionCancelled>(ConfirmCancel)] : [];

    private SubscriptionCreated Create()
    {
        IsPaid = true;
        return As<SubscriptionCreated>();
    }

    private T Become<T>(string status)
    {
        Status = status;
        return As<T>();
    }
}
