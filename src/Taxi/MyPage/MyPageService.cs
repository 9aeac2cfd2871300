namespace Mannam.Taxi.MyPage;

/// <summary>마이페이지: shows the state of each request. It needs no other service to answer.</summary>
internal static class MyPageService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<MyPage>("마이페이지", key => new MyPage(key)) { Port = 8084, Rank = Rank.Supporting }
            .StoredInPostgreSql()
            .Serving(Api.Map, "myPages")
            .WithPolicies(typeof(Policies));
}
