using System.ComponentModel.DataAnnotations;
using Mannam.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

/// <summary>The declarations of a request record. Formats of texts and numbers: <see cref="FieldsTests"/>.</summary>
public sealed class BoundRequestTests : IAsyncLifetime
{
    private TestApp _app = null!;

    public async ValueTask InitializeAsync() =>
        _app = await TestApp.StartAsync(app =>
        {
            app.MapPost("/orders", Order);
            app.MapPost("/orders/{name}", TestApp.Echo<Named>(named => named.Customer ?? "nobody"));
            app.MapDelete("/orders", TestApp.Echo<GiveUp>(given => given.Driver));
            app.MapPatch(
                "/orders",
                (BoundRequest<Limits> limits) => limits.Problem ?? Results.Text($"{limits.Has("limit")} {limits.Fields}")
            );
            app.MapPost("/mails", TestApp.Echo<Mail>(mail => mail.To));
        });

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static IResult Order(BoundRequest<NewOrder> request)
    {
        // A rule that depends on data outside of the request.
        if (request.Fields.Amount != 5)
            request.Reject("amount", "amount must be today's.");
        return request.Problem ?? Results.Text($"{request.Fields}");
    }

    [Fact]
    public async Task A_handler_receives_the_request_as_a_record()
    {
        var answer = await PostAsync("/orders", """{"name":"김","amount":"5","kind":"small","unknown":[]}""");

        Assert.Equal((200, "NewOrder { Name = 김, Amount = 5, Kind = small, Count =  }"), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task All_errors_come_in_one_answer_including_those_the_handler_finds()
    {
        var answer = await PostAsync("/orders", """{"amount":7,"kind":"huge","count":11}""");

        Assert.Equal(400, answer.Status);
        Assert.Equal("name is required.", answer.At("errors/name"));
        Assert.Equal("amount must be today's.", answer.At("errors/amount"));
        Assert.Equal("kind must be one of small, large.", answer.At("errors/kind"));
        Assert.Equal("count must be a whole number from 1 to 10.", answer.At("errors/count"));
    }

    [Fact]
    public async Task The_first_error_of_a_field_is_the_one_reported()
    {
        var answer = await PostAsync("/orders", """{"name":"a","amount":"x"}""");

        Assert.Equal("amount must be a whole number from 1.", answer.At("errors/amount"));
    }

    [Theory]
    [InlineData("/orders/%EA%B9%80", 200)]
    [InlineData("/orders/%20", 400)]
    [InlineData("/orders/a%00", 400)]
    public async Task A_text_in_the_path_follows_the_rules_of_texts(string path, int status) =>
        Assert.Equal(status, (await PostAsync(path, "{}")).Status);

    [Theory]
    [InlineData("/orders?driver=a", null, 200)]
    [InlineData("/orders?driver=a&driver=", null, 400)]
    [InlineData("/orders", """{"driver":"a"}""", 400)]
    public async Task A_field_of_the_query_is_not_taken_from_the_body(string path, string? body, int status) =>
        Assert.Equal(status, (await _app.SendAsync("DELETE", path, body)).Status);

    [Theory]
    [InlineData("""{"customer":"a","custmoer":5}""", "a")]
    [InlineData("""{"custmoer":"b"}""", "b")]
    [InlineData("""{"customer":null,"custmoer":"b"}""", "nobody")]
    public async Task A_second_name_of_a_field_counts_if_the_first_was_not_sent(string body, string expected) =>
        Assert.Equal(expected, (await PostAsync("/orders/a", body)).Body);

    [Theory]
    [InlineData("{}", "False Limits { Limit =  }")]
    [InlineData("""{"limit":null}""", "True Limits { Limit =  }")]
    [InlineData("""{"limit":3}""", "True Limits { Limit = 3 }")]
    public async Task A_removable_field_is_removed_by_null_in_a_patch(string body, string expected) =>
        Assert.Equal(expected, (await _app.SendAsync("PATCH", "/orders", body)).Body);

    [Theory]
    [InlineData("kim@example.com", 200)]
    [InlineData("kim", 400)]
    public async Task Other_validation_attributes_apply_too(string to, int status) =>
        Assert.Equal(status, (await PostAsync("/mails", $$"""{"to":"{{to}}"}""")).Status);

    [Fact]
    public async Task OpenAPI_shows_what_the_record_declares()
    {
        var paths = (await _app.SendAsync("GET", "/openapi/v1.json")).Json["paths"]!;

        var order = paths["/orders"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!;
        Assert.Equal(["name", "amount"], order["required"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(["integer", "string"], order["properties"]!["amount"]!["type"]!.AsArray().Select(type => (string)type!).Order());
        Assert.Equal("1", order["properties"]!["count"]!["minimum"]!.ToString());
        Assert.Equal(["small", "large", null], order["properties"]!["kind"]!["enum"]!.AsArray().Select(word => (string?)word));
        Assert.Equal("driver", (string)paths["/orders"]!["delete"]!["parameters"]![0]!["name"]!);
        Assert.Null(paths["/orders"]!["delete"]!["requestBody"]);
        Assert.Equal(
            ["customer"],
            paths["/orders/{name}"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["properties"]!
                .AsObject()
                .Select(p => p.Key)
        );
    }

    private Task<Answer> PostAsync(string path, string body) => _app.SendAsync("POST", path, body);

    private sealed record NewOrder(
        string Name,
        [Id] long Amount,
        [AllowedValues("small", "large")] string? Kind,
        [Range(1, 10)] long? Count
    );

    private sealed record Named([FromRoute] string Name, [AlsoNamed("custmoer")] string? Customer);

    private sealed record GiveUp([FromQuery] string Driver);

    private sealed record Limits([Removable, Range(0, 9)] long? Limit);

    private sealed record Mail([EmailAddress] string To);
}
