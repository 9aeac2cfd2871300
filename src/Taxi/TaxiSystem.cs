namespace Mannam.Taxi;

/// <summary>택시 호출: a rider offers a price and pays it at once, and a driver takes the request.</summary>
public static class TaxiSystem
{
    /// <summary>The system and its services.</summary>
    public static SystemDeclaration Declaration { get; } =
        new SystemDeclaration("taxi", "Taxi (택시 호출)", "matchId") { Port = 8088 }
            .With(Payment.PaymentService.Declaration)
            .With(Catch.CatchService.Declaration)
            .With(Pickup.PickupService.Declaration)
            .With(MyPage.MyPageService.Declaration);
}

/// <summary>The JSON of all that travels: resources, events, requests between services.</summary>
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
[JsonSerializable(typeof(MyPage.MyPage))]
internal sealed partial class TaxiJson : JsonSerializerContext;
