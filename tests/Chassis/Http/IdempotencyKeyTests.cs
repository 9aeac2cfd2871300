using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

/// <summary>The chapter "Safe to repeat", sentence by sentence, on a service of Taxi.</summary>
public sealed class IdempotencyKeyTests(TaxiMachine taxi) : IClassFixture<TaxiMachine>
{
    private readonly string key = Keyed.NewKey();

    private HttpClient Http => taxi.Http;

    private Task<Answer> RequestAsync(object? body = null) => Http.KeyedAsync("POST /catches", key, body ?? TaxiCalls.Order());

    [Fact]
    public async Task The_same_key_and_body_get_the_first_answer_even_after_a_cancellation()
    {
        var before = await Http.CountAsync("/catches");
        var first = await RequestAsync().Gives(201);
        var id = first.Recorded();
        await taxi.Machine.SettledAsync(id);
        (await RequestAsync()).IsAgain(first);
        await Http.CancelAsync(id).Gives(200);
        await taxi.Machine.SettledAsync(id);
        (await RequestAsync()).IsAgain(first);
        Assert.Equal(before + 1, await Http.CountAsync("/catches"));
        Assert.Equal(["charge 250000", "giveBack 250000"], await Http.LedgerAsync($"taxi-{id}"));
    }

    [Fact]
    public async Task A_keyed_POST_gets_its_first_answer_even_after_the_driver_gave_up()
    {
        var id = await taxi.OfferAsync();
        var body = new { matchId = id, driver = "Kim" };
        var first = await Http.KeyedAsync("POST /pickUps", key, body).Gives(201);
        (await Http.KeyedAsync("POST /pickUps", key, body)).IsAgain(first);
        await Http.GiveUpAsync(id, "Kim").Gives(204);
        (await Http.KeyedAsync("POST /pickUps", key, body)).IsAgain(first);
        await Http.AskAsync($"GET /pickUps/{id}").Gives(404);
    }

    [Fact]
    public async Task A_200_for_a_pick_up_already_held_is_remembered_too()
    {
        var id = await taxi.OfferAsync();
        await Http.TakeAsync(id, "Kim").Gives(201);
        var body = new { matchId = id, driver = "Kim" };
        var first = await Http.KeyedAsync("POST /pickUps", key, body).Gives(200);
        await Http.GiveUpAsync(id, "Kim").Gives(204);
        (await Http.KeyedAsync("POST /pickUps", key, body)).IsAgain(first);
    }

    [Fact]
    public async Task Internal_calls_honour_idempotency_keys_too()
    {
        using var inside = taxi.Inside("taxi.payment");
        var body = """{"matchId": 900001, "price": 100, "customer": "Peter", "startingPoint": "Busan", "destination": "Seoul"}""";
        var first = await inside.KeyedAsync("POST /payments", key, body).Gives(201);
        (await inside.KeyedAsync("POST /payments", key, body)).IsAgain(first);
        await inside.KeyedAsync("POST /payments", key, body + " ").Refuses(422);
        Assert.Equal(["charge 100"], await Http.LedgerAsync("taxi-900001"));
    }

    [Fact]
    public async Task An_idempotency_key_with_a_body_different_in_one_byte_is_422()
    {
        var body = """{"price": 1000, "startingPoint": "Busan", "destination": "Seoul", "customer": "Peter"}""";
        var first = await RequestAsync(body).Gives(201);
        await RequestAsync(body + " ").Refuses(422);
        await RequestAsync("{not even JSON").Refuses(422);
        (await RequestAsync(body)).IsAgain(first);
    }

    [Fact]
    public async Task An_idempotency_key_in_use_is_409_and_422_with_another_body()
    {
        await using var slow = await Http.ProviderAsync(new { delay = HeldTime.Held });
        var first = RequestAsync();
        var charge = await taxi.Time.NextAsync();
        Assert.NotNull((await RequestAsync().Refuses(409)).Header("Retry-After"));
        await RequestAsync(TaxiCalls.Order(5)).Refuses(422);
        charge.Elapse();
        var answer = await first.Gives(201);
        (await RequestAsync()).IsAgain(answer);
    }

    [Fact]
    public async Task An_idempotency_key_is_valid_for_one_path_only()
    {
        var id = await taxi.OfferAsync();
        await RequestAsync().Gives(201);
        await Http.KeyedAsync("POST /pickUps", key, new { matchId = id, driver = "Kim" }).Gives(201);
    }

    [Fact]
    public async Task A_refusal_before_anything_was_recorded_is_not_remembered()
    {
        await RequestAsync("{}").Gives(400);
        using (var text = new StringContent("price=1", Encoding.UTF8, "text/plain"))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/catches") { Content = text };
            request.Headers.Add("Idempotency-Key", key);
            using var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(415, (int)answer.StatusCode);
        }
        await RequestAsync().Gives(201);

        var other = Keyed.NewKey();
        await Http.KeyedAsync("POST /pickUps", other, new { matchId = 999999, driver = "Kim" }).Refuses(404);
        var id = await taxi.OfferAsync();
        await Http.KeyedAsync("POST /pickUps", other, new { matchId = id, driver = "Kim" }).Gives(201);
    }

    [Fact]
    public async Task A_decline_that_recorded_a_request_is_remembered()
    {
        Answer first;
        await using (await Http.ProviderAsync(new { declineAbove = 1000 }))
            first = await RequestAsync().Gives(402);
        Assert.NotNull(first.Header("Location"));
        (await RequestAsync()).IsAgain(first);
        Assert.Empty(await Http.LedgerAsync($"taxi-{first.Recorded()}"));
    }

    [Fact]
    public async Task An_idempotency_key_whose_request_ended_in_503_can_be_used_again()
    {
        await taxi.Machine.StopAsync("taxi.payment");
        var first = await RequestAsync().Gives(503);
        await taxi.StartAsync("taxi.payment");
        var second = await RequestAsync().Gives(201);
        Assert.NotEqual(first.Recorded(), second.Recorded());
        await taxi.Machine.SettledAsync(first.Recorded());
        Assert.Empty(await Http.LedgerAsync($"taxi-{first.Recorded()}"));
        Assert.Equal(["charge 250000"], await Http.LedgerAsync($"taxi-{second.Recorded()}"));
        (await RequestAsync()).IsAgain(second);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("열쇠")]
    [InlineData(256)]
    public async Task A_malformed_idempotency_key_is_400(object malformed)
    {
        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var http = new HttpClient(handler) { BaseAddress = Http.BaseAddress };
        var text = malformed as string ?? new string('k', (int)malformed);
        await http.KeyedAsync("POST /catches", text, TaxiCalls.Order()).Refuses(400, "Idempotency-Key");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    public async Task Idempotency_keys_of_1_and_255_characters_are_accepted(int length)
    {
        var first = await Http.KeyedAsync("POST /catches", new string('~', length), TaxiCalls.Order()).Gives(201);
        (await Http.KeyedAsync("POST /catches", new string('~', length), TaxiCalls.Order())).IsAgain(first);
    }

    [Fact]
    public async Task An_idempotency_key_given_twice_is_400()
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", Http.BaseAddress!.Port, TestContext.Current.CancellationToken);
        var body = """{"price": 1000, "startingPoint": "Busan", "destination": "Seoul", "customer": "Peter"}""";
        var request =
            $"POST /catches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n"
            + $"Idempotency-Key: {key}\r\nIdempotency-Key: {key}\r\nConnection: close\r\n\r\n{body}";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var answer = new StreamReader(client.GetStream());
        Assert.StartsWith("HTTP/1.1 400 ", await answer.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
