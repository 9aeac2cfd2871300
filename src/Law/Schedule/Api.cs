namespace Mannam.Law.Schedule;

internal static class Api
{
    private static readonly Resource<Schedule, ScheduleState> Schedules = new("schedule", "schedule", s => s.ScheduleId, "consultId");

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Schedules);
        routes.MapSearch(Schedules, "search/findByConsultId", "consultId", s => s.Key);
        routes.MapAction<Schedule, ScheduleState, AcceptSchedule>(
            Schedules,
            "acceptance",
            (schedule, sent) => schedule.Accept(sent.LawerName),
            get: "/schedule/scheduleAccept/{scheduleId:id}/{lawerName}"
        );
    }
}

/// <summary>The lawyer who accepts, named in the body or in the path.</summary>
internal sealed record AcceptSchedule([FromRoute] string LawerName);
