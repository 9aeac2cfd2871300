namespace Mannam.Insurance.MyPage;

/// <summary>가입이력: shows the state of each application. It needs no other service to answer.</summary>
internal static class MyPageService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<MyPage>("가입이력", key => new MyPage(key)) { Port = 8084, Rank = Rank.Supporting }
            .StoredInPostgreSql()
            .Serving(Api.Map, "subsciptionViews", "subscriptionViews")
            .WithPolicies(typeof(Policies));
}
