using Mannam.Law.Events;

namespace Mannam.Law.Board;

/// <summary>마이페이지: the history of each consult, whatever load or failure the other services are under.</summary>
internal static class BoardService
{
    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<History>("마이페이지", key => new History(key)) { Port = 8084, Rank = Rank.Supporting }
            .StoredInPostgreSql()
            .Serving(routes => routes.MapRead("/board/myPage/{consultId:id}", ReadAsync).AnswersList<Line>())
            .Whenever<ConsultMade, DateTime>(Policies.Whenever, At)
            .Whenever<ConsultPayed, DateTime>(Policies.Whenever, At)
            .Whenever<ConsultCancelled, DateTime>(Policies.Whenever, At)
            .Whenever<ConsultDenied, DateTime>(Policies.Whenever, At)
            .Whenever<PaymentApproved, DateTime>(Policies.Whenever, At)
            .Whenever<PaymentCancelled, DateTime>(Policies.Whenever, At)
            .Whenever<PaymentDisabled, DateTime>(Policies.Whenever, At)
            .Whenever<ScheduleReceived, DateTime>(Policies.Whenever, At)
            .Whenever<ScheduleAccepted, DateTime>(Policies.Whenever, At)
            .Whenever<ScheduleCancelled, DateTime>(Policies.Whenever, At)
            .Whenever<ScheduleDenied, DateTime>(Policies.Whenever, At);

    // When it happened.
    private static DateTime At(PolicyFacts facts) => facts.Envelope.Time.UtcDateTime;

    private static async Task<IResult> ReadAsync(long consultId, IDbContextFactory<DbContext> databases)
    {
        await using var db = await databases.CreateDbContextAsync();
        var lines = await db.Set<Line>().AsNoTracking().Where(l => l.ConsultId == consultId).OrderBy(l => l.Id).ToListAsync();
        return new ListResult<Line>(lines, LawJson.Instance.Line);
    }
}
