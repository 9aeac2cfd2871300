using System.Collections.Concurrent;
using Mannam.Chassis.Hosting;
using Mannam.Chassis.Messaging;
using Mannam.Chassis.Storage;
using Microsoft.Extensions.Hosting;

namespace Mannam.Payments;

/// <summary>How an approval ended.</summary>
/// <param name="Refusal">Why there is no payment: declined, cancelled before, another amount; null when there is one.</param>
/// <param name="Payment">The payment.</param>
/// <param name="Before">It had been approved before.</param>
public sealed record Approval<TPayment>(Refusal? Refusal, TPayment? Payment, bool Before = false);

/// <summary>Approves payments, each once: asks the provider until it knows, and records what was taken. Who asks while an attempt is under way joins it.</summary>
/// <remarks>Nothing is recorded before the money is taken. A crash in between leaves a charge that the saga's cancellation gives back by its name.</remarks>
public sealed class Approvals<TDb, TPayment> : IDisposable
    where TDb : ServiceDb
    where TPayment : Payment
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private readonly Aggregates<TDb, TPayment> _payments;
    private readonly ProviderClient _provider;
    private readonly TimeProvider _time;
    private readonly Points _points;
    private readonly Func<long, TPayment> _create;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, Attempt> _underWay = new();

    internal Approvals(
        Aggregates<TDb, TPayment> payments,
        ProviderClient provider,
        TimeProvider time,
        Points points,
        IHostApplicationLifetime lifetime,
        Func<long, TPayment> create
    )
    {
        (_payments, _provider, _time, _points, _create) = (payments, provider, time, points, create);
        // A service that stops lets attempts end; one whose provider says nothing is given up, unknown, as by a crash.
        lifetime.ApplicationStopping.Register(() => _stop.CancelAfter(Grace));
    }

    private sealed record Attempt(long Amount, Lazy<Task<Approval<TPayment>>> Ends);

    /// <summary>Approves the payment of a saga, or tells what came of it before. It runs to its end though the caller hangs up.</summary>
    /// <param name="key">The correlation key.</param>
    /// <param name="amount">Won.</param>
    /// <param name="approve">What approving means for this payment, such as filling in the rider.</param>
    /// <param name="cause">The request.</param>
    public async Task<Approval<TPayment>> ApproveAsync(long key, long amount, Func<TPayment, Decision> approve, Cause cause)
    {
        var own = new Attempt(amount, new(() => AttemptAsync(key, amount, approve, cause)));
        var attempt = _underWay.GetOrAdd(key, own);
        if (attempt.Amount != amount)
            return new Approval<TPayment>(new Refusal(RefusalKind.Conflict, "another amount is being approved"), null);
        if (attempt != own)
            await _points.AtAsync("approval.joining");
        return await attempt.Ends.Value;
    }

    private async Task<Approval<TPayment>> AttemptAsync(long key, long amount, Func<TPayment, Decision> approve, Cause cause)
    {
        await Task.Yield();
        try
        {
            var asked = false;
            for (var pause = TimeSpan.FromMilliseconds(50); ; pause = Min(pause * 2, LongestPause))
            {
                try
                {
                    if (await _payments.FindAsync(key) is { } before)
                        return new Approval<TPayment>(before.Consider(amount).Refusal, before, Before: true);
                    await _points.AtAsync("approval.asking");
                    asked = true;
                    if (await AskAsync(key, amount, approve, cause) is { } ended)
                        return ended;
                }
                catch (Exception e) when (asked && Failures.IsStoreUnreachable(e))
                {
                    // Money may have been taken that is not recorded: only a cancellation ends the attempt, not a store that is away.
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
            _underWay.TryRemove(key, out _);
        }
    }

    // Null when the provider gave no definite answer.
    private async Task<Approval<TPayment>?> AskAsync(long key, long amount, Func<TPayment, Decision> approve, Cause cause)
    {
        var asked = _create(key);
        var (answer, reason) = await _provider.ChargeAsync(asked.Charge, amount, _stop.Token);
        await _points.AtAsync("approval.answered");
        switch (answer)
        {
            case ChargeAnswer.Taken:
                var decided = await _payments.DecideAsync(asked, approve, cause);
                return new Approval<TPayment>(decided.Refusal, decided.State, Before: !decided.Happened);
            case ChargeAnswer.Declined:
                return new Approval<TPayment>(new Refusal(RefusalKind.Declined, reason), null);
            case ChargeAnswer.OtherAmount or ChargeAnswer.GivenBack:
                return new Approval<TPayment>(new Refusal(RefusalKind.Conflict, "cancelled"), null);
            default:
                return null;
        }
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    public void Dispose() => _stop.Dispose();
}
