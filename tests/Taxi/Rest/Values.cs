using Xunit;

namespace Mannam.Tests.Taxi.Rest;

public sealed partial class RestConventions
{
    [Theory]
    [InlineData("startingPoint")]
    [InlineData("destination")]
    [InlineData("customer")]
    public async Task Required_texts_hold_1_to_255_code_points_and_are_not_blank_broken_or_numbers(string field)
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

    [Fact]
    public async Task A_text_may_have_255_code_points_even_if_each_takes_two_UTF16_units()
    {
        var longest = string.Concat(Enumerable.Repeat("🚕", 255));
        Assert.Equal(longest, (await RequestAsync("destination", $"\"{longest}\"").Gives(201)).At("destination"));
        await RequestAsync("destination", $"\"{longest}a\"").Refuses(400, "destination");
    }

    [Theory]
    [InlineData("서울역 1번 출구")]
    [InlineData("🚕🏳️‍🌈")]
    [InlineData("<script>alert('1')</script> & \"quoted\" \\ ; drop table catches --")]
    [InlineData(" kept with its spaces ")]
    [InlineData("12")]
    public async Task Texts_are_kept_as_given_and_never_executed(string text)
    {
        var answer = await RequestAsync("startingPoint", System.Text.Json.JsonSerializer.Serialize(text)).Gives(201);
        Assert.Equal(text, answer.At("startingPoint"));
        var id = (long)answer.Json["id"]!;
        await taxi.Machine.SettledAsync(id);
        foreach (var place in new[] { "catches", "payments", "catchReqLists", "myPages" })
            Assert.Equal(text, (await Http.AskAsync($"GET /{place}/{id}").Gives(200)).At("startingPoint"));
    }

    [Fact]
    public async Task Texts_with_equal_NFC_forms_are_equal_and_are_kept_as_given()
    {
        const string Composed = "각 José";
        var decomposed = Composed.Normalize(System.Text.NormalizationForm.FormD);
        var ids = new List<long>();
        foreach (var customer in (string[])[Composed, decomposed])
            ids.Add(await taxi.OfferAsync(customer: customer));

        foreach (var asked in (string[])[Composed, decomposed])
        {
            var pages = (await Http.AskAsync($"GET /myPages?customer={Uri.EscapeDataString(asked)}").Gives(200)).Rows("myPages");
            Assert.Equal(ids, pages.Select(p => (long)p["id"]!));
            Assert.Equal([Composed, decomposed], pages.Select(p => (string)p["customer"]!));
            await Http.AskAsync($"PATCH /catches/{ids[0]}", new { customer = asked }).Gives(200);
            await Http.AskAsync(
                    "POST /pickUps",
                    new
                    {
                        matchId = ids[0],
                        driver = asked,
                        customer = decomposed,
                    }
                )
                .Gives(asked == Composed ? 201 : 200);
        }
        await Http.AskAsync($"PATCH /catches/{ids[0]}", new { customer = "각 Jose" }).Refuses(400, "customer");
        await Http.AskAsync(
                "POST /pickUps",
                new
                {
                    matchId = ids[1],
                    driver = "Kim",
                    customer = "각 Jose",
                }
            )
            .Refuses(400, "customer");
        await Http.GiveUpAsync(ids[0], Uri.EscapeDataString(decomposed)).Gives(204);
    }

    [Fact]
    public async Task The_last_of_two_equal_JSON_keys_counts() =>
        Assert.Equal("7", (await RequestAsync("price", "0, \"price\": 7").Gives(201)).At("price"));

    [Theory]
    [InlineData("1", 201)]
    [InlineData("100000000", 201)]
    [InlineData("0", 400)]
    [InlineData("100000001", 400)]
    public async Task Money_is_whole_won_from_1_to_100000000(string won, int status) =>
        Assert.Equal(status, (await RequestAsync("price", won)).Status);

    [Fact]
    public async Task Time_is_RFC_3339_in_UTC_on_the_wire()
    {
        var id = await Http.OrderAsync();
        var at = (await Http.AskAsync($"GET /provider/ledger?name=taxi-{id}").Gives(200)).At("_embedded/ledger/0/at");
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$", at);
    }

    [Theory]
    [InlineData("\"approve\"")]
    [InlineData("null")]
    public async Task A_new_request_may_name_the_status_approve(string json) => await RequestAsync("status", json).Gives(201);

    [Theory]
    [InlineData("\"requested\"")]
    [InlineData("\"Cancel\"")]
    [InlineData("\"Approve\"")]
    [InlineData("\"\"")]
    [InlineData("1")]
    public async Task A_new_request_with_another_status_is_400(string json) => await RequestAsync("status", json).Refuses(400, "status");
}
