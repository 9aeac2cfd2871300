using Mannam.Taxi.Events;

namespace Mannam.Taxi;

/// <summary>택시 호출: a rider names their own price and pays at once; a driver who likes the offer takes it.</summary>
public static class TaxiSystem
{
    /// <summary>All of it.</summary>
    public static SystemDeclaration Declaration { get; } =
        new(
            "taxi",
            "Taxi (택시 호출)",
            "matchId",
            [
                Payment.PaymentService.Declaration,
                Catch.CatchService.Declaration,
                Pickup.PickupService.Declaration,
                MyPage.MyPageService.Declaration,
            ]
        )
        {
            Port = 8088,
        };
}

/// <summary>How what travels is written and read: resources, events, what is asked.</summary>
[JsonSerializable(typeof(CatchRequested))]
[JsonSerializable(typeof(CatchCancelled))]
[JsonSerializable(typeof(PaymentApproved))]
[JsonSerializable(typeof(PaymentCancelled))]
[JsonSerializable(typeof(PickupAssigned))]
[JsonSerializable(typeof(PickupCancelled))]
[JsonSerializable(typeof(ApprovalRequest))]
[JsonSerializable(typeof(GiveBackDue))]
[JsonSerializable(typeof(Catch.CatchView))]
[JsonSerializable(typeof(Catch.PaymentAnswer))]
[JsonSerializable(typeof(Payment.PaymentView))]
[JsonSerializable(typeof(Pickup.PickUpView))]
[JsonSerializable(typeof(Pickup.CatchReqListView))]
[JsonSerializable(typeof(MyPage.MyPageView))]
internal sealed partial class TaxiJson : JsonSerializerContext
{
    public static TaxiJson Instance { get; } = new(EventSerializer.Options());
}
