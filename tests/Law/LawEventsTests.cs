using System.Text.Json.Nodes;
using Xunit;

namespace Mannam.Tests.Law;

/// <summary>Every event in the topic has all fields of its resource.</summary>
public sealed class LawEventsTests(LawMachine law, PostgresFixture postgres) : IClassFixture<LawMachine>
{
    [Fact]
    public async Task An_event_carries_its_type_its_time_and_all_fields_of_its_resource()
    {
        var id = await law.PaidAsync();
        var schedule = await law.Http.ScheduleOfAsync(id);
        await law.Http.AcceptAsync(schedule, "홍길동").Gives(200);
        await law.Http.CancelConsultAsync(id).Gives(204);
        var denied = await law.PaidAsync("uijeongbu");
        await law.Machine.SettledAsync(id);
        var payment = (await law.Http.AskAsync($"GET /consult/{id}").Gives(200)).At("paymentId");

        var told = (await EventLog.OfAsync(postgres, law, id)).ToDictionary(e => e.Type, Fields);
        string Consult(string paymentId, string status) =>
            $"consultId={id}, mobile=01012345678, location=hanam, payType=ZEROPAY, payAmount=150000, paymentId={paymentId}, status={status}";
        string Payment(string status) => $"paymentId={payment}, payType=ZEROPAY, payAmount=150000, consultId={id}, paymentStatus={status}";
        string Schedule(string lawer, string status) =>
            $"scheduleId={schedule}, lawerName={lawer}, scheduleStatus={status}, consultId={id}, mobile=01012345678, location=hanam, payAmount=150000";
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["ConsultMade"] = Consult("", "CREATED"),
                ["ConsultPayed"] = Consult(payment!, "APPROVED"),
                ["ConsultCancelled"] = Consult(payment!, "CANCELLED"),
                ["PaymentApproved"] = Payment("APPROVED"),
                ["PaymentCancelled"] = Payment("CANCELLED"),
                ["ScheduleReceived"] = Schedule("", "RECEIVED"),
                ["ScheduleAccepted"] = Schedule("홍길동", "SCHEDULING"),
                ["ScheduleCancelled"] = Schedule("홍길동", "CANCELLED"),
            },
            told
        );
        var turnedAway = (await EventLog.OfAsync(postgres, law, denied)).ToDictionary(e => e.Type, e => e.Value);
        Assert.Equal("DENIED", (string?)turnedAway["ScheduleDenied"]["scheduleStatus"]);
        Assert.Equal("DENIED", (string?)turnedAway["ConsultDenied"]["status"]);
        Assert.Equal("DISABLED", (string?)turnedAway["PaymentDisabled"]["paymentStatus"]);
    }

    private static string Fields(EventLog.Published e)
    {
        JsonObject fields = e.Value.DeepClone().AsObject();
        Assert.True(fields.Remove("timestamp"));
        Assert.True(fields.Remove("eventType"));
        return string.Join(", ", fields.Select(f => $"{f.Key}={f.Value}"));
    }
}
