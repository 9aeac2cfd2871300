using Mannam.Tests.Scenarios;
using Xunit;

namespace Mannam.Tests.Insurance;

/// <summary>/subscriptions and /products over HTTP.</summary>
[Collection(nameof(InsuranceMachine))]
public sealed class SubscriptionHttpTests(InsuranceMachine insurance, PostgresFixture postgres)
{
    private HttpClient Http => insurance.Http;

    private async Task EndsAsync(long id)
    {
        await insurance.Machine.SettledAsync(id);
        await InsuranceAgreement.CheckAsync(Http, id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/insurance")]
    public async Task An_application_is_answered_with_its_address_and_links_once_it_is_paid(string prefix)
    {
        var applied = await Http.AskAsync($"POST {prefix}/subscriptions", InsuranceCalls.Form()).Gives(201);
        var id = (long)applied.Json["subscriptionId"]!;
        var place = new Uri(Http.BaseAddress!, $"{prefix}/subscriptions/{id}").ToString();
        Assert.Equal(place, applied.Header("Location"));
        Assert.NotNull(applied.Header("ETag"));
        await EndsAsync(id);
        var read = await Http.AskAsync($"GET {prefix}/subscriptions/{id}").Gives(200);
        var (payment, underwriting) = ((await Http.PremiumAsync(id))!["paymentId"], (await Http.CaseAsync(id))!["underwritingId"]);
        Assert.Equal(
            Calls.Hal(
                $$"""{"subscriptionId":{{id}},"subscriptionStatus":"confirmUnderwriterId","productName":"Fisrtcancer","paymentId":{{payment}},"underwritingId":{{underwriting}},"customer":"Peter"}""",
                "subscription",
                place
            ),
            read.Body
        );
        Assert.Equal(["charge 50000"], await Http.LedgerAsync($"insurance-{id}"));
    }

    [Fact]
    public async Task The_premium_is_that_of_the_product_and_the_customer_is_optional()
    {
        var answer = await Http.AskAsync(
                "POST /subscriptions",
                """{"subscriptionStatus": "created", "productName": "Fisrtcancer3", "paymentId": 9}"""
            )
            .Gives(201);
        Assert.Null(answer.At("customer"));
        var id = (long)answer.Json["subscriptionId"]!;
        await EndsAsync(id);
        Assert.Equal(["charge 30000"], await Http.LedgerAsync($"insurance-{id}"));
        Assert.Equal(30000, (long)(await Http.PremiumAsync(id))!["premium"]!);
    }

    [Fact]
    public async Task Every_wrong_field_is_named_and_nothing_is_recorded()
    {
        var before = await Http.ApplyAsync();
        await Http.AskAsync("POST /subscriptions", "{}").Refuses(400, "productName");
        await Http.AskAsync("POST /subscriptions", InsuranceCalls.Form("fisrtcancer")).Refuses(400, "productName");
        await Http.AskAsync("POST /subscriptions", InsuranceCalls.Form("Firstcancer", " ")).Refuses(400, "productName", "customer");
        await Http.AskAsync("POST /subscriptions", """{"productName": 5, "subscriptionStatus": "reqCancel"}""")
            .Refuses(400, "productName", "subscriptionStatus");
        Assert.Equal(before + 1, await Http.ApplyAsync());
    }

    [Fact]
    public async Task The_product_catalogue_can_be_read_whole_and_by_name()
    {
        var all = (await Http.AskAsync("GET /products").Gives(200)).Rows("products");
        Assert.Equal(["Fisrtcancer 50000", "Fisrtcancer3 30000"], all.Select(p => $"{p["productName"]} {p["premium"]}"));
        var place = $"{Http.BaseAddress}products/Fisrtcancer3";
        Assert.Equal(
            Calls.Hal("""{"productName":"Fisrtcancer3","premium":30000}""", "product", place),
            (await Http.AskAsync("GET /products/Fisrtcancer3").Gives(200)).Body
        );
        await Http.AskAsync("GET /products/fisrtcancer3").Refuses(404);
        await Http.AskAsync("POST /products", "{}").Refuses(405);
    }

    [Fact]
    public async Task One_idempotency_key_makes_one_application()
    {
        var key = Keyed.NewKey();
        var first = await Http.KeyedAsync("POST /subscriptions", key, InsuranceCalls.Form()).Gives(201);
        (await Http.KeyedAsync("POST /subscriptions", key, InsuranceCalls.Form()).Gives(201)).IsAgain(first);
        await Http.KeyedAsync("POST /subscriptions", key, InsuranceCalls.Form(customer: "Paul")).Refuses(422);
    }

    [Fact]
    public async Task A_declined_application_ends_as_confirmCancel_and_is_in_no_view()
    {
        await using (await Http.ProviderAsync(new { declineAbove = 40000 }))
        {
            var declined = await Http.AskAsync("POST /subscriptions", InsuranceCalls.Form()).Refuses(402);
            Assert.NotEmpty(declined.At("reason")!);
            await FailedAsync(declined.Recorded());
            await Http.ApplyAsync("Fisrtcancer3");
        }
    }

    [Fact]
    public async Task An_application_fails_while_payment_is_stopped_and_succeeds_afterwards()
    {
        await insurance.Machine.StopAsync("insurance.payment");
        var failed = await Http.AskAsync("POST /insurance/subscriptions", InsuranceCalls.Form()).Refuses(503);
        Assert.NotNull(failed.Header("Retry-After"));
        await insurance.StartAsync("insurance.payment");
        await FailedAsync(failed.Recorded());
        await EndsAsync(await Http.ApplyAsync());
    }

    private async Task FailedAsync(long id)
    {
        await EndsAsync(id);
        Assert.Equal("confirmCancel", await Http.ApplicationStatusAsync(id));
        Assert.Equal("confirmCancel", (await Http.CancelApplicationAsync(id).Gives(200)).At("subscriptionStatus"));
        Assert.Equal(["CancelRequested"], (await EventLog.OfAsync(postgres, insurance, id)).Select(e => e.Type));
        foreach (var view in new[] { "subsciptionViews", "subscriptionViews" })
        {
            await Http.AskAsync($"GET /{view}/{id}").Refuses(404);
            Assert.DoesNotContain(
                (await Http.AskAsync($"GET /{view}?size=100").Gives(200)).Rows(view),
                v => (long)v["subscriptionId"]! == id
            );
        }
    }

    [Fact]
    public async Task An_application_being_paid_is_readable_and_cannot_be_cancelled()
    {
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var applied = Http.AskAsync("POST /subscriptions", InsuranceCalls.Form());
        var charge = await insurance.Time.NextAsync();
        var id = (long)
            (await Http.AskAsync("GET /subscriptions?sort=subscriptionId,desc&size=1").Gives(200)).Rows("subscriptions")[0][
                "subscriptionId"
            ]!;
        Assert.Equal("created", await Http.ApplicationStatusAsync(id));
        var early = await Http.CancelApplicationAsync(id).Refuses(409);
        Assert.Equal("created", early.At("detail"));
        Assert.NotNull(early.Header("Retry-After"));
        Assert.Null(await Http.ViewAsync(id));
        charge.Elapse();
        await applied.Gives(201);
        await EndsAsync(id);
    }

    [Fact]
    public async Task A_payment_event_faster_than_the_payment_answer_confirms_an_application()
    {
        var committing = 0;
        var (paid, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        insurance.Machine["insurance.subscription"].Failpoints.OnHit = async point =>
        {
            // The first commit is the application, the second one payment's answer.
            if (point != "command.committing" || Interlocked.Increment(ref committing) != 2)
                return;
            paid.SetResult();
            await goOn.Task;
        };
        var applied = Http.AskAsync("POST /subscriptions", InsuranceCalls.Form());
        await paid.Task;
        var id = (long)
            (await Http.AskAsync("GET /subscriptions?sort=subscriptionId,desc&size=1").Gives(200)).Rows("subscriptions")[0][
                "subscriptionId"
            ]!;
        await insurance.Machine.SettledAsync(id);
        Assert.Equal("confirmUnderwriterId", await Http.ApplicationStatusAsync(id));
        goOn.SetResult();
        Assert.Equal("confirmUnderwriterId", (await applied.Gives(201)).At("subscriptionStatus"));
        insurance.Machine["insurance.subscription"].Failpoints.OnHit = null;
        await EndsAsync(id);
        Assert.Equal(
            ["SubscriptionCreated", "PaymentIdConfirmed", "UnderwriterIdConfirmed"],
            (await EventLog.OfAsync(postgres, insurance, id))
                .Where(e => e.Header("ce_source") == "/insurance/subscription")
                .Select(e => e.Type)
        );
    }

    [Theory]
    [InlineData("""{"subscriptionStatus": "created"}""", "subscriptionStatus")]
    [InlineData("""{"subscriptionStatus": "confirmUnderwriterId"}""", "subscriptionStatus")]
    [InlineData("""{"subscriptionStatus": "confirmCancel"}""", "subscriptionStatus")]
    [InlineData("""{"subscriptionStatus": null}""", "subscriptionStatus")]
    [InlineData("""{"productName": "Fisrtcancer3", "customer": "Paul"}""", "productName", "customer")]
    public async Task A_patch_other_than_the_status_reqCancel_is_refused_by_field(string patch, params string[] fields)
    {
        var id = await insurance.AssignedAsync();
        await Http.AskAsync($"PATCH /subscriptions/{id}", patch).Refuses(400, fields);
        await Http.AskAsync($"PATCH /subscriptions/{id}", """{"productName": "Fisrtcancer"}""").Gives(200);
    }

    [Fact]
    public async Task An_assigned_application_cannot_be_cancelled_deleted_or_paid_from_outside()
    {
        var id = await insurance.AssignedAsync();
        var late = await Http.CancelApplicationAsync(id).Refuses(409);
        Assert.Equal(("confirmUnderwriterId", null), (late.At("detail"), late.Header("Retry-After")));
        await Http.CancelApplicationAsync(99999).Refuses(404);
        await Http.AskAsync($"DELETE /subscriptions/{id}").Refuses(405);
        await Http.AskAsync("POST /payments", """{"subscriptionId": 1, "premium": 5}""").Refuses(405);
        await EndsAsync(id);
    }

    [Fact]
    public async Task A_repeated_cancellation_ignores_If_Match_and_publishes_once()
    {
        await insurance.Machine.StopAsync("insurance.underwriting");
        var id = await insurance.AssignedAsync();
        var at = $"PATCH /subscriptions/{id}";
        const string cancel = """{"subscriptionStatus": "reqCancel"}""";
        await Http.AskAsync(at, cancel, ("If-Match", "\"99\"")).Refuses(412);
        Assert.Equal("reqCancel", (await Http.AskAsync(at, cancel).Gives(200)).At("subscriptionStatus"));
        await Http.AskAsync(at, cancel, ("If-Match", "\"99\"")).Gives(200);
        await insurance.StartAsync("insurance.underwriting");
        await EndsAsync(id);
        Assert.Equal("confirmCancel", (await Http.AskAsync(at, cancel).Gives(200)).At("subscriptionStatus"));
        Assert.Equal("withdrawn", (string?)(await Http.CaseAsync(id))!["underwritingStatus"]);
        Assert.Equal(["charge 50000", "giveBack 50000"], await Http.LedgerAsync($"insurance-{id}"));
    }
}
