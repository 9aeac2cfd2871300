namespace Mannam.Law.Board;

internal static class Api
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapRead("/board/myPage/{consultId:id}", ReadAsync).AnswersList<Line>();

    private static async Task<IResult> ReadAsync(long consultId, IDbContextFactory<DbContext> databases)
    {
        await using var db = await databases.CreateDbContextAsync();
        var lines = await db.Set<Line>().AsNoTracking().Where(l => l.ConsultId == consultId).OrderBy(l => l.Id).ToListAsync();
        return new ListResult<Line>(lines, Conventions.JsonOf<Line>());
    }
}
