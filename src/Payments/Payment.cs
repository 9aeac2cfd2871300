using Mannam.Abstractions;

namespace Mannam.Payments;

/// <summary>The payment of one saga. It is approved once and given back once. It also remembers a cancellation that came before it.</summary>
/// <remarks>Each system derives its own, with its fields, its events and its words for the states.</remarks>
/// <param name="key">The correlation key.</param>
/// <param name="system">The system, such as <c>taxi</c>.</param>
/// <param name="approvedWord">The system's word for approved.</param>
public abstract class Payment(long key, string system, string approvedWord) : Aggregate(key)
{
    /// <summary>In won; 0 while only a cancellation is remembered.</summary>
    public long Amount { get; private set; }

    /// <summary>The system's word for its state; null while there is no payment to show.</summary>
    public string? Status { get; private set; }

    /// <summary>Whether the money went back, or must never be taken.</summary>
    public bool GivenBack { get; private set; }

    /// <summary>Whether the provider has to be asked until it answers, also after a crash. Recorded only for <see cref="LateApproval.Counts"/>.</summary>
    public bool Asked { get; private set; }

    /// <summary>The name of its charge at the provider, <c>{system}-{correlation key}</c>.</summary>
    public string Charge => $"{system}-{Key}";

    /// <summary>Whether it was approved or cancelled: the provider need not be asked any more.</summary>
    public bool IsEnded => Status is not null || GivenBack;

    /// <summary>The event of the approval.</summary>
    protected abstract IEvent Approved();

    /// <summary>The event that the money goes back.</summary>
    protected abstract IEvent Cancelled();

    /// <summary>Takes an id of its own, where the system's payments have one.</summary>
    internal virtual void Number(long id) { }

    /// <summary>Whether an approval of this amount is possible, before money moves: a refusal, or no change where it is approved already or can be asked for.</summary>
    public Decision Consider(long amount)
    {
        if (GivenBack)
            return Decision.Conflict(Status ?? "cancelled");
        return Amount == amount || Status is null ? Decision.NoChange : Decision.Conflict(Status);
    }

    /// <summary>The provider is asked next. It is asked until it answers, also after a crash.</summary>
    /// <param name="amount">In won.</param>
    /// <param name="fill">Fills in the fields that the system adds, such as who pays.</param>
    public Decision Ask(long amount, Action fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        if (IsEnded)
            return Consider(amount);
        if (Asked && Amount == amount)
            return Decision.NoChange;
        (Amount, Asked) = (amount, true);
        fill();
        return Decision.Happened();
    }

    /// <summary>The provider declined. It is asked again only when somebody requests it.</summary>
    public Decision Decline()
    {
        Asked = false;
        return Decision.Happened();
    }

    /// <summary>The provider has taken the money.</summary>
    /// <param name="amount">In won.</param>
    /// <param name="fill">Fills in the fields that the system adds, such as who pays.</param>
    /// <param name="id">The payment's own id; 0 where it has none.</param>
    public Decision Approve(long amount, Action fill, long id = 0)
    {
        ArgumentNullException.ThrowIfNull(fill);
        if (IsEnded)
            return Consider(amount);
        (Amount, Status, Asked) = (amount, approvedWord, false);
        Number(id);
        fill();
        return Decision.Happened(Approved());
    }

    /// <summary>The money goes back, once. Before there is a payment, the cancellation is remembered, and stops an approval that is under way.</summary>
    /// <param name="word">The system's word for the new state.</param>
    public IMessage[] GiveBack(string word)
    {
        if (GivenBack)
            return [];
        (GivenBack, Asked) = (true, false);
        // Also without a payment: an approval under way, or one whose answer was lost, may have made a charge.
        if (Status is null)
            return [new GiveBackDue(Charge)];
        Status = word;
        return [Cancelled(), new GiveBackDue(Charge)];
    }
}

/// <summary>A payment with an id of its own. The service numbers its payments from 1.</summary>
/// <inheritdoc cref="Payment"/>
public abstract class NumberedPayment(long key, string system, string approvedWord) : Payment(key, system, approvedWord)
{
    /// <summary>Its id; null while there is no payment.</summary>
    public long? PaymentId { get; private set; }

    internal override void Number(long id) => PaymentId = id;
}

/// <summary>The provider has to be told to give a charge back, or never to take it.</summary>
/// <param name="Charge">Its name at the provider.</param>
public sealed record GiveBackDue(string Charge) : IScheduledMessage;
