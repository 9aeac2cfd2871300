using Mannam.Law.Events;
using Microsoft.AspNetCore.Mvc;

namespace Mannam.Law.Schedule;

/// <summary>일정관리: lawyers see what is paid in the area served, and accept it.</summary>
internal static class ScheduleService
{
    public static readonly Setting<IReadOnlyList<string>> Areas = Setting.List(
        "Areas",
        "gangseo,gangdong,gangnam,bundang,hanam,bucheon",
        "the areas served in person; re-read while running",
        variable: "schedule-area"
    );

    private static readonly Resource<Schedule, ScheduleState> Schedules = new(
        "schedule",
        "schedule",
        s => s.ScheduleId,
        "consultId",
        LawJson.Instance.ScheduleState
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Schedule>("일정관리", key => new Schedule(key)) { Port = 8083, Settings = [Areas] }
            .StoredInPostgreSql()
            .Serving(Map)
            .WithIdSequence("schedule_ids")
            .Publishing<ScheduleReceived, ScheduleAccepted, ScheduleCancelled, ScheduleDenied>()
            .Whenever<ConsultPayed, Policies.Known>(Policies.Whenever, facts => new(facts.Id, facts.Settings.Get(Areas)), needsId: true)
            .Whenever<ConsultCancelled>(Policies.Whenever);

    private static void Map(IEndpointRouteBuilder routes)
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

/// <summary>What a lawyer sends, by the body or the path.</summary>
internal sealed record AcceptSchedule([FromRoute] string LawerName);
