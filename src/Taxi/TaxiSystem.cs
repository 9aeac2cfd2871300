using Mannam.Abstractions;

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
