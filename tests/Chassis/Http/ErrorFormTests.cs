using System.Globalization;
using Mannam.Http;
using Mannam.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

public sealed class ErrorFormTests : IAsyncLifetime
{
    private TestApp _app = null!;
    private int _effects;

    public async ValueTask InitializeAsync() =>
        _app = await TestApp.StartAsync(
            app =>
            {
                app.MapRead("/things", http => http.Response.WriteAsync("things"));
                app.MapPost("/things", () => Results.StatusCode(200 + Interlocked.Increment(ref _effects) - 1)).Internal();
                app.MapPost("/things/approve", () => "approved").Internal();
                app.MapPost("/commands", () => Results.StatusCode(200 + Interlocked.Increment(ref _effects) - 1));
                app.MapGet("/stream", () => "data").AnswersOtherMedia();
                app.MapGet("/fault", void () => throw new InvalidOperationException("secret"));
                app.MapGet("/store", void () => throw new InvalidOperationException("x", new NpgsqlException("down")));
                app.MapGet("/slow", void () => throw new TimeoutException());
                app.MapGet("/number/{n}", (int n) => n);
                app.MapGet("/items/{id:id}", (long id) => id);
                app.MapGet("/declined", () => PaymentProblems.Declined("한도 초과", "거절 :: 한도 초과", "http://a/x/1"));
                app.MapGet("/busy", () => Problems.Unavailable("later", TimeSpan.FromMilliseconds(1200)));
                app.MapGet("/now", () => Problems.Unavailable("later", TimeSpan.Zero));
            },
            before: MarkOutside
        );

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("PUT", "/things", 405)]
    [InlineData("GET", "/fault", 500)]
    [InlineData("GET", "/store", 503)]
    [InlineData("GET", "/slow", 503)]
    [InlineData("GET", "/number/x", 400)]
    [InlineData("GET", "/items/x", 404)]
    [InlineData("GET", "/items/-1", 404)]
    [InlineData("GET", "/items/9223372036854775808", 404)]
    public async Task Every_error_is_a_problem_document(string method, string path, int status)
    {
        var answer = await _app.SendAsync(method, path);
        Assert.Equal((status, "application/problem+json"), (answer.Status, answer.ContentType));
        Assert.Equal(status.ToString(CultureInfo.InvariantCulture), answer.At("status"));
        Assert.False(string.IsNullOrEmpty(answer.At("title")));
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Header("X-Content-Type-Options"));
        Assert.Equal(status == 503, answer.Header("Retry-After") is not null);
    }

    [Fact]
    public async Task An_unsupported_method_is_405_with_Allow()
    {
        var allow = (await _app.SendAsync("DELETE", "/commands")).Header("Allow");
        Assert.Equal("POST", allow);
    }

    [Theory]
    [InlineData("//things", 200)]
    [InlineData("/things/", 200)]
    [InlineData("///things///", 200)]
    [InlineData("/items//5/", 200)]
    [InlineData("//", 404)]
    public async Task Repeated_slashes_count_as_one_and_a_trailing_slash_is_ignored(string path, int status) =>
        // An address that begins with two slashes would name a host.
        Assert.Equal(status, (await _app.SendAsync("GET", _app.Client.BaseAddress!.ToString().TrimEnd('/') + path)).Status);

    [Fact]
    public async Task An_internal_call_from_outside_is_405_on_a_readable_path_and_404_elsewhere()
    {
        Assert.Equal(200, (await _app.SendAsync("POST", "/things")).Status);
        Assert.Equal(200, (await _app.SendAsync("POST", "/things/approve")).Status);
        var read = await _app.SendAsync("POST", "/things", headers: ("X-Outside", "1"));
        Assert.Equal((405, "GET, HEAD"), (read.Status, read.Header("Allow")));
        Assert.Equal(404, (await _app.SendAsync("POST", "/things/approve", headers: ("X-Outside", "1"))).Status);
        var other = await _app.SendAsync("PUT", "/things", headers: ("X-Outside", "1"));
        Assert.Equal((405, "GET, HEAD"), (other.Status, other.Header("Allow")));
        Assert.Equal(404, (await _app.SendAsync("GET", "/things/approve", headers: ("X-Outside", "1"))).Status);
        Assert.Equal(1, _effects);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/xml, text/*")]
    [InlineData("application/hal+json;q=0, application/json;q=0")]
    [InlineData("*/*;q=0")]
    public async Task An_Accept_that_allows_neither_JSON_nor_HAL_is_406_before_any_effect(string accept)
    {
        Assert.Equal(406, (await _app.SendAsync("POST", "/commands", headers: ("Accept", accept))).Status);
        Assert.Equal(0, _effects);
    }

    [Fact]
    public async Task Accept_is_not_checked_for_other_media_types_nor_before_404_and_405()
    {
        Assert.Equal(200, (await _app.SendAsync("GET", "/stream", headers: ("Accept", "text/event-stream"))).Status);
        Assert.Equal(404, (await _app.SendAsync("GET", "/none", headers: ("Accept", "text/html"))).Status);
        Assert.Equal(405, (await _app.SendAsync("DELETE", "/commands", headers: ("Accept", "text/html"))).Status);
    }

    [Fact]
    public async Task A_declined_payment_has_its_reason_and_location_in_unescaped_Korean()
    {
        var answer = await _app.SendAsync("GET", "/declined");
        Assert.Equal((402, "http://a/x/1"), (answer.Status, answer.Header("Location")));
        Assert.Contains("\"reason\":\"한도 초과\"", answer.Body, StringComparison.Ordinal);
        Assert.Equal("거절 :: 한도 초과", answer.At("detail"));
    }

    [Fact]
    public async Task Retry_After_is_in_whole_seconds_and_at_least_1()
    {
        Assert.Equal("2", (await _app.SendAsync("GET", "/busy")).Header("Retry-After"));
        Assert.Equal("1", (await _app.SendAsync("GET", "/now")).Header("Retry-After"));
    }

    [Fact]
    public async Task HEAD_of_an_error_has_no_body()
    {
        var answer = await _app.SendAsync("HEAD", "/nothing");
        Assert.Equal((404, ""), (answer.Status, answer.Body));
    }

    private static void MarkOutside(WebApplication app) =>
        app.Use(
            (http, next) =>
            {
                if (http.Request.Headers.ContainsKey("X-Outside"))
                {
                    http.Features.Set<IExternalRequest>(new Outside());
                }
                return next(http);
            }
        );

    private sealed class Outside : IExternalRequest;
}
