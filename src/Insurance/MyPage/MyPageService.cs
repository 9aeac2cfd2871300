using Mannam.Insurance.Events;

namespace Mannam.Insurance.MyPage;

/// <summary>가입이력: where each application stands, whatever load or failure the other services are under.</summary>
internal static class MyPageService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<MyPage>("가입이력", key => new MyPage(key))
        {
            Paths = ["subsciptionViews", "subscriptionViews"],
            Port = 8084,
            Rank = Rank.Supporting,
        }
            .StoredInPostgreSql()
            // As the documents spell it, and as it is spelt.
            .Serving(routes => routes.MapReads(View("subsciptionView", whole: true)))
            .Serving(routes => routes.MapReads(View("subscriptionView")))
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

    private static Resource<MyPage, MyPage> View(string name, bool whole = false) =>
        new(name + "s", name, p => p.Key, InsuranceJson.Instance.MyPage)
        {
            Visible = p => p.IsCreated,
            Filters = { { "customer", (p, customer) => UnicodeText.Nfc(p.Customer) == UnicodeText.Nfc(customer) } },
            AllRowsInOneAnswer = whole,
        };
}
