using Xunit;

namespace Mannam.Tests.Law;

/// <summary>/schedule over HTTP.</summary>
public sealed class ScheduleHttpTests(LawMachine law) : IClassFixture<LawMachine>
{
    private HttpClient Http => law.Http;

    [Fact]
    public async Task What_is_paid_can_be_found_by_its_id_and_by_its_consult()
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
    public async Task Of_several_lawyers_exactly_one_accepts()
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
    public async Task The_documents_form_accepts_too_and_is_not_kept_by_anybody_in_between()
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
    public async Task A_page_of_another_site_does_not_accept_by_an_image()
    {
        var schedule = await Http.ScheduleOfAsync(await law.PaidAsync());
        await Http.AskAsync($"GET /schedule/scheduleAccept/{schedule}/Lee", headers: ("Sec-Fetch-Site", "cross-site")).Refuses(403);
        Assert.Equal("RECEIVED", (await Http.AskAsync($"GET /schedule/{schedule}").Gives(200)).At("scheduleStatus"));
    }

    [Fact]
    public async Task A_name_is_needed_before_anything_else()
    {
        await Http.AskAsync("POST /schedule/99999/acceptance", "{}").Refuses(400, "lawerName");
        await Http.AskAsync("GET /schedule/scheduleAccept/99999/%20").Refuses(400, "lawerName");
        await Http.AcceptAsync(99999, "Kim").Refuses(404);
    }

    [Fact]
    public async Task Nobody_accepts_what_is_cancelled_or_denied()
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
