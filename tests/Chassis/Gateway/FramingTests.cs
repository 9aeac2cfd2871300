using Mannam.Gateway;
using Mannam.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.Gateway;

/// <summary>If the end of a body is uncertain, nothing more is read from its connection. The tests send raw bytes to a front door and a gateway.</summary>
public sealed class FramingTests : IAsyncLifetime
{
    private const string Body = "{\"a\":\"bcd\"}";
    private const string Next = "GET /catches/next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    private House _house = null!;
    private EdgeApp _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _house = await House.OpenAsync(catches: app =>
            app.MapPost(
                "/catches/read",
                async (HttpContext http) => await RequestBody.ReadAsync(http) is { Problem: { } refused } ? (IResult)refused : Results.Ok()
            )
        );
        _gateway = await EdgeApp.StartGatewayAsync(
            new RemoteSystem("taxi", "Taxi", [new RemoteService("catch", ["catches"], [_house.Door.Address])])
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _house.DisposeAsync();
    }

    // "b" is the length of the body, 11, in hexadecimal.
    [Theory]
    [InlineData("ffffffffffffffff")]
    [InlineData("80000000")]
    [InlineData("fffffffffffffffffffffffffffffffffffffff0b")]
    [InlineData("00000000000000000b")]
    [InlineData("-1")]
    [InlineData("+b")]
    [InlineData("")]
    [InlineData(" b")]
    [InlineData("b ")]
    [InlineData("0xb")]
    [InlineData("1g")]
    [InlineData("b\t;x")]
    [InlineData(";x")]
    [InlineData("b;x=\"a\r\nb\"")]
    [InlineData("b;x\n")]
    public async Task A_malformed_chunk_size_is_400_and_ends_the_connection(string size) =>
        await RefusedAsync("Transfer-Encoding: chunked", $"{size}\r\n{Body}\r\n0\r\n\r\n");

    [Theory]
    [InlineData("b\n" + Body + "\n0\n\n")]
    [InlineData("b\r\n" + Body + "0\r\n\r\n")]
    [InlineData("b\r\n" + Body + "XX0\r\n\r\n")]
    [InlineData("b\r\n" + Body + "\r\n0\r\nno colon\r\n\r\n")]
    [InlineData("b\r\n" + Body + "\r\n0\r\n folded: x\r\n\r\n")]
    [InlineData("b\r\n" + Body + "\r\n0\r\nX\0: y\r\n\r\n")]
    [InlineData("b\r\n" + Body + "\r\n0\r\nX : y\r\n\r\n")]
    public async Task Malformed_chunks_and_trailers_are_400_and_end_the_connection(string chunks) =>
        await RefusedAsync("Transfer-Encoding: chunked", chunks);

    [Theory]
    [InlineData("Transfer-Encoding: gzip, chunked")]
    [InlineData("Transfer-Encoding: identity, chunked")]
    [InlineData("Transfer-Encoding: chunked, chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: chunked, identity")]
    [InlineData("Transfer-Encoding: xchunked")]
    [InlineData("Transfer-Encoding: chunked;q=1")]
    [InlineData("Transfer-Encoding: \"chunked\"")]
    [InlineData("Transfer-Encoding: \vchunked")]
    [InlineData("Transfer-Encoding : chunked")]
    [InlineData("X: y\r\n Transfer-Encoding: chunked")]
    [InlineData("X: y\rTransfer-Encoding: chunked")]
    [InlineData("Content-Length: 11\r\nContent-Length: 11")]
    [InlineData("Content-Length: 11\r\nContent-Length: 5")]
    [InlineData("Content-Length: 11, 11")]
    [InlineData("Content-Length: 0x0b")]
    [InlineData("Content-Length: 1 1")]
    [InlineData("Content-Length:")]
    [InlineData("Content-Length: -1")]
    public async Task An_ambiguous_framing_is_400_and_ends_the_connection(string framing) =>
        await RefusedAsync(framing, $"b\r\n{Body}\r\n0\r\n\r\n");

    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 11")]
    public async Task A_request_with_both_length_headers_is_the_last_of_its_connection(string framing)
    {
        foreach (var door in Doors)
        {
            var answer = await Network.RawAsync(door, Request(framing) + $"b\r\n{Body}\r\n0\r\n\r\n" + Next);
            Assert.Single(Statuses(answer));
            Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Chunks_in_HTTP_1_0_are_400_and_end_the_connection()
    {
        foreach (var door in Doors)
        {
            var head = Request("Transfer-Encoding: chunked\r\nConnection: keep-alive")
                .Replace("HTTP/1.1", "HTTP/1.0", StringComparison.Ordinal);
            AssertRefused(await Network.RawAsync(door, head + $"b\r\n{Body}\r\n0\r\n\r\n" + Next));
        }
    }

    [Theory]
    [InlineData("b\r\n" + Body + "\r\n0\r\n\r\n")]
    [InlineData("B;name=value\r\n" + Body + "\r\n0\r\nX: y\r\n\r\n")]
    [InlineData("5\r\n{\"a\":\r\n00006\r\n\"bcd\"}\r\n0\r\nContent-Length: 99\r\nHost: elsewhere\r\n\r\n")]
    public async Task A_valid_chunked_body_is_read_and_so_is_the_next_request(string chunks)
    {
        foreach (var door in Doors)
        {
            var answer = await Network.RawAsync(door, Request("Transfer-Encoding: chunked") + chunks + Next);
            Assert.Equal(["200", "200"], Statuses(answer));
        }
    }

    [Theory]
    [InlineData("GET /catches/1")]
    [InlineData("POST /nothing")]
    public async Task An_unread_body_is_never_parsed_as_the_next_request(string call)
    {
        foreach (var door in Doors)
        {
            var head = $"{call} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
            Assert.Single(Statuses(await Network.RawAsync(door, $"{head}ffffffffffffffff\r\n{Body}\r\n0\r\n\r\n{Next}")));
        }
    }

    // A refused client may send its body or not. So the server cannot know whether the next bytes are a body or a request.
    [Theory]
    [InlineData("POST /catches/read", "Content-Type: application/json\r\nContent-Length: 99999999", 413)]
    [InlineData("POST /catches/read", "Content-Type: text/plain\r\nContent-Length: 5000", 415)]
    [InlineData("POST /catches/read", "Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 5000", 415)]
    [InlineData("POST /nothing", "Content-Length: 5000", 404)]
    public async Task A_refused_Expect_100_continue_ends_the_connection(string call, string headers, int status)
    {
        foreach (var door in Doors)
        {
            var request = $"{call} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n{headers}\r\n\r\n";
            // The web server waits up to 5 s for the body and closes the connection then.
            var answer = await Network.RawAsync(door, request, until: "}");
            Assert.Equal([$"{status}"], Statuses(answer));
            Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        }
    }

    private Uri[] Doors => [_house.Door.Address, _gateway.Address];

    private static string Request(string framing) =>
        $"POST /catches/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{framing}\r\n\r\n";

    private async Task RefusedAsync(string framing, string body)
    {
        foreach (var door in Doors)
        {
            AssertRefused(await Network.RawAsync(door, Request(framing) + body + Next));
        }
    }

    private static void AssertRefused(string answer)
    {
        Assert.Equal(["400"], Statuses(answer));
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
    }

    private static string[] Statuses(string answer) =>
        [.. answer.Split("HTTP/1.1 ").Skip(1).Select(a => a[..3]).Where(status => status != "100")];
}
