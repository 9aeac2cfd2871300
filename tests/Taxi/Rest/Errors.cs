using System.Diagnostics;
using Mannam.Tests.Chassis.Gateway;
using Xunit;

namespace Mannam.Tests.Taxi.Rest;

public sealed partial class RestConventions
{
    [Theory]
    [InlineData("{}", "matchId", "driver")]
    [InlineData("""{"matchId": 0, "driver": "a"}""", "matchId")]
    [InlineData("""{"matchId": "x", "driver": "a"}""", "matchId")]
    [InlineData("""{"matchId": 1.5, "driver": "a"}""", "matchId")]
    [InlineData("""{"matchId": 1e30, "driver": "a"}""", "matchId")]
    [InlineData("""{"matchId": 999999, "driver": 5}""", "driver")]
    [InlineData("""{"matchId": 999999, "driver": " "}""", "driver")]
    [InlineData("""{"matchId": 999999, "driver": "a", "custmoer": 5}""", "custmoer")]
    public async Task Malformed_fields_are_reported_before_the_state_is_checked(string body, params string[] fields) =>
        await Http.AskAsync("POST /pickUps", body).Refuses(400, fields);

    [Theory]
    [InlineData("{}")]
    [InlineData(null)]
    [InlineData("""{"price": "12.5", "startingPoint": 5, "destination": "", "customer": null}""")]
    public async Task Status_400_names_every_wrong_field(string? body) =>
        await Http.AskAsync("POST /catches", body).Refuses(400, "price", "startingPoint", "destination", "customer");

    [Theory]
    [InlineData("[]")]
    [InlineData("\"price\"")]
    [InlineData("{\"price\":")]
    [InlineData("{\"price\": 5}}")]
    public async Task A_body_that_is_not_a_JSON_object_is_400(string body) => await Http.AskAsync("POST /catches", body).Refuses(400);

    [Theory]
    [InlineData("GET /catches/0")]
    [InlineData("GET /catches/999999")]
    [InlineData("GET /catches/abc")]
    [InlineData("GET /catches/99999999999999999999")]
    [InlineData("GET /taxi/catches/-1")]
    [InlineData("PATCH /catches/999999")]
    public async Task An_unknown_or_malformed_id_is_404(string call) =>
        await Http.AskAsync(call, call[0] == 'P' ? """{"status": "Cancel"}""" : null, ("If-Match", "\"1\"")).Refuses(404);

    [Fact]
    public async Task A_body_that_is_not_complete_within_30_s_is_408()
    {
        // The web server measures this time by the real clock.
        const string Begun = "POST /catches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{";
        var began = Stopwatch.GetTimestamp();

        var answer = await Network.RawAsync(taxi.Machine.Address, Begun);

        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("\"status\":408", answer, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 29, 45);
    }

    [Fact]
    public async Task Statuses_409_402_and_503_carry_status_reason_and_Retry_After()
    {
        var id = await taxi.OfferAsync();
        await Http.TakeAsync(id, "Kim").Gives(201);
        Assert.Equal("PickupAssigned", (await Http.TakeAsync(id, "Lee").Refuses(409)).At("detail"));
        await using (await Http.ProviderAsync(new { declineAbove = 1000 }))
        {
            var declined = await Http.AskAsync("POST /catches", TaxiCalls.Order(price: 1001)).Refuses(402);
            Assert.NotEmpty(declined.At("reason")!);
            Assert.Equal($"{Http.BaseAddress}catches/{declined.Recorded()}", declined.Header("Location"));
        }
        await taxi.Machine.StopAsync("taxi.mypage");
        Assert.NotNull((await Http.AskAsync("GET /myPages").Refuses(503)).Header("Retry-After"));
        await taxi.StartAsync("taxi.mypage");
    }

    [Fact]
    public async Task A_body_over_1_MiB_is_413()
    {
        var order = $$"""{"x": "{{new string('x', 1024 * 1024)}}"}""";
        await Http.AskAsync("POST /catches", order).Refuses(413);
    }

    [Theory]
    [InlineData("Content-Type: text/plain\r\n")]
    [InlineData("")]
    public async Task A_body_without_a_JSON_Content_Type_is_415(string type)
    {
        var request = $"POST /catches HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{type}Content-Length: 2\r\n\r\n{{}}";
        Assert.StartsWith("HTTP/1.1 415", await Network.RawAsync(taxi.Machine.Address, request), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /catches HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET /catches HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400)]
    [InlineData("GET /catches HTTP/7.1\r\nHost: localhost\r\n\r\n", 505)]
    public async Task Refusals_of_the_web_server_itself_are_problem_documents_too(string request, int status)
    {
        var answer = await Network.RawAsync(taxi.Machine.Address, request);
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.Contains($"\"status\":{status}", answer, StringComparison.Ordinal);
    }
}
