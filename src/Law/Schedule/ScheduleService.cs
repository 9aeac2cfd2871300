namespace Mannam.Law.Schedule;

/// <summary>일정관리: lawyers see the paid consults of the areas served, and accept them.</summary>
internal static class ScheduleService
{
    public static readonly Setting<IReadOnlyList<string>> Areas = Setting.List(
        "Areas",
        "gangseo,gangdong,gangnam,bundang,hanam,bucheon",
        "the areas served in person; re-read while running",
        variable: "schedule-area"
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Schedule>("일정관리", key => new Schedule(key)) { Port = 8083 }
            .WithSetting(Areas)
            .StoredInPostgreSql()
            .Serving(Api.Map)
            .WithIdSequence("schedule_ids")
            .Publishing<ScheduleReceived, ScheduleAccepted, ScheduleCancelled, ScheduleDenied>()
            .Whenever<ConsultPayed, Policies.Known>(Policies.Whenever, facts => new(facts.Id, facts.Settings.Get(Areas)), needsId: true)
            .WithPolicies(typeof(Policies));
}
