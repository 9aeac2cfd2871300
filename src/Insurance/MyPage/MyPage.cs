namespace Mannam.Insurance.MyPage;

/// <summary>The customer's view of one application, made of events alone. It is shown once the application is created. A status never moves back.</summary>
[Table("my_pages")]
internal sealed class MyPage(long key) : Aggregate(key)
{
    private static readonly string[] SubscriptionWords =
    [
        "created",
        "confirmPaymentId",
        "confirmUnderwriterId",
        "reqCancel",
        "confirmCancel",
        "contracted",
        "confirmRefuse",
    ];
    private static readonly string[] PaymentWords = ["approvePayment", "cancelPayment", "cancelPayment_refused"];
    private static readonly string[] UnderwritingWords = ["underwriterAssigned", "approveSubscription", "refuseSubscription", "withdrawn"];

    /// <summary>Whether SubscriptionCreated has arrived, and the row is shown.</summary>
    [JsonIgnore]
    public bool IsCreated { get; private set; }
    public long SubscriptionId => Key;
    public string? SubscriptionStatus { get; private set; }
    public string? ProductName { get; private set; }
    public string? Customer { get; private set; }
    public long? PaymentId { get; private set; }
    public string? PaymentStatus { get; private set; }
    public long? UnderwritingId { get; private set; }
    public string? UnderwritingStatus { get; private set; }
    public long? UnderwriterId { get; private set; }

    public IMessage[] Fill(SubscriptionState e)
    {
        IsCreated |= e is SubscriptionCreated;
        SubscriptionStatus = Later(SubscriptionWords, SubscriptionStatus, e.SubscriptionStatus);
        (ProductName, Customer) = (e.ProductName, e.Customer ?? Customer);
        (PaymentId, UnderwritingId) = (e.PaymentId ?? PaymentId, e.UnderwritingId ?? UnderwritingId);
        return [];
    }

    public IMessage[] Fill(PaymentState e)
    {
        PaymentStatus = Later(PaymentWords, PaymentStatus, e.PaymentStatus);
        PaymentId = e.PaymentId;
        return [];
    }

    /// <param name="e">The event.</param>
    /// <param name="subscriptionStatus">The application's status that follows from the event, if any.</param>
    public IMessage[] Fill(UnderwritingState e, string? subscriptionStatus = null)
    {
        UnderwritingStatus = Later(UnderwritingWords, UnderwritingStatus, e.UnderwritingStatus);
        SubscriptionStatus = Later(SubscriptionWords, SubscriptionStatus, subscriptionStatus);
        (UnderwritingId, UnderwriterId, PaymentId) = (e.UnderwritingId, e.UnderwriterId, e.PaymentId ?? PaymentId);
        return [];
    }

    private static string? Later(string[] words, string? now, string? told) =>
        Array.IndexOf(words, told) > Array.IndexOf(words, now) ? told : now;
}
