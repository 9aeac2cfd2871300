namespace Mannam.Law.Board;

/// <summary>마이페이지: shows the history of each consult. It needs no other service to answer.</summary>
internal static class BoardService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<History>("마이페이지", key => new History(key)) { Port = 8084, Rank = Rank.Supporting }
            .StoredInPostgreSql()
            .Serving(Api.Map)
            .WithPolicies(typeof(Policies), known: facts => facts.Envelope.Time.UtcDateTime);
}
