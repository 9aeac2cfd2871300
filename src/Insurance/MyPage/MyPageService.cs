using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Insurance.Events;
using Mannam.PostgreSql;

namespace Mannam.Insurance.MyPage;

/// <summary>가입이력: where each application stands, whatever load or failure the other services are under.</summary>
internal static class MyPageService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<MyPage>("insurance", "mypage", "가입이력", key => new MyPage(key))
        {
            Paths = ["subsciptionViews", "subscriptionViews"],
            Port = 8084,
            Schema = (typeof(MyPageService).Assembly, "Mannam.Insurance.MyPage/Schema.sql"),
            JsonContext = InsuranceEvents.Language,
        }
            .StoredIn<MyPageDb, MyPage>()
            .Serving(Api.Map)
            .Whenever<SubscriptionCreated>((e, page) => page.Fill(e))
            .Whenever<PaymentIdConfirmed>((e, page) => page.Fill(e))
            .Whenever<UnderwriterIdConfirmed>((e, page) => page.Fill(e))
            .Whenever<CancelRequested>((e, page) => page.Fill(e))
            .Whenever<SubscriptionCancelled>((e, page) => page.Fill(e))
            .Whenever<PaymentApproved>((e, page) => page.Fill(e))
            .Whenever<PaymentCancelled>((e, page) => page.Fill(e))
            .Whenever<UnderwriterAssigned>((e, page) => page.Fill(e))
            .Whenever<UnderwritingWithdrawn>((e, page) => page.Fill(e))
            .Whenever<SubscriptionContracted>((e, page) => page.Fill(e, "contracted"))
            .Whenever<SubscriptionRefused>((e, page) => page.Fill(e, "confirmRefuse"));
}
