using System.Collections.Concurrent;
using Mannam.Abstractions;
using Mannam.Messaging;
using Microsoft.Extensions.Hosting;

namespace Mannam.Payments;

/// <summary>How an approval ended.</summary>
/// <param name="Refusal">Why there is no payment: declined, cancelled before, another amount, or not known; null when there is one.</param>
/// <param name="Payment">The payment; null when there is none.</param>
/// <param name="AlreadyApproved">Whether an earlier request approved it.</param>
public sealed record Approval<TPayment>(Refusal? Refusal, TPayment? Payment, bool AlreadyApproved = false);

/// <summary>Approves each payment once: asks the provider until there is an answer, and records the payment. Requests that arrive while an attempt is under way
/// join it.</summary>
/// <remarks>With <see cref="LateApproval.GivenBack"/> nothing is recorded before the money is taken. A crash in between leaves a charge, which the saga's
/// cancellation gives back by its name. With <see cref="LateApproval.Counts"/> it is recorded first that the provider is asked. After a crash it is asked
/// again.</remarks>
public sealed class PaymentApprovals<TPayment> : IDisposable
    where TPayment : Payment
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private readonly Repository<TPayment> _payments;
    private readonly ProviderClient _provider;
    private readonly TimeProvider _time;
    private readonly Failpoints _failpoints;
    private readonly LateApproval _late;
    private readonly IIdSequence? _ids;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, Attempt> _underWay = new();

    internal PaymentApprovals(
        Repository<TPayment> payments,
        ProviderClient provider,
        TimeProvider time,
        Failpoints failpoints,
        IHostApplicationLifetime lifetime,
        LateApproval late,
        IIdSequence? ids
    )
    {
        (_payments, _provider, _time, _failpoints, _late, _ids) = (payments, provider, time, failpoints, late, ids);
        // Attempts may end while the service stops. One that gets no answer is given up with an unknown outcome, as by a crash.
        lifetime.ApplicationStopping.Register(() => _stop.CancelAfter(Grace));
    }

    private sealed record Attempt(long Amount, Lazy<Task<Approval<TPayment>>> Ends);

    /// <summary>Approves the payment of a saga, or returns the outcome of an earlier request. An attempt goes on when its caller hangs up.</summary>
    /// <param name="wanted">What is asked for.</param>
    /// <param name="context">The message context of the request.</param>
    public async Task<Approval<TPayment>> ApproveAsync(WantedPayment<TPayment> wanted, MessageContext context)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var own = new Attempt(wanted.Amount, new(() => AttemptAsync(wanted, context)));
        var attempt = _underWay.GetOrAdd(wanted.Key, own);
        if (attempt.Amount != wanted.Amount)
            return new Approval<TPayment>(new Refusal(RefusalKind.Conflict, "another amount is being approved"), null);
        if (attempt != own)
            await _failpoints.Join(attempt.Ends.Value);
        return await attempt.Ends.Value;
    }

    /// <summary>Goes on with approvals that a crash cut off, and does not wait for them. Approvals that are under way here are left alone.</summary>
    internal void Resume(IReadOnlyList<long> keys)
    {
        foreach (var key in keys.Where(k => !_underWay.ContainsKey(k)))
            _failpoints.Begin($"asks again for {key}", () => ResumeAsync(key));
    }

    private async Task ResumeAsync(long key)
    {
        if (await _payments.FindAsync(key) is { Asked: true } asked)
            await ApproveAsync(new(key, asked.Amount), MessageContext.Internal());
    }

    private async Task<Approval<TPayment>> AttemptAsync(WantedPayment<TPayment> wanted, MessageContext context)
    {
        await Task.Yield();
        try
        {
            var asked = false;
            for (var pause = TimeSpan.FromMilliseconds(50); ; pause = Min(pause * 2, LongestPause))
            {
                try
                {
                    var before = await _payments.FindAsync(wanted.Key);
                    if (before is { IsEnded: true })
                        return new Approval<TPayment>(before.Consider(wanted.Amount).Refusal, before, AlreadyApproved: true);
                    if (!asked && before is not { Asked: true } && await BeginAsync(wanted, context) is { } refused)
                        return new Approval<TPayment>(refused, null);
                    await _failpoints.HitAsync("approval.asking");
                    asked = true;
                    if (await AskAsync(wanted, context) is { } ended)
                        return ended;
                }
                catch (Exception e) when (asked && StoreFailures.IsExternal(e))
                {
                    // Money may have been taken and not recorded. So a store that is away for a while does not end the attempt; a cancellation does.
                }
                await Task.Delay(pause, _time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return new Approval<TPayment>(
                new Refusal(RefusalKind.Unavailable, "the service stops, and the provider has not answered"),
                null
            );
        }
        finally
        {
            _underWay.TryRemove(wanted.Key, out _);
        }
    }

    private async Task<Refusal?> BeginAsync(WantedPayment<TPayment> wanted, MessageContext context)
    {
        if (wanted.Refuse?.Invoke() is { } refusal)
            return refusal;
        return _late == LateApproval.Counts
            ? (await _payments.DecideAsync(wanted.Key, p => p.Ask(wanted.Amount, () => wanted.Fill(p)), context)).Refusal
            : null;
    }

    // Null while the outcome is not known.
    private async Task<Approval<TPayment>?> AskAsync(WantedPayment<TPayment> wanted, MessageContext context)
    {
        var asked = _payments.New(wanted.Key);
        var (answer, reason) = await _provider.ChargeAsync(asked.Charge, wanted.Amount, _stop.Token);
        await _failpoints.HitAsync("approval.answered");
        switch (answer)
        {
            case ChargeAnswer.Taken:
                var id = _ids is null ? 0 : await _ids.NextAsync();
                Decision Approve(TPayment p) => p.Approve(wanted.Amount, () => wanted.Fill(p), id);
                var decided =
                    _late == LateApproval.Counts
                        ? await _payments.DecideAsync(wanted.Key, Approve, context)
                        : await _payments.DecideAsync(asked, Approve, context);
                return new Approval<TPayment>(decided.Refusal, decided.State, AlreadyApproved: !decided.Happened);
            case ChargeAnswer.Declined:
                await NotTakenAsync(wanted, context);
                return new Approval<TPayment>(PaymentProblems.Refuse(reason), null);
            case ChargeAnswer.OtherAmount or ChargeAnswer.GivenBack:
                await NotTakenAsync(wanted, context);
                return new Approval<TPayment>(new Refusal(RefusalKind.Conflict, "cancelled"), null);
            default:
                return null;
        }
    }

    private Task NotTakenAsync(WantedPayment<TPayment> wanted, MessageContext context) =>
        _late == LateApproval.Counts ? _payments.DecideAsync(wanted.Key, p => p.Decline(), context) : Task.CompletedTask;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    public void Dispose() => _stop.Dispose();
}
