using System.Text.Json.Serialization;
using Mannam.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Law.Board;

internal static class Api
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapRead("/board/myPage/{consultId:id}", ReadAsync).AnswersList<Line>();

    private static async Task<IResult> ReadAsync(long consultId, IDbContextFactory<BoardDb> databases)
    {
        await using var db = await databases.CreateDbContextAsync();
        var lines = await db.Set<Line>().AsNoTracking().Where(l => l.ConsultId == consultId).OrderBy(l => l.Id).ToListAsync();
        return new ListResult<Line>(lines, BoardJson.Default.Line);
    }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Line))]
[JsonSerializable(typeof(Line[]))]
internal sealed partial class BoardJson : JsonSerializerContext;
