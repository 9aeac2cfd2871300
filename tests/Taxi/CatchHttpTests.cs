using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>A rider requests a taxi, sees where it stands, and cancels: over HTTP.</summary>
public sealed class CatchHttpTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    [Theory]
    [InlineData("")]
    [InlineData("/taxi")]
    public async Task A_request_is_answered_once_it_is_paid_with_its_place_and_links(string prefix)
    {
        var answer = await Http.AskAsync($"POST {prefix}/catches", TaxiCalls.Order()).Gives(201);
        var id = (long)answer.Json["id"]!;
        var place = new Uri(Http.BaseAddress!, $"{prefix}/catches/{id}").ToString();
        Assert.Equal(place, answer.Header("Location"));
        Assert.StartsWith("application/hal+json", answer.ContentType, StringComparison.Ordinal);
        Assert.Equal(
            Calls.Hal(
                $$"""{"id":{{id}},"price":250000,"startingPoint":"Busan","destination":"Seoul","customer":"Peter","status":"approve"}""",
                "catch",
                place
            ),
            answer.Body
        );
        var read = await Http.AskAsync($"GET {prefix}/catches/{id}").Gives(200);
        Assert.Equal(("approve", place), (read.At("status"), read.At("_links/self/href")));
    }

    [Fact]
    public async Task Ids_ascend_by_one_and_what_was_refused_before_it_was_recorded_uses_none_up()
    {
        var first = await Http.OrderAsync();
        await Http.AskAsync("POST /catches", "{}").Gives(400);
        Assert.Equal(first + 1, await Http.OrderAsync());
    }

    [Fact]
    public async Task Fields_that_the_service_decides_are_ignored_and_so_are_unknown_ones()
    {
        var answer = await Http.AskAsync(
                "POST /catches",
                """{"id": 77777, "price": 5, "startingPoint": "a", "destination": "b", "customer": "c", "status": "approve", "driver": "me", "Price": 6}"""
            )
            .Gives(201);
        Assert.NotEqual("77777", answer.At("id"));
        Assert.Equal(("5", "approve"), (answer.At("price"), answer.At("status")));
    }

    [Fact]
    public async Task A_paid_request_is_cancelled_and_cancelling_it_again_answers_the_same_and_publishes_nothing()
    {
        var id = await taxi.OfferAsync();
        var cancelled = await Http.CancelAsync(id).Gives(200);
        Assert.Equal("Cancel", cancelled.At("status"));
        var again = await Http.AskAsync($"PATCH /taxi/catches/{id}", """{"status": "Cancel"}""", ("If-Match", "\"99\"")).Gives(200);
        Assert.Equal((cancelled.At("status"), cancelled.Header("ETag")), (again.At("status"), again.Header("ETag")));
        await taxi.Machine.SettledAsync(id);
        Assert.Equal(["charge 250000", "giveBack 250000"], await Http.LedgerAsync($"taxi-{id}"));
    }

    [Fact]
    public async Task It_is_not_cancelled_while_payment_is_being_asked_and_can_be_read()
    {
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var ordered = Http.AskAsync("POST /catches", TaxiCalls.Order());
        var charge = await taxi.Time.NextAsync();
        var id = (long)(await Http.AskAsync("GET /catches?sort=id,desc&size=1").Gives(200)).Rows("catches")[0]["id"]!;
        Assert.Equal("requested", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        Assert.Equal("requested", (await Http.CancelAsync(id).Refuses(409)).At("detail"));
        await Http.AskAsync($"GET /catchReqLists/{id}").Refuses(404);
        await Http.AskAsync($"GET /myPages/{id}").Refuses(404);
        charge.Elapse();
        await ordered.Gives(201);
        await Http.CancelAsync(id).Gives(200);
    }

    [Theory]
    [InlineData("""{"status": "approve"}""", "status")]
    [InlineData("""{"status": "PickupAssigned"}""", "status")]
    [InlineData("""{"status": "requested"}""", "status")]
    [InlineData("""{"status": "cancel"}""", "status")]
    [InlineData("""{"status": null}""", "status")]
    [InlineData("""{"status": 1}""", "status")]
    [InlineData("""{"price": 5}""", "price")]
    [InlineData("""{"price": null}""", "price")]
    [InlineData("""{"id": 5000}""", "id")]
    [InlineData("""{"status": "Cancel", "customer": "Paul"}""", "customer")]
    [InlineData("""{"startingPoint": "a", "destination": "b"}""", "startingPoint", "destination")]
    public async Task A_change_of_anything_but_the_status_to_Cancel_is_refused_by_name(string patch, params string[] fields)
    {
        var id = await Http.OrderAsync();
        await Http.AskAsync($"PATCH /catches/{id}", patch).Refuses(400, fields);
        Assert.Equal("approve", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"price": 250000, "customer": "Peter"}""")]
    [InlineData("""{"price": "250000.0", "startingPoint": "Busan"}""")]
    [InlineData("""{"driver": "me"}""")]
    [InlineData(null)]
    public async Task A_patch_that_changes_nothing_is_answered_with_the_resource(string? patch)
    {
        var id = await Http.OrderAsync();
        Assert.Equal("approve", (await Http.AskAsync($"PATCH /catches/{id}", patch).Gives(200)).At("status"));
    }

    [Fact]
    public async Task A_merge_patch_is_taken_and_another_media_type_is_not()
    {
        var id = await Http.OrderAsync();
        await SendAsync("text/plain").Refuses(415);
        Assert.Equal("Cancel", (await SendAsync("application/merge-patch+json").Gives(200)).At("status"));

        async Task<Answer> SendAsync(string type)
        {
            using var body = new StringContent("""{"status": "Cancel"}""", null, type);
            using var answer = await Http.PatchAsync(
                new Uri($"/catches/{id}", UriKind.Relative),
                body,
                TestContext.Current.CancellationToken
            );
            return await Answer.OfAsync(answer);
        }
    }

    [Theory]
    [InlineData("GET /catches/0")]
    [InlineData("GET /catches/999999")]
    [InlineData("GET /catches/abc")]
    [InlineData("GET /catches/99999999999999999999")]
    [InlineData("GET /taxi/catches/-1")]
    [InlineData("PATCH /catches/999999")]
    public async Task An_unknown_id_is_not_found(string call) =>
        await Http.AskAsync(call, call[0] == 'P' ? """{"status": "Cancel"}""" : null, ("If-Match", "\"1\"")).Refuses(404);

    [Fact]
    public async Task A_change_honours_If_Match_and_a_read_If_None_Match()
    {
        var id = await taxi.OfferAsync();
        var read = await Http.AskAsync($"GET /catches/{id}").Gives(200);
        var tag = read.Header("ETag")!;
        Assert.Matches("^\"[^\"]+\"$", tag);
        Assert.Equal("", (await Http.AskAsync($"GET /catches/{id}", null, ("If-None-Match", tag)).Gives(304)).Body);
        await Http.AskAsync($"PATCH /catches/{id}", """{"status": "Cancel"}""", ("If-Match", "\"99\"")).Refuses(412);
        var changed = await Http.AskAsync($"PATCH /catches/{id}", """{"status": "Cancel"}""", ("If-Match", tag)).Gives(200);
        Assert.NotEqual(tag, changed.Header("ETag"));
        await Http.AskAsync($"GET /catches/{id}", null, ("If-None-Match", tag)).Gives(200);
    }

    [Theory]
    [InlineData("DELETE /catches/1", "GET, HEAD, PATCH")]
    [InlineData("PUT /catches/1", "GET, HEAD, PATCH")]
    [InlineData("DELETE /catches", "GET, HEAD, POST")]
    public async Task A_method_that_it_does_not_have_is_refused_with_those_it_has(string call, string allow) =>
        Assert.Equal(allow.Split(", "), (await Http.AskAsync(call).Refuses(405)).Header("Allow")!.Split(", ").Order());
}
