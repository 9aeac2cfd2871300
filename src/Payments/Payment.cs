using Mannam.Chassis.Messaging;
using Mannam.Chassis.Storage;

namespace Mannam.Payments;

/// <summary>The payment of one saga: approved once, given back once; and the memory of a cancellation that came before it.</summary>
/// <remarks>Each system derives its own, with the fields and events of its page, and says its own words for the states.</remarks>
public abstract class Payment(long key) : Aggregate(key)
{
    /// <summary>Won; 0 where only a cancellation is remembered.</summary>
    public long Amount { get; private set; }

    /// <summary>The system's word for its state; null where only a cancellation is remembered, which is no payment that anybody sees.</summary>
    public string? Status { get; private set; }

    /// <summary>The money went back, or will not be taken any more.</summary>
    public bool GivenBack { get; private set; }

    /// <summary>The name of its charge at the provider: <c>{system}-{correlation key}</c>.</summary>
    public abstract string Charge { get; }

    /// <summary>The event that tells it is approved.</summary>
    protected abstract IEvent Approved();

    /// <summary>The event that tells the money goes back.</summary>
    protected abstract IEvent Cancelled();

    /// <summary>Whether an approval of this amount can come about, before money is moved: holds already, refused, or (nothing happened) to be asked for.</summary>
    public Decision Consider(long amount)
    {
        if (GivenBack)
            return Decision.Conflict(Status ?? "cancelled");
        return Amount == amount || IsNew ? Decision.Holds : Decision.Conflict(Status!);
    }

    /// <summary>The provider has taken the money.</summary>
    /// <param name="amount">Won.</param>
    /// <param name="word">The system's word for approved.</param>
    public Decision Approve(long amount, string word)
    {
        if (!IsNew)
            return Consider(amount);
        (Amount, Status) = (amount, word);
        return Decision.Happened(Approved());
    }

    /// <summary>The money goes back, once. Where there is no payment yet, that is remembered: an approval still under way finds it.</summary>
    /// <param name="word">The system's word for given back.</param>
    public IMessage[] GiveBack(string word)
    {
        if (GivenBack)
            return [];
        GivenBack = true;
        // Also without a payment: the charge of an approval that was overtaken, or whose answer was lost, is given back or voided.
        if (IsNew)
            return [new GiveBackDue(Charge)];
        Status = word;
        return [Cancelled(), new GiveBackDue(Charge)];
    }
}

/// <summary>The provider must be told to give back a charge, or never to take it.</summary>
/// <param name="Charge">Its name at the provider.</param>
public sealed record GiveBackDue(string Charge) : IDue;
