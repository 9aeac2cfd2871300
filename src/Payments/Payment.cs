using Mannam.Abstractions;

namespace Mannam.Payments;

/// <summary>The payment of one saga: approved once, given back once; and the memory of a cancellation that came before it.</summary>
/// <remarks>Each system derives its own, with the fields and events of its page, and says its own words for the states.</remarks>
/// <param name="key">The correlation key.</param>
/// <param name="system">The system, such as <c>taxi</c>.</param>
/// <param name="approvedWord">The system's word for approved.</param>
public abstract class Payment(long key, string system, string approvedWord) : Aggregate(key)
{
    /// <summary>Won; 0 where only a cancellation is remembered.</summary>
    public long Amount { get; private set; }

    /// <summary>The system's word for its state; null where there is no payment (yet) that anybody sees.</summary>
    public string? Status { get; private set; }

    /// <summary>The money went back, or will not be taken any more.</summary>
    public bool GivenBack { get; private set; }

    /// <summary>The provider is being asked, also after a crash. Recorded only where a late success counts.</summary>
    public bool Asked { get; private set; }

    /// <summary>The name of its charge at the provider: <c>{system}-{correlation key}</c>.</summary>
    public string Charge => $"{system}-{Key}";

    /// <summary>Whether the provider need not be asked any more: approved, or cancelled.</summary>
    public bool IsEnded => Status is not null || GivenBack;

    /// <summary>The event that tells it is approved.</summary>
    protected abstract IEvent Approved();

    /// <summary>The event that tells the money goes back.</summary>
    protected abstract IEvent Cancelled();

    /// <summary>It has come about, and may have an id of its own.</summary>
    internal virtual void Number(long id) { }

    /// <summary>Whether an approval of this amount can come about, before money is moved: holds already, refused, or (nothing happened) to be asked for.</summary>
    public Decision Consider(long amount)
    {
        if (GivenBack)
            return Decision.Conflict(Status ?? "cancelled");
        return Amount == amount || Status is null ? Decision.NoChange : Decision.Conflict(Status);
    }

    /// <summary>The provider is asked next, until it answers, whatever dies meanwhile.</summary>
    /// <param name="amount">Won.</param>
    /// <param name="fill">Fills in what the system's page adds, such as who pays.</param>
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

    /// <summary>The provider said no: it is not asked again by itself.</summary>
    public Decision Decline()
    {
        Asked = false;
        return Decision.Happened();
    }

    /// <summary>The provider has taken the money.</summary>
    /// <param name="amount">Won.</param>
    /// <param name="fill">Fills in what the system's page adds, such as who pays.</param>
    /// <param name="id">The payment's own id, where it has one.</param>
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

    /// <summary>The money goes back, once. Where there is no payment yet, that is remembered: an approval still under way finds it.</summary>
    /// <param name="word">The system's word for given back.</param>
    public IMessage[] GiveBack(string word)
    {
        if (GivenBack)
            return [];
        (GivenBack, Asked) = (true, false);
        // Also without a payment: the charge of an approval that was overtaken, or whose answer was lost, is given back or voided.
        if (Status is null)
            return [new GiveBackDue(Charge)];
        Status = word;
        return [Cancelled(), new GiveBackDue(Charge)];
    }
}

/// <summary>A payment with an id of its own: the service's payments are numbered from 1.</summary>
/// <inheritdoc cref="Payment"/>
public abstract class NumberedPayment(long key, string system, string approvedWord) : Payment(key, system, approvedWord)
{
    /// <summary>Its id; null where there is no payment (yet).</summary>
    public long? PaymentId { get; private set; }

    internal override void Number(long id) => PaymentId = id;
}

/// <summary>The provider must be told to give back a charge, or never to take it.</summary>
/// <param name="Charge">Its name at the provider.</param>
public sealed record GiveBackDue(string Charge) : IScheduledMessage;
