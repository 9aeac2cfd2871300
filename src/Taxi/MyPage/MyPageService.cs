using Mannam.Abstractions;
using Mannam.Http;
using Mannam.PostgreSql;
using Mannam.Taxi.Events;

namespace Mannam.Taxi.MyPage;

/// <summary>The rider's view: where each request stands, whatever load or failure the other services are under.</summary>
internal static class MyPageService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<MyPage>("taxi", "mypage", "마이페이지", key => new MyPage(key))
        {
            Paths = ["myPages"],
            Port = 8084,
            Schema = (typeof(MyPageService).Assembly, "Mannam.Taxi.MyPage/Schema.sql"),
            JsonContext = TaxiEvents.Language,
        }
            .StoredIn<MyPageDb, MyPage>()
            .Serving(Api.Map)
            .Whenever<PaymentApproved>(MyPage.Whenever)
            .Whenever<PickupAssigned>(MyPage.Whenever)
            .Whenever<PickupCancelled>(MyPage.Whenever)
            .Whenever<CatchCancelled>(MyPage.Whenever)
            .Whenever<PaymentCancelled>(MyPage.Whenever);
}
