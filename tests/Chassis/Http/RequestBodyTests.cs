using Mannam.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

public sealed class RequestBodyTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async ValueTask InitializeAsync() =>
        _app = await TestApp.StartAsync(
            app =>
            {
                app.MapPost("/text", TestApp.Echo<RequiredText>(fields => fields.V));
                app.MapPost("/optional", TestApp.Echo<OptionalText>(fields => fields.V ?? "none"));
                app.MapPatch("/optional", TestApp.Echo<OptionalText>(fields => fields.V ?? "none"));
                app.MapPost("/length", (Delegate)LengthAsync);
            },
            services => services.AddSingleton(new RequestLimits { BodyWithin = TimeSpan.FromSeconds(1) })
        );

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task<IResult> LengthAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        return body.Problem is { } refused ? refused : Results.Text($"{body.Memory.Length}");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"v\":1}x")]
    [InlineData("{\"v\":1,}")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{\"v\":01}")]
    [InlineData("{\"\\ud800\":1}")]
    [InlineData(" ")]
    public async Task A_body_that_is_not_a_JSON_object_is_400(string body) => Assert.Equal(400, (await Post("/optional", body)).Status);

    [Fact]
    public async Task A_body_nested_too_deeply_or_not_in_UTF8_is_400()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100));
        Assert.Equal(400, (await Post("/optional", $$"""{"x":{{deep}}}""")).Status);
        byte[] bytes =
        [
            .. "POST /optional HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"v\":\""u8,
            0xff,
            .. "\"}"u8,
        ];
        Assert.StartsWith("HTTP/1.1 400", await _app.SendRawAsync(bytes, "\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("APPLICATION/JSON")]
    [InlineData("application/json;charset=\"UTF-8\"; x=y")]
    [InlineData("application/merge-patch+json")]
    [InlineData("application/vnd.x+json")]
    public async Task Every_JSON_content_type_is_read(string type) =>
        Assert.Equal(200, (await _app.SendAsync("POST", "/text", "{\"v\":\"a\"}", type)).Status);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    [InlineData("text/json")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json; charset=nothing")]
    [InlineData("application/json, text/plain")]
    [InlineData("application/json,application/json")]
    [InlineData("application/x, application/y+json")]
    [InlineData("application/json x")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_body_without_a_JSON_content_type_is_415(string? type)
    {
        var answer = await _app.SendAsync("POST", "/text", "{\"v\":\"a\"}", type);
        Assert.Equal((415, "application/problem+json"), (answer.Status, answer.ContentType));
    }

    [Theory]
    [InlineData("application/json", 200)]
    [InlineData("Application/Merge-Patch+JSON; charset=utf-8", 200)]
    [InlineData("application/json-patch+json", 415)]
    [InlineData("application/vnd.x+json", 415)]
    [InlineData("text/plain", 415)]
    [InlineData(null, 415)]
    public async Task A_PATCH_is_plain_JSON_or_a_merge_patch(string? type, int status) =>
        Assert.Equal(status, (await _app.SendAsync("PATCH", "/optional", "{\"v\":\"a\"}", type)).Status);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("[{\"op\":\"remove\",\"path\":\"/v\"}]")]
    [InlineData("5")]
    public async Task A_PATCH_without_a_JSON_object_is_400(string? body) =>
        Assert.Equal(400, (await _app.SendAsync("PATCH", "/optional", body)).Status);

    [Theory]
    [InlineData("gzip", 415)]
    [InlineData("br", 415)]
    [InlineData("gzip, identity", 415)]
    [InlineData("identity", 200)]
    public async Task An_encoded_body_is_415_and_the_answer_names_the_accepted_encoding(string coding, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/text")
        {
            Content = new StringContent("{\"v\":\"a\"}", null, "application/json"),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", coding);
        using var answer = await _app.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 415, answer.Headers.TryGetValues("Accept-Encoding", out var accepted) && accepted.Single() == "identity");
    }

    [Theory]
    [InlineData("ffffffffffffffff")]
    [InlineData("80000000")]
    [InlineData("x")]
    public async Task A_body_whose_end_is_uncertain_is_400_and_ends_the_connection(string size)
    {
        var request =
            $"POST /text HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n{{}}\r\n0\r\n\r\n";
        var answer = await _app.SendRawAsync(System.Text.Encoding.ASCII.GetBytes(request), "never");
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_without_a_body_has_no_fields() => Assert.Equal("none", (await _app.SendAsync("POST", "/optional")).Body);

    [Fact]
    public async Task A_body_of_1_MiB_is_read_and_a_larger_one_is_413()
    {
        var body = "{\"x\":\"" + new string('a', 1024 * 1024 - 8) + "\"}";
        Assert.Equal("1048576", (await Post("/length", body)).Body);
        Assert.Equal(413, (await Post("/length", body + " ")).Status);
    }

    [Fact]
    public async Task A_body_that_is_not_complete_in_time_is_408()
    {
        var begun = "POST /text HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{\"v\""u8.ToArray();
        var answer = await _app.SendRawAsync(begun, "\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
    }

    private Task<Answer> Post(string path, string body) => _app.SendAsync("POST", path, body);
}
