using Mannam.Tests.Chassis.Http;

namespace Mannam.Tests;

/// <summary>Calls of riders, drivers and operators, one method each.</summary>
internal static class TaxiCalls
{
    /// <summary>The body of a rider's request.</summary>
    public static object Order(object? price = null, string customer = "Peter") =>
        new
        {
            price = price ?? 250000,
            startingPoint = "Busan",
            destination = "Seoul",
            customer,
        };

    /// <summary>A rider requests a taxi and pays. Returns the request's id.</summary>
    public static async Task<long> OrderAsync(this HttpClient http, long price = 250000, string customer = "Peter") =>
        (long)(await http.AskAsync("POST /catches", Order(price, customer)).Gives(201)).Json["id"]!;

    /// <summary>A rider requests a taxi; waits until drivers see it.</summary>
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
