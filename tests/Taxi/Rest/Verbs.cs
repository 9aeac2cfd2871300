using Mannam.Gateway;
using Mannam.Tests.Chassis.Gateway;
using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Taxi.Rest;

public sealed partial class RestConventions
{
    [Fact]
    public async Task POST_answers_201_with_Location_PATCH_200_with_the_resource_and_DELETE_204()
    {
        var created = await Http.AskAsync("POST /catches", TaxiCalls.Order()).Gives(201);
        Assert.Equal(created.At("_links/self/href"), created.Header("Location"));
        var id = created.Recorded();
        await taxi.Machine.SettledAsync(id);
        Assert.Equal($"{Http.BaseAddress}pickUps/{id}", (await Http.TakeAsync(id, "Kim").Gives(201)).Header("Location"));
        // A request without fields needs no body.
        Assert.Equal("", (await Http.GiveUpAsync(id, "Kim").Gives(204)).Body);
        Assert.Equal("Cancel", (await Http.CancelAsync(id).Gives(200)).At("status"));
    }

    [Fact]
    public async Task PATCH_takes_a_partial_resource_as_json_or_merge_patch_json()
    {
        var id = await Http.OrderAsync();
        foreach (var other in (string[])["text/plain", "application/json-patch+json", "application/hal+json"])
            await SendAsync(other).Refuses(415);
        await Http.AskAsync($"PATCH /catches/{id}").Refuses(400);
        await Http.AskAsync($"PATCH /catches/{id}", "[]").Refuses(400);
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
    [InlineData("catches")]
    [InlineData("payments")]
    [InlineData("pickUps")]
    [InlineData("catchReqLists")]
    [InlineData("myPages")]
    public async Task Every_resource_answers_GET_and_HEAD_on_its_collection_and_its_items(string collection)
    {
        var id = await taxi.OfferAsync();
        if (collection == "pickUps")
            await Http.TakeAsync(id, "Kim").Gives(201);
        foreach (var path in (string[])[$"/{collection}", $"/{collection}/{id}"])
        {
            await Http.AskAsync($"GET {path}").Gives(200);
            Assert.Equal("", (await Http.AskAsync($"HEAD {path}").Gives(200)).Body);
        }
    }

    [Theory]
    [InlineData("DELETE /catches/1", "GET, HEAD, PATCH")]
    [InlineData("PUT /catches/1", "GET, HEAD, PATCH")]
    [InlineData("DELETE /catches", "GET, HEAD, POST")]
    [InlineData("POST /myPages", "GET, HEAD")]
    [InlineData("POST /catchReqLists", "GET, HEAD")]
    public async Task An_undocumented_method_is_405_with_Allow(string call, string allow) =>
        Assert.Equal(allow.Split(", "), (await Http.AskAsync(call).Refuses(405)).Header("Allow")!.Split(", ").Order());

    // An HTTP client library would treat CONNECT as a tunnel, so the request is sent as raw text.
    [Theory]
    [InlineData("CONNECT")]
    [InlineData("TRACE")]
    [InlineData("OPTIONS")]
    [InlineData("BREW")]
    public async Task An_unusual_method_is_405_at_a_front_door_and_at_a_gateway(string method)
    {
        await using var gateway = await EdgeApp.StartGatewayAsync(
            new RemoteSystem("taxi", "Taxi", [new RemoteService("catch", ["catches"], [taxi.Machine.Address])])
        );
        foreach (var door in (Uri[])[taxi.Machine.Address, gateway.Address])
        {
            var answer = await Network.RawAsync(door, $"{method} /catches/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 405", answer, StringComparison.Ordinal);
            Assert.Contains("Allow: GET, HEAD, PATCH", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Fields_of_a_POST_that_belong_to_the_service_are_ignored()
    {
        var answer = await Http.AskAsync(
                "POST /catches",
                """{"id": 77777, "price": 5, "startingPoint": "a", "destination": "b", "customer": "c", "status": "approve", "driver": "me", "Price": 6}"""
            )
            .Gives(201);
        Assert.NotEqual("77777", answer.At("id"));
        Assert.Equal(("5", "approve"), (answer.At("price"), answer.At("status")));
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
    public async Task A_PATCH_that_changes_another_known_field_is_400(string patch, params string[] fields)
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
    public async Task A_patch_that_changes_nothing_is_200(string patch)
    {
        var id = await Http.OrderAsync();
        Assert.Equal("approve", (await Http.AskAsync($"PATCH /catches/{id}", patch).Gives(200)).At("status"));
    }

    [Fact]
    public async Task A_repeated_PATCH_or_DELETE_gets_the_same_answer_and_publishes_nothing()
    {
        var id = await taxi.OfferAsync();
        await Http.TakeAsync(id, "Kim").Gives(201);
        await Http.GiveUpAsync(id, "Kim").Gives(204);
        await Http.AskAsync($"DELETE /pickUps/{id}?driver=Kim", null, ("If-Match", "\"99\"")).Gives(204);
        var first = await Http.CancelAsync(id).Gives(200);
        (await Http.AskAsync($"PATCH /catches/{id}", new { status = "Cancel" }, ("If-Match", "\"99\"")).Gives(200)).IsAgain(first);
        await taxi.Machine.SettledAsync(id);
        string[] published =
        [
            "CatchRequested",
            "PaymentApproved",
            "PickupAssigned",
            "PickupCancelled",
            "CatchCancelled",
            "PaymentCancelled",
        ];
        Assert.Equal(published.Order(), (await EventLog.OfAsync(postgres, taxi, id)).Select(e => e.Type).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/taxi")]
    public async Task Internal_calls_are_405_at_the_front_door(string prefix)
    {
        var refused = await Http.AskAsync($"POST {prefix}/payments", """{"matchId": 1, "price": 5}""").Refuses(405);
        Assert.Equal(["GET", "HEAD"], refused.Header("Allow")!.Split(", ").Order());
        Assert.Equal(405, (await Http.AskAsync($"DELETE {prefix}/payments/1")).Status);
    }
}
