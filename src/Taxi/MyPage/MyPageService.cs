using Mannam.Taxi.Events;

namespace Mannam.Taxi.MyPage;

/// <summary>The rider's view: where each request stands, whatever load or failure the other services are under.</summary>
internal static class MyPageService
{
    private static readonly Resource<MyPage, MyPageView> MyPages = new("myPages", "myPage", p => p.Key, TaxiJson.Instance.MyPageView)
    {
        Visible = p => p.Price != null,
        Filters = { { "customer", (p, customer) => UnicodeText.Nfc(p.Customer) == UnicodeText.Nfc(customer) } },
    };

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<MyPage>("마이페이지", key => new MyPage(key))
        {
            Paths = ["myPages"],
            Port = 8084,
            Rank = Rank.Supporting,
        }
            .StoredInPostgreSql()
            .Serving(routes => routes.MapReads(MyPages))
            .Whenever<PaymentApproved>(MyPage.Whenever)
            .Whenever<PickupAssigned>(MyPage.Whenever)
            .Whenever<PickupCancelled>(MyPage.Whenever)
            .Whenever<CatchCancelled>(MyPage.Whenever)
            .Whenever<PaymentCancelled>(MyPage.Whenever);
}

/// <summary>A page's row as it is shown.</summary>
internal sealed record MyPageView(
    long Id,
    long? Price,
    string? StartingPoint,
    string? Destination,
    string? Status,
    string? Customer,
    string? Driver
);
