using Mannam.Tests.Chassis.Http;

namespace Mannam.Tests;

/// <summary>Calls of clients and lawyers, one method each.</summary>
internal static class LawCalls
{
    /// <summary>The body of a request for a consult.</summary>
    public static object Wish(object? payAmount = null, string location = "hanam", string payType = "ZEROPAY") =>
        new
        {
            mobile = "01012345678",
            location,
            payType,
            payAmount = payAmount ?? 150000,
        };

    /// <summary>A client requests a consult. Returns its id.</summary>
    public static async Task<long> MakeAsync(this HttpClient http, string location = "hanam", string payType = "ZEROPAY") =>
        (long)(await http.AskAsync("POST /consult", Wish(location: location, payType: payType)).Gives(201)).Json["consultId"]!;

    public static Task<Answer> PayAsync(this HttpClient http, long id) => http.AskAsync($"POST /consult/{id}/payment");

    public static Task<Answer> CancelConsultAsync(this HttpClient http, long id) => http.AskAsync($"DELETE /consult/{id}");

    /// <summary>A client requests a consult and pays; waits until the saga has settled. Returns the consult's id.</summary>
    public static async Task<long> PaidAsync(this LawMachine law, string location = "hanam")
    {
        var id = await law.Http.MakeAsync(location);
        await law.Http.PayAsync(id).Gives(200);
        await law.Machine.SettledAsync(id);
        return id;
    }

    /// <summary>The id of a consult's schedule.</summary>
    public static async Task<long> ScheduleOfAsync(this HttpClient http, long id) =>
        (long)(await http.AskAsync($"GET /schedule/search/findByConsultId?consultId={id}").Gives(200)).Json["scheduleId"]!;

    public static Task<Answer> AcceptAsync(this HttpClient http, long scheduleId, string lawerName) =>
        http.AskAsync($"POST /schedule/{scheduleId}/acceptance", new { lawerName });

    /// <summary>The consult's status word.</summary>
    public static async Task<string?> StatusAsync(this HttpClient http, long id) =>
        (await http.AskAsync($"GET /consult/{id}").Gives(200)).At("status");

    /// <summary>The state of the consult's payment; null if there is none.</summary>
    public static async Task<string?> PaymentStatusAsync(this HttpClient http, long id) =>
        (string?)(await http.AskAsync($"GET /payment?consultId={id}").Gives(200)).Rows("payment").SingleOrDefault()?["paymentStatus"];

    /// <summary>The consult's events on the board, in order of arrival.</summary>
    public static async Task<string[]> HistoryAsync(this HttpClient http, long id) =>
        [.. (await http.AskAsync($"GET /board/myPage/{id}").Gives(200)).Json.AsArray().Select(l => (string)l!["event"]!)];
}
