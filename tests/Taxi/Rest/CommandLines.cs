using System.Text.Json.Nodes;
using Mannam.Tests.Chassis.Http;
using Xunit;

namespace Mannam.Tests.Taxi.Rest;

/// <summary>The page "REST conventions of every system", tested on Taxi sentence by sentence in the page's order. This file: "The documents' command
/// lines work", identifiers. Then Verbs, Values, Hal, Errors, SafeToRepeat, FrontDoor. Rules that need the chassis alone are tested in tests/Chassis.</summary>
public sealed partial class RestConventions(TaxiMachine taxi, PostgresFixture postgres) : IClassFixture<TaxiMachine>
{
    private HttpClient Http => taxi.Http;

    private Task<Answer> RequestAsync(string field, string json)
    {
        var order = JsonNode.Parse("""{"price": 1, "startingPoint": "a", "destination": "b", "customer": "c"}""")!.AsObject();
        order.Remove(field);
        var body = order.ToJsonString();
        // The JSON is inserted as text, because no serialiser would write it.
        return Http.AskAsync("POST /catches", $$"""{{body[..^1]}}, "{{field}}": {{json}}}""");
    }

    [Fact]
    public async Task The_documents_command_lines_work()
    {
        var order = "http POST localhost/catches price=250000 startingPoint=Busan destination=Seoul customer=Peter status=approve";
        var id = (await Http.HttpieAsync(order).Gives(201)).Recorded();
        await taxi.Machine.SettledAsync(id);
        await Http.HttpieAsync($"http POST localhost/pickUps matchId={id} driver=Speedmate custmoer=Peter").Gives(201);
        await Http.HttpieAsync($"http PATCH localhost/catches/{id} status=Cancel").Gives(200);
        await Http.HttpieAsync($"http localhost/catches/{id}").Gives(200);
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
    public async Task A_whole_number_may_be_written_as_a_number_or_a_string(string json, long won) =>
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
    public async Task A_price_that_is_not_a_whole_JSON_number_in_range_is_400(string json) =>
        await RequestAsync("price", json).Refuses(400, "price");

    [Fact]
    public async Task Field_names_are_case_sensitive_and_unknown_names_are_ignored()
    {
        await Http.AskAsync("POST /catches", """{"Price": 5, "StartingPoint": "a", "DESTINATION": "b", "custmer": "c"}""")
            .Refuses(400, "price", "startingPoint", "destination", "customer");
        var order = """{"price": 5, "startingPoint": "a", "destination": "b", "customer": "c", "Price": 6, "driver": "me"}""";
        Assert.Equal("5", (await Http.AskAsync("POST /catches?colour=red", order).Gives(201)).At("price"));
        await Http.AskAsync("GET /catches?colour=red").Gives(200);
    }

    [Theory]
    [InlineData("//catches")]
    [InlineData("/catches/")]
    [InlineData("///taxi//catches///")]
    public async Task Repeated_slashes_in_a_path_count_as_one_and_a_trailing_one_is_ignored(string path)
    {
        var answer = await Http.AskAsync($"GET {new Uri(Http.BaseAddress!.GetLeftPart(UriPartial.Authority) + path)}").Gives(200);
        Assert.DoesNotContain("//", answer.At("_links/self/href")!["http://".Length..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ids_ascend_by_one_and_a_refusal_before_recording_uses_none()
    {
        var first = await Http.OrderAsync();
        await Http.AskAsync("POST /catches", "{}").Gives(400);
        Assert.Equal(first + 1, await Http.OrderAsync());
    }
}
