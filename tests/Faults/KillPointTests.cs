using Xunit;

namespace Mannam.Tests.Faults;

/// <summary>How a ride ends whose process was killed.</summary>
public enum End
{
    /// <summary>As <see cref="NeverCharged"/>, <see cref="GivenBack"/> or <see cref="RidesOn"/>: the loop that is killed is not the one that the rider waits for.</summary>
    Either,

    /// <summary>There is no request.</summary>
    Nothing,

    /// <summary>It is cancelled, and no money was moved.</summary>
    NeverCharged,

    /// <summary>It is cancelled, and the money that was taken is back.</summary>
    GivenBack,

    /// <summary>It lives, charged once.</summary>
    RidesOn,
}

/// <summary>Every named point on the way of the money, before and after each commit and call: the process is killed there, as by the power going. After the
/// restart the ledger and all four services agree, and what the rider or driver had been told is true.</summary>
/// <remarks>The way: a rider requests a taxi, a driver takes it, the rider cancels. With <c>#2</c> the process is killed when it comes to the point for the second
/// time. What each leaves behind, and who cleans it up, stands in <c>docs/reliability.md</c>.</remarks>
public sealed class KillPointTests(KilledRuns runs) : IClassFixture<KilledRuns>
{
    /// <summary>On the way of a ride, and how it ends.</summary>
    public static readonly (string Point, End End)[] Points =
    [
        // The intent, the call, its settlement; the cancellation.
        ("taxi.catch/command.committing", End.Nothing),
        ("taxi.catch/command.committed", End.NeverCharged),
        ("taxi.catch/call.asking", End.NeverCharged),
        ("taxi.catch/call.answered", End.GivenBack),
        ("taxi.catch/command.committing#2", End.GivenBack),
        ("taxi.catch/command.committed#2", End.RidesOn),
        ("taxi.catch/command.committing#3", End.RidesOn),
        ("taxi.catch/command.committed#3", End.GivenBack),
        // CatchRequested, CatchCancelled.
        ("taxi.catch/relay.publishing", End.Either),
        ("taxi.catch/relay.published", End.Either),
        ("taxi.catch/relay.removed", End.Either),
        ("taxi.catch/relay.publishing#2", End.GivenBack),
        ("taxi.catch/relay.published#2", End.GivenBack),
        // PickupAssigned.
        ("taxi.catch/consumer.committing", End.RidesOn),
        ("taxi.catch/consumer.committed", End.Either),
        // The approval, and PaymentApproved.
        ("taxi.payment/approval.asking", End.NeverCharged),
        ("taxi.payment/approval.answered", End.GivenBack),
        ("taxi.payment/command.committing", End.GivenBack),
        ("taxi.payment/command.committed", End.GivenBack),
        ("taxi.payment/relay.publishing", End.Either),
        ("taxi.payment/relay.published", End.Either),
        ("taxi.payment/relay.removed", End.Either),
        // CatchCancelled, PaymentCancelled, and the money that is owed back.
        ("taxi.payment/consumer.committing", End.GivenBack),
        ("taxi.payment/consumer.committed", End.GivenBack),
        ("taxi.payment/relay.publishing#2", End.GivenBack),
        ("taxi.payment/due.GiveBackDue.claimed", End.GivenBack),
        ("taxi.payment/due.GiveBackDue.done", End.GivenBack),
        ("provider/charge.committing", End.NeverCharged),
        ("provider/charge.committed", End.GivenBack),
        ("provider/giveBack.committing", End.GivenBack),
        ("provider/giveBack.committed", End.GivenBack),
        // CatchRequested, PaymentApproved, PickupAssigned, CatchCancelled.
        ("taxi.log/log.appending", End.Either),
        ("taxi.log/log.appended", End.Either),
        ("taxi.log/log.appending#2", End.Either),
        ("taxi.log/log.appended#2", End.Either),
        ("taxi.log/log.appending#4", End.GivenBack),
        ("taxi.log/log.appended#4", End.GivenBack),
        // PaymentApproved; the driver; PaymentCancelled.
        ("taxi.pickup/consumer.committing", End.Either),
        ("taxi.pickup/consumer.committed", End.Either),
        ("taxi.pickup/command.committing", End.RidesOn),
        ("taxi.pickup/command.committed", End.RidesOn),
        ("taxi.pickup/relay.publishing", End.RidesOn),
        ("taxi.pickup/relay.published", End.RidesOn),
        ("taxi.pickup/consumer.committing#2", End.GivenBack),
        ("taxi.mypage/consumer.committing", End.Either),
        ("taxi.mypage/consumer.committed", End.Either),
        ("taxi.mypage/consumer.committing#3", End.GivenBack),
    ];

    /// <summary>While what an earlier crash had left open is settled: a second crash.</summary>
    public static readonly string[] SweepPoints =
    [
        "taxi.catch/due.OpenRequests.claimed",
        "taxi.catch/command.committing",
        "taxi.catch/command.committed",
        "taxi.catch/due.OpenRequests.done",
    ];

    /// <summary>One point in so many belongs to the slice.</summary>
    public const int Every = 6;

    public static TheoryData<string> Ride => Slice.Of([.. Points.Select(p => p.Point)], Every);

    public static TheoryData<string> Sweep => Slice.Of(SweepPoints, Every);

    [Theory]
    [MemberData(nameof(Ride))]
    public Task Killed_during_a_ride_all_agree_after_the_restart_and_what_was_told_is_true(string point) => runs.RideAsync(point);

    [Theory]
    [MemberData(nameof(Sweep))]
    public Task Killed_while_an_earlier_crash_is_settled_it_is_settled_after_the_restart(string point) => runs.SweepAsync(point);
}
