using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Law.Events;
using Mannam.PostgreSql;
using Microsoft.Extensions.DependencyInjection;

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

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Schedule>("law", "schedule", "일정관리", key => new Schedule(key))
        {
            Paths = ["schedule"],
            Port = 8083,
            Schema = (typeof(ScheduleService).Assembly, "Mannam.Law.Schedule/Schema.sql"),
            JsonContext = LawEvents.Language,
            Settings = [Areas],
        }
            .StoredIn<ScheduleDb, Schedule>()
            .Serving(Api.Map)
            .WithIdSequence("schedule_ids")
            .Publishing<ScheduleReceived>()
            .Publishing<ScheduleAccepted>()
            .Publishing<ScheduleCancelled>()
            .Publishing<ScheduleDenied>()
            .Whenever<ConsultPayed, (long Id, IReadOnlyList<string> Areas)>(
                (paid, schedule, known) => schedule.Receive(paid, known.Id, known.Areas),
                async (_, services) =>
                    (await services.GetRequiredService<IdSequence>().NextAsync(), services.GetRequiredService<Settings>().Get(Areas))
            )
            .Whenever<ConsultCancelled>((_, schedule) => schedule.Cancel());
}
