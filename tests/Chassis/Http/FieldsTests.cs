using System.ComponentModel.DataAnnotations;
using Mannam.Http;
using Mannam.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

public sealed class FieldsTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async ValueTask InitializeAsync() =>
        _app = await TestApp.StartAsync(app =>
        {
            app.MapPost("/text", TestApp.Echo<RequiredText>(fields => fields.V));
            app.MapPost("/optional", TestApp.Echo<OptionalText>(fields => fields.V ?? "none"));
            app.MapPost("/money", TestApp.Echo<Money>(fields => fields.V));
            app.MapPost("/id", TestApp.Echo<AnId>(fields => fields.V));
            app.MapPost("/status", TestApp.Echo<Approved>(fields => fields.V ?? "none"));
            app.MapPatch("/status", TestApp.Echo<Cancelled>(fields => fields.V ?? "none"));
            app.MapPatch("/queue", (Delegate)QueueAsync);
        });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("250000", "250000")]
    [InlineData("\"250000\"", "250000")]
    [InlineData("250000.0", "250000")]
    [InlineData("1e2", "100")]
    [InlineData("\"1E+2\"", "100")]
    [InlineData("1.50e1", "15")]
    [InlineData("100000000", "100000000")]
    [InlineData("100000000000000000000000000e-26", "1")]
    [InlineData("\"2\\u0035\"", "25")]
    public async Task Money_is_whole_won_given_as_number_or_text(string json, string expected)
    {
        var answer = await Post("/money", $$"""{"v":{{json}}}""");
        Assert.Equal((200, expected), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData("12.5")]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-1")]
    [InlineData("100000001")]
    [InlineData("1e999999999")]
    [InlineData("1e-999999999999999999999999")]
    [InlineData("1e99999999999999999999999999999")]
    [InlineData("\" 5\"")]
    [InlineData("\"5 \"")]
    [InlineData("\"+5\"")]
    [InlineData("\"05\"")]
    [InlineData("\"5.\"")]
    [InlineData("\".5\"")]
    [InlineData("\"1e\"")]
    [InlineData("\"\"")]
    [InlineData("\"٥\"")]
    [InlineData("true")]
    [InlineData("null")]
    [InlineData("[1]")]
    public async Task Money_that_is_not_whole_won_in_range_is_400_and_names_the_field(string json) =>
        AssertWrongField(await Post("/money", $$"""{"v":{{json}}}"""));

    [Theory]
    [InlineData("1", "1")]
    [InlineData("\"9223372036854775807\"", "9223372036854775807")]
    [InlineData("92233720368547758.07e2", "9223372036854775807")]
    public async Task An_id_is_a_64_bit_number_as_number_or_text(string json, string expected) =>
        Assert.Equal(expected, (await Post("/id", $$"""{"v":{{json}}}""")).Body);

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551617")]
    [InlineData("1e19")]
    [InlineData("\"x\"")]
    public async Task An_id_below_1_or_beyond_64_bits_is_400(string json) => AssertWrongField(await Post("/id", $$"""{"v":{{json}}}"""));

    [Theory]
    [InlineData("강남역")]
    [InlineData("🚕 <script>alert(1)</script>")]
    [InlineData("  spaces stay  ")]
    public async Task A_text_is_kept_as_given(string text) => Assert.Equal(text, (await Post("/text", $$"""{"v":"{{text}}"}""")).Body);

    [Fact]
    public async Task A_text_may_have_255_code_points_in_any_number_of_bytes()
    {
        var longest = string.Concat(Enumerable.Repeat("🚕", 255));
        Assert.Equal(200, (await Post("/text", $$"""{"v":"{{longest}}"}""")).Status);
        AssertWrongField(await Post("/text", $$"""{"v":"{{longest}}x"}"""));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"v\":null}")]
    [InlineData("{\"v\":\"\"}")]
    [InlineData("{\"v\":\" \\t\\u3000\"}")]
    [InlineData("{\"v\":5}")]
    [InlineData("{\"v\":[\"a\"]}")]
    [InlineData("{\"v\":\"a\\u0000b\"}")]
    [InlineData("{\"v\":\"a\\ud800b\"}")]
    [InlineData("{\"v\":\"a\\udc00\"}")]
    [InlineData("{\"V\":\"names are case-sensitive\"}")]
    public async Task A_missing_blank_or_non_text_value_of_a_required_text_is_400(string body) =>
        AssertWrongField(await Post("/text", body));

    [Fact]
    public async Task The_last_of_two_fields_with_one_name_counts_even_if_the_name_is_escaped()
    {
        Assert.Equal("b", (await Post("/text", """{"v":"a","v":"b"}""")).Body);
        Assert.Equal("b", (await Post("/text", """{"v":"a","\u0076":"b","w":{"v":"c"}}""")).Body);
    }

    [Theory]
    [InlineData("/optional", "{\"v\":null}")]
    [InlineData("/optional", "{}")]
    [InlineData("/status", "{\"unknown\":[{\"v\":1}]}")]
    public async Task An_optional_field_may_be_absent_or_null(string path, string body) =>
        Assert.Equal("none", (await Post(path, body)).Body);

    [Theory]
    [InlineData("{\"v\":\"Approve\"}")]
    [InlineData("{\"v\":1}")]
    public async Task A_word_that_is_not_allowed_is_400(string body) => AssertWrongField(await Post("/status", body));

    [Fact]
    public async Task Every_wrong_field_of_a_request_is_named()
    {
        var answer = await _app.SendAsync("PATCH", "/queue", """{"id":2,"name":null,"status":7}""");
        Assert.Equal(["id", "name", "status"], answer.Json["errors"]!.AsObject().Select(error => error.Key).Order());
    }

    [Theory]
    [InlineData("{}", 200)]
    [InlineData("{\"status\":\"Cancel\"}", 200)]
    [InlineData("{\"status\":\"Cancel\",\"id\":\"1\",\"name\":\"강\",\"nothing\":1,\"_links\":{}}", 200)]
    [InlineData("{\"id\":1.0}", 200)]
    [InlineData("{\"name\":\"\\uac15\"}", 200)]
    [InlineData("{\"name\":\"other\"}", 400)]
    [InlineData("{\"note\":null}", 400)]
    [InlineData("{\"status\":null}", 400)]
    public async Task A_patch_may_change_only_the_changeable_fields(string body, int expected) =>
        Assert.Equal(expected, (await _app.SendAsync("PATCH", "/queue", body, "application/merge-patch+json")).Status);

    private static async Task<IResult> QueueAsync(HttpContext http)
    {
        var fields = await RequestFields.ReadAsync(http);
        fields.OptionalOneOf("status", ["Cancel"]);
        fields.OnlyMayChange(new OfferView(1, "강", null, 5, null), OfferJson.Default.OfferView, "status");
        return fields.Problem is { } refused ? refused : Results.Ok();
    }

    private sealed record Money([Won] long V);

    private sealed record AnId([Id] long V);

    private sealed record Approved([AllowedValues("approve")] string? V);

    private sealed record Cancelled([AllowedValues("Cancel")] string? V);

    private Task<Answer> Post(string path, string body) => _app.SendAsync("POST", path, body);

    private static void AssertWrongField(Answer answer)
    {
        Assert.Equal((400, "application/problem+json"), (answer.Status, answer.ContentType));
        Assert.NotNull(answer.At("title"));
        Assert.StartsWith("v ", answer.At("errors/v"), StringComparison.Ordinal);
    }
}

internal sealed record RequiredText(string V);

internal sealed record OptionalText(string? V);
