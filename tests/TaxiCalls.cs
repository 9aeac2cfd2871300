using Mannam.Tests.Chassis.Http;

namespace Mannam.Tests;

/// <summary>What riders, drivers and operators do, in one line each.</summary>
internal static class TaxiCalls
{
    /// <summary>A request as riders send it.</summary>
    public static object Order(object? price = null, string customer = "Peter") =>
        new
        {
            price = price ?? 250000,
            startingPoint = "Busan",
            destination = "Seoul",
            customer,
        };

    /// <summary>A rider requests a taxi, and it is paid. Returns its id.</summary>
    public static async Task<long> OrderAsync(this HttpClient http, long price = 250000, string customer = "Peter") =>
        (long)(await http.AskAsync("POST /catches", Order(price, customer)).Gives(201)).Json["id"]!;

    /// <summary>A rider requests a taxi that drivers see at once.</summary>
    public static async Task<long> OfferAsync(this TaxiMachine taxi, long price = 250000, string customer = "Peter")
    {
        var id = await taxi.Http.OrderAsync(price, customer);
        await taxi.Machine.SettledAsync(id);
        return id;
    }

    public static Task<Answer> TakeAsync(this HttpClient http, long id, string driver) =>
        http.AskAsync("POST /pickUps", new { matchId = id, driver });

    public static Task<Answer> GiveUpAsync(this HttpClient http, long id, string driver) =>
        http.AskAsync($"DELETE /pickUps/{id}?driver={driver}");

    public static Task<Answer> CancelAsync(this HttpClient http, long id) =>
        http.AskAsync($"PATCH /catches/{id}", new { status = "Cancel" });
}
