using Xunit;

namespace Mannam.Tests.Scenarios;

/// <summary>Asserts that the services, the board and the money agree about a settled consult.</summary>
internal static class LawAgreement
{
    private static readonly string[] Charged = ["charge 150000"];
    private static readonly string[] GivenBack = ["charge 150000", "giveBack 150000"];

    /// <summary>Checks one saga.</summary>
    public static async Task CheckAsync(HttpClient http, long id)
    {
        var status = await http.StatusAsync(id);
        var payment = await http.PaymentStatusAsync(id);
        var schedule = await http.AskAsync($"GET /schedule/search/findByConsultId?consultId={id}");
        var expected = status switch
        {
            "APPROVED" => ("APPROVED", (string[])["RECEIVED", "SCHEDULING"], Charged),
            "DENIED" => ("DISABLED", ["DENIED"], GivenBack),
            "CANCELLED" when payment is not null => (payment, ["CANCELLED", "DENIED"], GivenBack),
            _ => (null, (string[])[], (string[])[]),
        };
        Assert.Equal(expected.Item1, payment);
        Assert.Equal(expected.Item3, await http.LedgerAsync($"law-{id}"));
        if (expected.Item2.Length == 0)
            Assert.Equal(404, schedule.Status);
        else
            Assert.Contains(schedule.At("scheduleStatus")!, expected.Item2);

        var history = await http.HistoryAsync(id);
        // The payment's events may arrive before ConsultMade; the consult's own events may not.
        Assert.Equal("ConsultMade", history.First(e => e.StartsWith("Consult", StringComparison.Ordinal)));
        Assert.Equal(history.Distinct(), history);
        Assert.Equal(payment is not null, history.Contains("PaymentApproved"));
        Assert.Equal(payment is "CANCELLED", history.Contains("PaymentCancelled"));
        Assert.Equal(payment is "DISABLED", history.Contains("PaymentDisabled"));
        Assert.Equal(status == "CANCELLED", history.Contains("ConsultCancelled"));
        Assert.Equal(status == "DENIED", history.Contains("ConsultDenied"));
        Assert.Equal(schedule.At("scheduleStatus") == "CANCELLED", history.Contains("ScheduleCancelled"));
        Assert.Equal(schedule.At("scheduleStatus") == "DENIED", history.Contains("ScheduleDenied"));
        Assert.Equal(schedule.At("lawerName") is not (null or ""), history.Contains("ScheduleAccepted"));
    }
}
