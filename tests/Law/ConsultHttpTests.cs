using System.Text.Json.Nodes;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Law;

/// <summary>/consult over HTTP.</summary>
public sealed class ConsultHttpTests(LawMachine law) : IClassFixture<LawMachine>
{
    private HttpClient Http => law.Http;

    [Fact]
    public async Task A_new_consult_has_its_address_and_is_not_paid()
    {
        var made = await Http.AskAsync("POST /consult", LawCalls.Wish("150000")).Gives(201);
        var id = (long)made.Json["consultId"]!;
        var place = $"{Http.BaseAddress}consult/{id}";
        Assert.Equal(place, made.Header("Location"));
        Assert.Equal("\"1\"", made.Header("ETag"));
        var fields =
            $$"""{"consultId":{{id}},"mobile":"01012345678","location":"hanam","payType":"ZEROPAY","payAmount":150000,"paymentId":null,"status":"CREATED"}""";
        Assert.Equal(Calls.Hal(fields, "consult", place), made.Body);
        Assert.Equal(made.Body, (await Http.AskAsync($"GET /consult/{id}").Gives(200)).Body);
        Assert.NotEmpty((await Http.AskAsync("GET /law/consult?sort=consultId,desc").Gives(200)).Rows("consult"));
        Assert.Empty((await Http.AskAsync($"GET /payment?consultId={id}").Gives(200)).Rows("payment"));
    }

    [Fact]
    public async Task Every_wrong_field_of_a_request_is_named()
    {
        await Http.AskAsync("POST /consult", "{}").Refuses(400, "mobile", "location", "payType", "payAmount");
        await Http.AskAsync("POST /consult", LawCalls.Wish(payType: "zeropay")).Refuses(400, "payType");
        await Http.AskAsync("POST /consult", LawCalls.Wish(0)).Refuses(400, "payAmount");
        await Http.AskAsync("POST /consult", LawCalls.Wish(location: " ")).Refuses(400, "location");
    }

    [Fact]
    public async Task A_refused_request_uses_no_id()
    {
        var before = await Http.MakeAsync();

        await Http.AskAsync("POST /consult", LawCalls.Wish(0)).Refuses(400, "payAmount");

        Assert.Equal(before + 1, await Http.MakeAsync());
    }

    [Fact]
    public async Task One_idempotency_key_makes_one_consult()
    {
        var key = Keyed.NewKey();
        var first = await Http.KeyedAsync("POST /consult", key, LawCalls.Wish()).Gives(201);
        (await Http.KeyedAsync("POST /consult", key, LawCalls.Wish()).Gives(201)).IsAgain(first);
    }

    [Fact]
    public async Task A_key_and_its_answer_are_stored_with_the_consult_that_it_made()
    {
        var key = Keyed.NewKey();
        var failpoints = law.Machine["law.consult"].Failpoints;
        failpoints.OnHit = point =>
            point == "answer.committing" ? throw new NpgsqlException("lost", new IOException()) : ValueTask.CompletedTask;

        var first = await Http.KeyedAsync("POST /consult", key, LawCalls.Wish()).Gives(201);
        failpoints.OnHit = null;

        (await Http.KeyedAsync("POST /consult", key, LawCalls.Wish()).Gives(201)).IsAgain(first);
    }

    [Theory]
    [InlineData("cross-site", 403)]
    [InlineData("same-site", 403)]
    [InlineData("anything else", 403)]
    [InlineData("same-origin", 200)]
    [InlineData("none", 200)]
    public async Task A_page_of_another_site_cannot_pay_a_consult_by_an_image_link(string site, int status)
    {
        var id = await Http.MakeAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"consult/payConsult/{id}") { Headers = { { "Sec-Fetch-Site", site } } };
        using var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal(status == 200 ? "APPROVED" : "CREATED", (await Http.AskAsync($"GET /consult/{id}").Gives(200)).At("status"));
    }

    [Theory]
    [InlineData("POST /consult/{0}/payment")]
    [InlineData("GET /consult/payConsult/{0}")]
    public async Task Paying_by_either_form_approves_a_consult_once(string form)
    {
        var id = await Http.MakeAsync();
        var pay = form.Replace("{0}", $"{id}", StringComparison.Ordinal);
        var paid = await Http.AskAsync(pay).Gives(200);
        Assert.Equal("APPROVED", paid.At("status"));
        if (form.StartsWith("GET", StringComparison.Ordinal))
            Assert.Equal("no-store", paid.Header("Cache-Control"));
        Assert.Equal(paid.Body, (await Http.AskAsync(pay).Gives(200)).Body);
        await law.Machine.SettledAsync(id);
        var payment = (await Http.AskAsync($"GET /payment/{paid.At("paymentId")}").Gives(200)).Json;
        Assert.Equal(
            $$"""{"paymentId":{{paid.At("paymentId")}},"payType":"ZEROPAY","payAmount":150000,"consultId":{{id}},"paymentStatus":"APPROVED"}""",
            Fields(payment)
        );
        Assert.Equal(["charge 150000"], await Http.LedgerAsync($"law-{id}"));
    }

    private static string Fields(JsonNode item)
    {
        item.AsObject().Remove("_links");
        return item.ToJsonString();
    }

    [Fact]
    public async Task Many_concurrent_payments_of_a_consult_all_succeed_with_one_charge()
    {
        var id = await Http.MakeAsync();
        var paid = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Http.PayAsync(id).Gives(200)));
        Assert.Single(paid.Select(p => p.At("paymentId")).Distinct());
        await law.Machine.SettledAsync(id);
        Assert.Single(await Http.HistoryAsync(id), "ConsultPayed");
        Assert.Equal(["charge 150000"], await Http.LedgerAsync($"law-{id}"));
    }

    [Fact]
    public async Task A_consult_whose_payment_was_declined_can_be_paid_later()
    {
        var id = await Http.MakeAsync();
        await using (await Http.ProviderAsync(new { declineAbove = 1000 }))
        {
            var declined = await Http.PayAsync(id).Refuses(402);
            Assert.StartsWith("결제 처리에 실패하였습니다. :: ", declined.At("detail"), StringComparison.Ordinal);
            Assert.Equal($"결제 처리에 실패하였습니다. :: {declined.At("reason")}", declined.At("detail"));
            Assert.Equal("CREATED", await Http.StatusAsync(id));
        }
        await Http.PayAsync(id).Gives(200);
    }

    [Fact]
    public async Task A_cancelled_consult_stays_readable_and_cannot_be_paid()
    {
        var id = await Http.MakeAsync();
        await Http.AskAsync($"DELETE /consult/{id}", headers: ("If-Match", "\"9\"")).Refuses(412);
        await Http.CancelConsultAsync(id).Gives(204);
        await Http.AskAsync($"DELETE /consult/{id}", headers: ("If-Match", "\"9\"")).Gives(204);
        Assert.Equal("CANCELLED", await Http.StatusAsync(id));
        Assert.Equal("CANCELLED", (await Http.PayAsync(id).Refuses(409)).At("detail"));
        await law.Machine.SettledAsync(id);
        Assert.Equal(["ConsultMade", "ConsultCancelled"], await Http.HistoryAsync(id));
        Assert.Empty(await Http.LedgerAsync($"law-{id}"));
        await Http.AskAsync($"GET /schedule/search/findByConsultId?consultId={id}").Refuses(404);
    }

    [Fact]
    public async Task An_unknown_consult_is_404_and_undocumented_calls_are_refused()
    {
        foreach (
            var call in (string[])
                [
                    "GET /consult/99999",
                    "DELETE /consult/99999",
                    "POST /consult/99999/payment",
                    "GET /consult/payConsult/99999",
                    "GET /consult/x",
                    "GET /consult/payConsult/x",
                ]
        )
            await Http.AskAsync(call).Refuses(404);
        var id = await Http.MakeAsync();
        await Http.AskAsync($"PATCH /consult/{id}", "{}").Refuses(405);
        await Http.AskAsync("POST /payment/approve", "{}").Refuses(404);
    }
}
