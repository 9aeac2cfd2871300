using System.Text.Json.Nodes;
using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>What a request's fields may be: money, required texts, the status.</summary>
public sealed class CatchFieldsHttpTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private Task<Answer> RequestAsync(string field, string json)
    {
        var order = JsonNode.Parse("""{"price": 1, "startingPoint": "a", "destination": "b", "customer": "c"}""")!.AsObject();
        order.Remove(field);
        var body = order.ToJsonString();
        // As it stands: JSON that no serialiser would write.
        return taxi.Http.AskAsync("POST /catches", $$"""{{body[..^1]}}, "{{field}}": {{json}}}""");
    }

    [Theory]
    [InlineData("250000", 250000)]
    [InlineData("\"250000\"", 250000)]
    [InlineData("250000.0", 250000)]
    [InlineData("\"250000.00\"", 250000)]
    [InlineData("1e2", 100)]
    [InlineData("\"1e2\"", 100)]
    [InlineData("\"1.5E1\"", 15)]
    [InlineData("1", 1)]
    [InlineData("100000000", 100000000)]
    public async Task A_price_is_a_whole_number_or_a_text_of_one(string json, long won) =>
        Assert.Equal(won, (long)(await RequestAsync("price", json).Gives(201)).Json["price"]!);

    [Theory]
    [InlineData("12.5")]
    [InlineData("\"12.5\"")]
    [InlineData("0")]
    [InlineData("\"0\"")]
    [InlineData("-5")]
    [InlineData("100000001")]
    [InlineData("\"100000001\"")]
    [InlineData("1e30")]
    [InlineData("1e-1")]
    [InlineData("\" 5\"")]
    [InlineData("\"5 \"")]
    [InlineData("\"+5\"")]
    [InlineData("\"05\"")]
    [InlineData("\"0x10\"")]
    [InlineData("\"1,000\"")]
    [InlineData("\"\"")]
    [InlineData("\"much\"")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[5]")]
    [InlineData("{}")]
    public async Task Any_other_price_is_malformed(string json) => await RequestAsync("price", json).Refuses(400, "price");

    [Theory]
    [InlineData("startingPoint")]
    [InlineData("destination")]
    [InlineData("customer")]
    public async Task A_text_must_be_a_text_that_can_be_seen_and_stored(string field)
    {
        var longest = new string('x', 256);
        string[] malformed =
        [
            "null",
            "\"\"",
            "\"  \\t\"",
            "\"\u3000\"",
            "5",
            "true",
            "[\"a\"]",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            $"\"{longest}\"",
        ];
        foreach (var json in malformed)
            await RequestAsync(field, json).Refuses(400, field);
    }

    [Theory]
    [InlineData("서울역 1번 출구")]
    [InlineData("🚕🏳️‍🌈")]
    [InlineData("<script>alert('1')</script> & \"quoted\" \\ ; drop table catches --")]
    [InlineData(" kept with its spaces ")]
    [InlineData("12")]
    public async Task A_text_is_kept_as_given(string text)
    {
        var answer = await RequestAsync("startingPoint", System.Text.Json.JsonSerializer.Serialize(text)).Gives(201);
        Assert.Equal(text, answer.At("startingPoint"));
        var id = (long)answer.Json["id"]!;
        await taxi.Machine.SettledAsync(id);
        foreach (var place in new[] { "catches", "payments", "catchReqLists", "myPages" })
            Assert.Equal(text, (await taxi.Http.AskAsync($"GET /{place}/{id}").Gives(200)).At("startingPoint"));
    }

    [Fact]
    public async Task A_text_may_have_255_code_points_also_where_each_takes_two_units()
    {
        var longest = string.Concat(Enumerable.Repeat("🚕", 255));
        Assert.Equal(longest, (await RequestAsync("destination", $"\"{longest}\"").Gives(201)).At("destination"));
        await RequestAsync("destination", $"\"{longest}a\"").Refuses(400, "destination");
    }

    [Theory]
    [InlineData("\"approve\"")]
    [InlineData("null")]
    public async Task The_status_may_be_approve(string json) => await RequestAsync("status", json).Gives(201);

    [Theory]
    [InlineData("\"requested\"")]
    [InlineData("\"Cancel\"")]
    [InlineData("\"Approve\"")]
    [InlineData("\"\"")]
    [InlineData("1")]
    public async Task Another_status_is_malformed(string json) => await RequestAsync("status", json).Refuses(400, "status");

    [Theory]
    [InlineData("{}")]
    [InlineData(null)]
    [InlineData("""{"Price": 5, "StartingPoint": "a", "DESTINATION": "b", "custmer": "c"}""")]
    [InlineData("""{"price": "12.5", "startingPoint": 5, "destination": "", "customer": null}""")]
    public async Task Every_wrong_field_is_named_at_once(string? body) =>
        await taxi.Http.AskAsync("POST /catches", body).Refuses(400, "price", "startingPoint", "destination", "customer");

    [Fact]
    public async Task Of_a_field_given_twice_the_last_counts() =>
        Assert.Equal("7", (await RequestAsync("price", "0, \"price\": 7").Gives(201)).At("price"));

    [Theory]
    [InlineData("[]")]
    [InlineData("\"price\"")]
    [InlineData("{\"price\":")]
    [InlineData("{\"price\": 5}}")]
    public async Task A_body_that_is_no_object_is_malformed_as_a_whole(string body) =>
        await taxi.Http.AskAsync("POST /catches", body).Refuses(400);
}
