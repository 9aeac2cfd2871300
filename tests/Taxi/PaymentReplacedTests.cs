using System.Globalization;
using Mannam.Tests.Scenarios;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Taxi;

/// <summary>A server in payment's place gives unusable answers: the outcome is unknown, neither approved nor declined.</summary>
public sealed class PaymentReplacedTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>, IAsyncLifetime
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(610);
    private PeerServer payment = null!;

    private HttpClient Http => taxi.Http;

    public async ValueTask InitializeAsync()
    {
        payment = await PeerServer.StartAsync();
        await StartAsync();
    }

    private Task StartAsync(int join = 100) =>
        taxi.StartAsync(
            ("Taxi:Catch:PaymentTimeout", "610"),
            ("Taxi:Catch:PaymentJoin", $"{join}"),
            ("Taxi:Catch:PaymentCircuitCalls", "100000"),
            ("Taxi:Catch:PaymentUrl", payment.Address)
        );

    public ValueTask DisposeAsync() => payment.DisposeAsync();

    private static readonly Dictionary<string, Func<HttpContext, Task>> NoAnswers = new()
    {
        ["a page"] = http => Write(http, 200, "<html>It works!</html>", "text/html"),
        ["nothing"] = http => Write(http, 201, "", "application/json"),
        ["null"] = http => Write(http, 201, "null"),
        ["a number"] = http => Write(http, 201, "42"),
        ["half"] = http => Write(http, 201, """{"matchId": 1, "paymentAct"""),
        ["no payment"] = http => Write(http, 201, "{}"),
        ["another request's approval"] = http => Write(http, 201, """{"matchId": 999999, "price": 250000, "paymentAction": "Approved"}"""),
        ["a cancelled payment"] = http => Approve(http, price: 250000, action: "Cancel"),
        ["another price"] = http => Approve(http, price: 25),
        ["an unknown charset"] = http => Write(http, 201, "{}", "application/json; charset=klingon"),
        ["a redirect to an approval"] = http =>
        {
            if (http.Request.Path == "/elsewhere")
                return Approve(http, price: 250000);
            http.Response.Headers.Location = "/elsewhere";
            return Write(http, 307, "");
        },
        ["a page that tells of a decline"] = http => Write(http, 402, "<html>Pay!</html>", "text/html"),
        ["400"] = http => Write(http, 400, "{}"),
        ["404"] = http => Write(http, 404, "{}"),
        ["409"] = http => Write(http, 409, "{}"),
        ["500"] = http => Write(http, 500, "{}"),
        ["503"] = http => Write(http, 503, "{}"),
        ["a closed connection"] = http =>
        {
            http.Abort();
            return Task.CompletedTask;
        },
        ["silence"] = http => Task.Delay(System.Threading.Timeout.Infinite, http.RequestAborted),
        ["headers, then silence"] = async http =>
        {
            await http.Response.StartAsync();
            await Task.Delay(System.Threading.Timeout.Infinite, http.RequestAborted);
        },
        ["words without an end"] = async http =>
        {
            while (!http.RequestAborted.IsCancellationRequested)
                await http.Response.Body.WriteAsync(new byte[10_000], http.RequestAborted);
        },
    };

    public static TheoryData<string> Kinds => [.. NoAnswers.Keys];

    private static async Task Write(HttpContext http, int status, string body, string type = "application/json")
    {
        (http.Response.StatusCode, http.Response.ContentType) = (status, type);
        await http.Response.WriteAsync(body);
    }

    private static async Task Approve(HttpContext http, long price, string action = "Approved")
    {
        var asked = (await System.Text.Json.Nodes.JsonNode.ParseAsync(http.Request.Body))!;
        (asked["price"], asked["paymentAction"]) = (price, action);
        await Write(http, 201, asked.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_unusable_payment_answer_is_unknown_and_the_request_ends_cancelled(string kind)
    {
        payment.Answers = NoAnswers[kind];
        var (answer, took) = await BareTimer.BesideAsync(() => Http.AskAsync("POST /catches", TaxiCalls.Order()).Refuses(503), Timeout);
        Assert.InRange(int.Parse(answer.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 5);
        // A single measurement on a busy machine; other tests measure the timeout exactly.
        Assert.True(took < Timeout * 2, $"it took {took}");
        var id = answer.Recorded();
        Assert.Equal("Cancel", (await Http.AskAsync($"GET /catches/{id}").Gives(200)).At("status"));
        await taxi.Machine.SettledAsync(id);
        // The real payment service knows that this request must never be paid.
        Assert.Empty(await Http.LedgerAsync($"taxi-{id}"));
        await TaxiAgreement.CheckAsync(Http, id);
    }

    [Fact]
    public async Task An_approval_that_matches_the_request_is_accepted()
    {
        payment.Answers = http => Approve(http, price: 250000);
        await Http.OrderAsync();
        Assert.Equal(1, payment.Asked);
    }

    [Fact]
    public async Task A_payment_call_that_times_out_is_repeated_once_with_the_same_body()
    {
        // Long enough for a busy machine.
        await StartAsync(join: 3000);
        var asked = new List<string>();
        payment.Answers = async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            asked.Add(await body.ReadToEndAsync());
            await Task.Delay(System.Threading.Timeout.Infinite, http.RequestAborted);
        };
        await Http.AskAsync("POST /catches", TaxiCalls.Order()).Refuses(503);
        Assert.Equal(2, asked.Count);
        Assert.Equal(asked[0], asked[1]);
        payment.Answers = NoAnswers["500"];
        await Http.AskAsync("POST /catches", TaxiCalls.Order()).Refuses(503);
        Assert.Equal(3, payment.Asked);
    }
}
