using Mannam.Abstractions;
using Mannam.Law.Events;
using Mannam.Law.Schedule;
using Xunit;

namespace Mannam.Tests.Unit.Law;

/// <summary>Schedule: RECEIVED → SCHEDULING; both → CANCELLED; DENIED outside of the served areas.</summary>
public sealed class ScheduleTests
{
    private static readonly string[] Areas = ["gangnam", "Hanam"];

    private static ConsultPayed Payed(string location) =>
        new()
        {
            ConsultId = 1,
            Mobile = "010",
            Location = location,
            PayType = "CARD",
            PayAmount = 5,
            PaymentId = 7,
            Status = "APPROVED",
        };

    private static T As<T>(string status, string? lawer = null, string location = "hanam")
        where T : ScheduleState, new() =>
        new()
        {
            ScheduleId = 3,
            LawerName = lawer,
            ScheduleStatus = status,
            ConsultId = 1,
            Mobile = "010",
            Location = location,
            PayAmount = 5,
        };

    private static Schedule Received()
    {
        var schedule = new Schedule(1);
        schedule.Receive(Payed("hanam"), 3, Areas);
        return schedule.Stored();
    }

    [Theory]
    [InlineData("hanam")]
    [InlineData("GangNam")]
    public void A_consult_in_a_served_area_is_received_regardless_of_letter_case(string location) =>
        Assert.Equal<IMessage>([As<ScheduleReceived>("RECEIVED", location: location)], new Schedule(1).Receive(Payed(location), 3, Areas));

    [Theory]
    [InlineData("강남")]
    [InlineData("CAFÉ")]
    public void Areas_and_names_with_equal_NFC_forms_are_equal(string text)
    {
        var decomposed = text.Normalize(System.Text.NormalizationForm.FormD);
        Assert.NotEqual(text, decomposed);
        var schedule = new Schedule(1);
        Assert.IsType<ScheduleReceived>(Assert.Single(schedule.Receive(Payed(decomposed), 3, [text])));
        Assert.Null(schedule.Stored().Accept(text).Refusal);
        Assert.Equal(Decision.NoChange, schedule.Stored().Accept(decomposed));
        Assert.Equal((text, decomposed), (schedule.LawerName, schedule.Location));
    }

    [Theory]
    [InlineData("uijeongbu")]
    [InlineData("hanam ")]
    [InlineData("hana")]
    public void A_consult_outside_the_served_areas_is_denied(string location) =>
        Assert.Equal<IMessage>([As<ScheduleDenied>("DENIED", location: location)], new Schedule(1).Receive(Payed(location), 3, Areas));

    [Fact]
    public void A_schedule_is_accepted_once_by_one_lawyer()
    {
        var schedule = Received();
        Assert.Equal<IMessage>([As<ScheduleAccepted>("SCHEDULING", "Kim")], schedule.Accept("Kim").Messages);
        Assert.Equal(Decision.NoChange, schedule.Stored().Accept("Kim"));
        Assert.Equal(new Refusal(RefusalKind.Conflict, "SCHEDULING"), schedule.Accept("Lee").Refusal);
    }

    [Fact]
    public void A_cancelled_schedule_keeps_its_lawyer_and_cannot_be_accepted()
    {
        var schedule = Received();
        schedule.Accept("Kim");
        Assert.Equal<IMessage>([As<ScheduleCancelled>("CANCELLED", "Kim")], schedule.Stored().Cancel());
        Assert.Empty(schedule.Stored().Cancel());
        Assert.Equal(new Refusal(RefusalKind.Conflict, "CANCELLED"), schedule.Accept("Kim").Refusal);
    }

    [Fact]
    public void A_denied_schedule_stays_denied()
    {
        var schedule = new Schedule(1);
        schedule.Receive(Payed("uijeongbu"), 3, Areas);
        Assert.Empty(schedule.Stored().Cancel());
        Assert.Equal(new Refusal(RefusalKind.Conflict, "DENIED"), schedule.Accept("Kim").Refusal);
    }

    [Fact]
    public void A_cancellation_that_arrives_first_prevents_the_schedule()
    {
        var schedule = new Schedule(1);
        Assert.Empty(schedule.Cancel());
        Assert.Empty(schedule.Stored().Receive(Payed("hanam"), 3, Areas));
        Assert.Null(schedule.ScheduleId);
        Assert.Equal(Decision.NotFound, schedule.Accept("Kim"));
    }
}
