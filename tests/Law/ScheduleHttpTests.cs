using Xunit;

namespace Mannam.Tests.Law;

/// <summary>/schedule over HTTP.</summary>
public sealed class ScheduleHttpTests(LawMachine law) : IClassFixture<LawMachine>
{
    private HttpClient Http => law.Http;

    [Fact]
    public async Task A_schedule_of_a_paid_consult_is_found_by_its_id_and_by_its_consult()
    {
        var id = await law.PaidAsync();
        var schedule = await Http.ScheduleOfAsync(id);
        var one = await Http.AskAsync($"GET /schedule/{schedule}").Gives(200);
        var place = $"{Http.BaseAddress}schedule/{schedule}";
        Assert.Equal(
            Calls.Hal(
                $$"""{"scheduleId":{{schedule}},"lawerName":null,"scheduleStatus":"RECEIVED","consultId":{{id}},"mobile":"01012345678","location":"hanam","payAmount":150000}""",
                "schedule",
                place
            ),
            one.Body
        );
        Assert.Equal(one.Body, (await Http.AskAsync($"GET /schedule/search/findByConsultId?consultId={id}").Gives(200)).Body);
        await Http.AskAsync($"GET /schedule/search/findByConsultId?consultId={id}", headers: ("If-None-Match", one.Header("ETag")!))
            .Gives(304);
        Assert.Single((await Http.AskAsync($"GET /schedule?consultId={id}").Gives(200)).Rows("schedule"));
        await Http.AskAsync("GET /schedule/search/findByConsultId?consultId=99999").Refuses(404);
        await Http.AskAsync("GET /schedule/search/findByConsultId").Refuses(400, "consultId");
        await Http.AskAsync("GET /schedule/search/findByConsultId?consultId=x").Refuses(400, "consultId");
        await Http.AskAsync("GET /schedule/99999").Refuses(404);
    }

    [Fact]
    public async Task Exactly_one_of_several_lawyers_accepts_a_schedule()
    {
        var id = await law.PaidAsync();
        var schedule = await Http.ScheduleOfAsync(id);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Http.AcceptAsync(schedule, $"lawyer {i}")));
        var accepted = Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Equal((409, "SCHEDULING"), (a.Status, a.At("detail"))));
        var same = await Http.AcceptAsync(schedule, accepted.At("lawerName")!).Gives(200);
        Assert.Equal(accepted.Body, same.Body);
        await law.Machine.SettledAsync(id);
        Assert.Single(await Http.HistoryAsync(id), "ScheduleAccepted");
    }

    [Fact]
    public async Task The_documents_GET_form_accepts_a_schedule_and_is_never_cached()
    {
        var schedule = await Http.ScheduleOfAsync(await law.PaidAsync());
        var accepted = await Http.AskAsync($"GET /schedule/scheduleAccept/{schedule}/{Uri.EscapeDataString("홍 길동")}").Gives(200);
        Assert.Equal(
            ("홍 길동", "SCHEDULING", "no-store"),
            (accepted.At("lawerName"), accepted.At("scheduleStatus"), accepted.Header("Cache-Control"))
        );
        var other = await Http.AskAsync($"GET /schedule/scheduleAccept/{schedule}/Lee").Refuses(409);
        Assert.Equal("no-store", other.Header("Cache-Control"));
        await Http.AskAsync("GET /schedule/scheduleAccept/99999/Lee").Refuses(404);
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_accept_a_schedule_by_an_image_link()
    {
        var schedule = await Http.ScheduleOfAsync(await law.PaidAsync());
        await Http.AskAsync($"GET /schedule/scheduleAccept/{schedule}/Lee", headers: ("Sec-Fetch-Site", "cross-site")).Refuses(403);
        Assert.Equal("RECEIVED", (await Http.AskAsync($"GET /schedule/{schedule}").Gives(200)).At("scheduleStatus"));
    }

    [Fact]
    public async Task A_missing_lawyer_name_is_400_before_an_unknown_schedule_is_404()
    {
        await Http.AskAsync("POST /schedule/99999/acceptance", "{}").Refuses(400, "lawerName");
        await Http.AskAsync("GET /schedule/scheduleAccept/99999/%20").Refuses(400, "lawerName");
        await Http.AcceptAsync(99999, "Kim").Refuses(404);
    }

    [Fact]
    public async Task A_cancelled_or_denied_schedule_cannot_be_accepted()
    {
        var cancelled = await law.PaidAsync();
        await Http.AcceptAsync(await Http.ScheduleOfAsync(cancelled), "Kim").Gives(200);
        await Http.CancelConsultAsync(cancelled).Gives(204);
        await law.Machine.SettledAsync(cancelled);
        var gone = await Http.AcceptAsync(await Http.ScheduleOfAsync(cancelled), "Kim").Refuses(409);
        Assert.Equal("CANCELLED", gone.At("detail"));
        var denied = await law.PaidAsync("uijeongbu");
        Assert.Equal("DENIED", (await Http.AcceptAsync(await Http.ScheduleOfAsync(denied), "Kim").Refuses(409)).At("detail"));
    }
}
