using System.Text.Json.Nodes;
using Mannam.Tests.Scenarios;
using Xunit;

namespace Mannam.Tests.Insurance;

/// <summary>/underwritings, /payments and both spellings of the view over HTTP, and the events in the topic.</summary>
[Collection(nameof(InsuranceMachine))]
public sealed class UnderwritingHttpTests(InsuranceMachine insurance, PostgresFixture postgres)
{
    private HttpClient Http => insurance.Http;

    private async Task<(long Id, long Case)> AssignedAsync()
    {
        var id = await insurance.AssignedAsync();
        return (id, (long)(await Http.CaseAsync(id))!["underwritingId"]!);
    }

    private async Task EndsAsync(long id)
    {
        await insurance.Machine.SettledAsync(id);
        await InsuranceAgreement.CheckAsync(Http, id);
    }

    [Fact]
    public async Task A_case_and_its_payment_are_found_by_id_and_by_the_documented_filters()
    {
        var (id, underwriting) = await AssignedAsync();
        var payment = (long)(await Http.PremiumAsync(id))!["paymentId"]!;
        var place = $"{Http.BaseAddress}underwritings/{underwriting}";
        Assert.Equal(
            Calls.Hal(
                $$"""{"underwritingId":{{underwriting}},"underwritingStatus":"underwriterAssigned","underwriterId":77001520,"subscriptionId":{{id}},"paymentId":{{payment}}}""",
                "underwriting",
                place
            ),
            (await Http.AskAsync($"GET /underwritings/{underwriting}").Gives(200)).Body
        );
        Assert.Equal(
            Calls.Hal(
                $$"""{"paymentId":{{payment}},"paymentStatus":"approvePayment","subscriptionId":{{id}},"premium":50000}""",
                "payment",
                $"{Http.BaseAddress}payments/{payment}"
            ),
            (await Http.AskAsync($"GET /payments/{payment}").Gives(200)).Body
        );
        foreach (var filter in new[] { "underwriterId=77001520", "underwritingStatus=underwriterAssigned", $"subscriptionId={id}" })
            Assert.Contains(
                (await Http.AskAsync($"GET /underwritings?{filter}&sort=underwritingId,desc").Gives(200)).Rows("underwritings"),
                u => (long)u["underwritingId"]! == underwriting
            );
        Assert.Empty((await Http.AskAsync("GET /underwritings?underwriterId=1").Gives(200)).Rows("underwritings"));
        await Http.AskAsync("GET /underwritings?underwriterId=x").Refuses(400, "underwriterId");
        await Http.AskAsync("GET /underwritings/99999").Refuses(404);
    }

    [Theory]
    [InlineData("approveSubscription", "refuseSubscription", "contracted")]
    [InlineData("refuseSubscription", "approveSubscription", "confirmRefuse")]
    public async Task A_decision_on_a_case_is_final(string decision, string other, string end)
    {
        var (id, underwriting) = await AssignedAsync();
        var at = $"PATCH /underwritings/{underwriting}";
        await Http.AskAsync(at, new { underwritingStatus = decision }, ("If-Match", "\"99\"")).Refuses(412);
        // As in the documents, with strings for numbers.
        var decided = await Http.AskAsync(at, new { underwritingStatus = decision, subscriptionId = $"{id}" }).Gives(200);
        Assert.Equal(decision, decided.At("underwritingStatus"));
        Assert.Equal(
            decided.Body,
            (await Http.AskAsync(at, new { underwritingStatus = decision }, ("If-Match", "\"99\"")).Gives(200)).Body
        );
        Assert.Equal(decision, (await Http.DecideAsync(underwriting, other).Refuses(409)).At("detail"));
        await EndsAsync(id);
        Assert.Equal(end, await Http.ApplicationStatusAsync(id));
        Assert.Equal(end, (await Http.CancelApplicationAsync(id).Refuses(409)).At("detail"));
    }

    [Fact]
    public async Task A_patch_of_a_case_is_checked_for_404_then_400_then_its_decision()
    {
        var (id, underwriting) = await AssignedAsync();
        await Http.AskAsync("PATCH /underwritings/99999", new { underwritingStatus = "?" }).Refuses(404);
        await Http.DecideAsync(underwriting, "approveSubscription").Gives(200);
        foreach (var word in new[] { "approve", "underwriterAssigned", "withdrawn", "" })
            await Http.DecideAsync(underwriting, word).Refuses(400, "underwritingStatus");
        var mismatch = new { underwritingStatus = "refuseSubscription", subscriptionId = id + 1 };
        await Http.AskAsync($"PATCH /underwritings/{underwriting}", mismatch).Refuses(400, "subscriptionId");
        await Http.AskAsync($"PATCH /underwritings/{underwriting}", new { underwriterId = 1 }).Refuses(400, "underwriterId");
        await Http.AskAsync($"PATCH /underwritings/{underwriting}", new { subscriptionId = id }).Gives(200);
    }

    [Fact]
    public async Task A_case_is_not_decided_before_its_assignment_is_confirmed()
    {
        await insurance.Machine.StopAsync("insurance.underwriting");
        var id = await insurance.AssignedAsync();
        var hold = new TaskCompletionSource();
        insurance.Machine["insurance.subscription"].Failpoints.OnHit = async point =>
        {
            if (point == "consumer.committing")
                await hold.Task;
        };
        await insurance.StartAsync("insurance.underwriting");
        JsonNode? open = null;
        for (var end = DateTime.UtcNow.AddSeconds(60); open is null && DateTime.UtcNow < end; open = await Http.CaseAsync(id))
            await Task.Delay(20, TestContext.Current.CancellationToken);
        var early = await Http.DecideAsync((long)open!["underwritingId"]!, "approveSubscription").Refuses(409);
        Assert.Equal("assignment not confirmed yet", early.At("detail"));
        Assert.NotNull(early.Header("Retry-After"));
        hold.SetResult();
        insurance.Machine["insurance.subscription"].Failpoints.OnHit = null;
        await EndsAsync(id);
        await Http.DecideAsync((long)open["underwritingId"]!, "approveSubscription").Gives(200);
        await EndsAsync(id);
    }

    [Fact]
    public async Task A_payment_is_made_once_per_application()
    {
        using var payments = insurance.Inside("insurance.payment");
        var first = await payments.AskAsync("POST /payments", """{"subscriptionId": 900001, "premium": 5}""").Gives(201);
        Assert.Equal(
            first.Body,
            (await payments.AskAsync("POST /payments", """{"subscriptionId": 900001, "premium": "5"}""").Gives(200)).Body
        );
        await payments.AskAsync("POST /payments", """{"subscriptionId": 900001, "premium": 6}""").Refuses(409);
        await payments.AskAsync("POST /payments", "{}").Refuses(400, "subscriptionId", "premium");
        Assert.Equal(["charge 5"], await Http.LedgerAsync("insurance-900001"));
    }

    [Fact]
    public async Task The_view_comes_whole_under_the_documents_spelling_and_paged_otherwise()
    {
        var customer = $"Maria {Guid.NewGuid()}";
        var ids = new List<long>();
        for (var i = 0; i < 3; i++)
            ids.Add(await Http.ApplyAsync(customer: customer));
        foreach (var id in ids)
            await insurance.Machine.SettledAsync(id);
        var asked = Uri.EscapeDataString(customer);
        var whole = await Http.AskAsync($"GET /subsciptionViews?customer={asked}").Gives(200);
        Assert.Equal(ids, whole.Rows("subsciptionViews").Select(v => (long)v["subscriptionId"]!));
        Assert.Equal(3, (int)whole.Json["page"]!["size"]!);
        var paged = await Http.AskAsync($"GET /subscriptionViews?customer={asked}").Gives(200);
        Assert.Equal((3, 20), (paged.Rows("subscriptionViews").Count, (int)paged.Json["page"]!["size"]!));
        Assert.Single(
            (await Http.AskAsync($"GET /insurance/subsciptionViews?customer={asked}&size=1").Gives(200)).Rows("subsciptionViews")
        );

        var (payment, underwriting) = ((await Http.PremiumAsync(ids[0]))!["paymentId"], (await Http.CaseAsync(ids[0]))!["underwritingId"]);
        var fields =
            $$"""{"subscriptionId":{{ids[0]}},"subscriptionStatus":"confirmUnderwriterId","productName":"Fisrtcancer","customer":"{{customer}}","paymentId":{{payment}},"paymentStatus":"approvePayment","underwritingId":{{underwriting}},"underwritingStatus":"underwriterAssigned","underwriterId":77001520}""";
        foreach (var name in new[] { "subsciptionView", "subscriptionView" })
            Assert.Equal(
                Calls.Hal(fields, name, $"{Http.BaseAddress}{name}s/{ids[0]}"),
                (await Http.AskAsync($"GET /{name}s/{ids[0]}").Gives(200)).Body
            );
    }

    [Fact]
    public async Task An_event_carries_its_type_its_time_and_all_fields_of_its_resource()
    {
        var (id, underwriting) = await AssignedAsync();
        await Http.DecideAsync(underwriting, "refuseSubscription").Gives(200);
        await EndsAsync(id);
        var payment = (await Http.PremiumAsync(id))!["paymentId"];
        string Application(string status, object? paymentId, object? underwritingId) =>
            $"subscriptionId={id}, subscriptionStatus={status}, productName=Fisrtcancer, paymentId={paymentId}, underwritingId={underwritingId}, customer=Peter";
        string Premium(string status) => $"paymentId={payment}, paymentStatus={status}, subscriptionId={id}, premium=50000";
        string Case(string status) =>
            $"underwritingId={underwriting}, underwritingStatus={status}, underwriterId=77001520, subscriptionId={id}, paymentId={payment}";
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["SubscriptionCreated"] = Application("created", null, null),
                ["PaymentIdConfirmed"] = Application("confirmPaymentId", payment, null),
                ["UnderwriterIdConfirmed"] = Application("confirmUnderwriterId", payment, underwriting),
                ["PaymentApproved"] = Premium("approvePayment"),
                ["PaymentCancelled"] = Premium("cancelPayment_refused"),
                ["UnderwriterAssigned"] = Case("underwriterAssigned"),
                ["SubscriptionRefused"] = Case("refuseSubscription"),
            },
            (await EventLog.OfAsync(postgres, insurance, id)).ToDictionary(e => e.Type, Fields)
        );
    }

    private static string Fields(EventLog.Published e)
    {
        var fields = e.Value.DeepClone().AsObject();
        Assert.True(fields.Remove("timestamp"));
        Assert.True(fields.Remove("eventType"));
        return string.Join(", ", fields.Select(f => $"{f.Key}={f.Value}"));
    }
}
