using System.Text.Json.Serialization;
using Mannam.Http;
using Mannam.Law.Events;
using Mannam.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Law.Schedule;

internal static class Api
{
    private static readonly Resource<Schedule, ScheduleState> Schedules = new(
        "schedule",
        "schedule",
        s => s.ScheduleId!.Value,
        s => s.Told<ScheduleState>(),
        ScheduleJson.Default.ScheduleState
    )
    {
        KeyName = "scheduleId",
        Version = s => s.Version,
        Visible = s => s.ScheduleId != null,
        Filters = { { "consultId", (s, consultId) => s.Key == consultId } },
        Sorts = { { "consultId", s => s.Key } },
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads<ScheduleDb, Schedule, ScheduleState>(Schedules);
        routes.MapSearch<ScheduleDb, Schedule, ScheduleState>(Schedules, "search/findByConsultId", "consultId", s => s.Key);
        routes
            .MapPost("/schedule/{scheduleId:id}/acceptance", AcceptAsync)
            .Takes<RequestFilter>()
            .Answers<ScheduleState>(200, 400, 404, 408, 409, 413, 415);
        routes
            .MapGet("/schedule/scheduleAccept/{scheduleId:id}/{lawerName}", AcceptAsync)
            .ActsByGet()
            .KeyedByText()
            .Answers<ScheduleState>(200, 400, 403, 404, 409);
    }

    private static async Task<IResult> AcceptAsync(long scheduleId, HttpContext http, Repository<Schedule> schedules)
    {
        var fields = await RequestFields.ReadAsync(http);
        var lawerName = http.GetRouteValue("lawerName") is string given ? fields.Given("lawerName", given) : fields.Text("lawerName");
        if (fields.Problem is { } refused)
            return refused;
        if (await schedules.FindAsync(s => s.ScheduleId == scheduleId) is not { } present)
            return Problems.NotFound();
        var decided = await schedules.DecideAsync(present, s => s.Accept(lawerName), RequestContext.Of<Schedule>(http, Schedules.Ok));
        return decided.Refusal?.AsProblem() ?? Schedules.Ok(decided.State);
    }
}

/// <summary>What a lawyer sends.</summary>
internal sealed record RequestFilter(string LawerName);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ScheduleState))]
internal sealed partial class ScheduleJson : JsonSerializerContext;
