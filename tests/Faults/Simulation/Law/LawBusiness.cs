using System.Globalization;
using System.Text.Json.Nodes;
using Mannam.Abstractions;
using Mannam.Law;
using Mannam.Testing;

namespace Mannam.Simulation.Law;

/// <summary>Law, as it is simulated: clients ask for advice, pay in either form and cancel; lawyers look and accept; served areas and pay types change.</summary>
internal sealed class LawBusiness : PaidBusiness
{
    private const string Consult = "/consult/{id}";
    private const string Payment = "/payment?consultId={id}";
    private const string Schedule = "/schedule?consultId={id}";
    private const string Board = "/board/myPage/{id}";
    private const string Areas = "Law:Schedule:Areas";
    private const string Suspended = "Law:Payment:Suspended";
    private const int MostConsults = 3;
    private static readonly string[] Lawyers = ["Kim", "Lee"];

    // Served and taken: always; now and then; never.
    private static readonly string[] Locations = ["Hanam", "bundang", "uijeongbu"];
    private static readonly string[] Served = ["hanam", "hanam,bundang"];
    private static readonly string[] PayTypes = ["CARD", "ZEROPAY"];

    // What each producer tells of a consult, in the order in which it can come about; of the last two at most one.
    private static readonly string[][] Courses =
    [
        ["ConsultMade", "ConsultPayed", "ConsultDenied", "ConsultCancelled"],
        ["PaymentApproved", "PaymentDisabled", "PaymentCancelled"],
        ["ScheduleReceived", "ScheduleAccepted", "ScheduleDenied", "ScheduleCancelled"],
    ];

    public override SystemDeclaration System => LawSystem.Declaration;

    public override IReadOnlyList<(string Service, string Sequence)> IdSequences { get; } =
    [("law.consult", "consult_ids"), ("law.payment", "payment_ids"), ("law.schedule", "schedule_ids")];

    public override IReadOnlyDictionary<string, string> Settings { get; } =
        new Dictionary<string, string>
        {
            // The circuit looks back on earlier runs.
            ["Law:Consult:PaymentCircuitCalls"] = "100000",
            [Areas] = Served[0],
            [Suspended] = "",
        };

    // From payment over consult and schedule to the lawyer is a long way.
    public override int LengthFactor => 2;

    public override IReadOnlyList<string> Resources { get; } = [Consult, Payment, Schedule, Board];

    public override UserAction Next(Random random, UserHistory history)
    {
        var made = history.Count("make");
        if (made == 0 || (made < MostConsults && random.Next(8) == 0))
            return Make(random, history, made + 1);
        if (random.Next(4) == 0 && history.Repeat(random) is { } again)
            return again with { Kind = again.Kind == "make" ? "make again" : again.Kind };
        var (saga, lawyer) = (random.Next(1, made + 1), Lawyers[random.Next(Lawyers.Length)]);
        // More often about what somebody else is about too.
        if (random.Next(2) == 0 && history.Actions.LastOrDefault(a => a.Kind is "pay" or "accept") is { } last)
            saga = last.Saga;
        var id = history.KeyOf(saga);
        // Lawyers come when somebody has paid, and more so the longer ago that was.
        var paid = history.Actions.Count(a => a.Kind == "pay" && a.Saga == saga);
        var act = random.Next(9 + 6 * paid) switch
        {
            <= 3 => history.WithKeySometimes(random, new UserAction($"the client pays #{saga}", "pay", $"POST /consult/{id}/payment")),
            4 => new UserAction($"the client pays #{saga} in the document's form", "pay", $"GET /consult/payConsult/{id}"),
            5 => new UserAction($"the client cancels #{saga}", "cancel", $"DELETE /consult/{id}"),
            6 => new UserAction($"a lawyer looks at #{saga}", "look", $"GET /schedule/search/findByConsultId?consultId={id}"),
            7 => Set(Areas, Served[random.Next(Served.Length)]),
            8 => Set(Suspended, random.Next(2) == 0 ? PayTypes[1] : ""),
            9 => new UserAction($"{lawyer} accepts #{saga}", "accept", $"GET /schedule/scheduleAccept/{{scheduleId}}/{lawyer}"),
            _ => history.WithKeySometimes(
                random,
                new UserAction($"{lawyer} accepts #{saga}", "accept", "POST /schedule/{scheduleId}/acceptance", new { lawerName = lawyer })
            ),
        };
        return act with
        {
            Saga = act.ChangedSettings is null ? saga : 0,
            Who = lawyer,
            Lookup = act.Kind == "accept" ? Schedule.Replace("{id}", $"{id}", StringComparison.Ordinal) : null,
        };
    }

    // Each consult has a fee of its own, by which it is recognised.
    private static UserAction Make(Random random, UserHistory history, int number)
    {
        var payAmount = random.Next(5) == 0 ? 90_000 + number : 1_000 + number;
        var wish = new
        {
            mobile = "01012345678",
            location = Locations[Math.Max(0, random.Next(-1, Locations.Length))],
            payType = PayTypes[random.Next(PayTypes.Length)],
            payAmount,
        };
        var text = $"a client of {wish.location} asks for advice at {payAmount} by {wish.payType}";
        return history.WithKeySometimes(random, new UserAction(text, "make", "POST /consult", wish));
    }

    private static UserAction Set(string setting, string value) =>
        new($"{setting} becomes '{value}'", "set", "") { ChangedSettings = new Dictionary<string, string> { [setting] = value } };

    protected override IReadOnlySet<string> OnlyWhenCharged { get; } = new HashSet<string> { "accept", "look" };

    protected override bool IsPaid(Saga saga) => saga.At(Consult, "status") == "APPROVED";

    protected override IEnumerable<Violation> CheckSaga(Saga saga)
    {
        var (consult, paid, payment) = (saga.At(Consult, "status"), saga.At(Consult, "paymentId"), saga.At(Payment, "paymentStatus"));
        var (schedule, lawyer) = (saga.At(Schedule, "scheduleStatus"), saga.At(Schedule, "lawerName"));
        var told = saga.Events.Select(e => e.Name).ToList();
        // All services agree on one of the final states. Of a denial and a cancellation payment takes the one that is first.
        var denied = told.IndexOf("ScheduleDenied") is >= 0 and var at && at < told.IndexOf("ConsultCancelled");
        (string? Payment, string? Schedule)? expected = consult switch
        {
            "CREATED" => (null, null),
            "APPROVED" => ("APPROVED", lawyer is null ? "RECEIVED" : "SCHEDULING"),
            "DENIED" => ("DISABLED", "DENIED"),
            "CANCELLED" => (
                told.Contains("PaymentApproved") ? (denied ? "DISABLED" : "CANCELLED") : null,
                paid is null ? null : (told.Contains("ScheduleDenied") ? "DENIED" : "CANCELLED")
            ),
            _ => null,
        };
        if (expected is null)
            yield return new("a final state", $"the consult is '{consult}'");
        else if ((payment, schedule) != expected)
            yield return new("all services agree", $"{consult}: expected {expected}, found {(payment, schedule)}");
        if (paid is not null && paid != saga.At(Payment, "paymentId"))
            yield return new("all services agree", $"the consult was paid by {paid}, the payment is {saga.At(Payment, "paymentId")}");
        foreach (var difference in saga.Differences(Consult, "mobile", "location", "payType", "payAmount"))
            yield return difference;

        // What happened was told, each once and in an order in which it can come about.
        string?[] happened =
        [
            "ConsultMade",
            paid is null ? null : "ConsultPayed",
            consult is "CANCELLED" ? "ConsultCancelled" : null,
            consult is "DENIED" ? "ConsultDenied" : null,
            payment is null ? null : "PaymentApproved",
            payment is "CANCELLED" ? "PaymentCancelled" : null,
            payment is "DISABLED" ? "PaymentDisabled" : null,
            schedule is null or "DENIED" ? null : "ScheduleReceived",
            schedule is "DENIED" ? "ScheduleDenied" : null,
            schedule is "CANCELLED" ? "ScheduleCancelled" : null,
            lawyer is null ? null : "ScheduleAccepted",
        ];
        if (!told.Order().SequenceEqual(happened.OfType<string>().Order()))
            yield return new("each event once", string.Join(", ", told));
        foreach (var course in Courses.Where(c => !told.Where(c.Contains).SequenceEqual(c.Where(told.Contains))))
            yield return new("in an order that makes sense", string.Join(", ", told.Where(course.Contains)));
        var location = saga.At(Consult, "location");
        if (told.Contains("ScheduleDenied") ? location == Locations[0] : told.Contains("ScheduleReceived") && location == Locations[2])
            yield return new("only who is not served is denied", $"{location}: {schedule}");

        // The board holds each event's line once, in the order of the log.
        var lines = saga.Resources[Board]?.AsArray() ?? [];
        if (lines.Count != saga.Events.Count || !lines.Zip(saga.Events).All(l => IsLineOf(l.First!, l.Second)))
            yield return new("views are what the log says", $"the board: {string.Join(", ", lines.Select(l => $"{l!["event"]}"))}");
        foreach (var answer in saga.Answers.Where(t => !IsTrue(saga, t)))
            yield return new("answers are true", $"{answer.Action.Text}: {answer.Status} {answer.Body?["detail"]}");
    }

    private static bool IsLineOf(JsonNode line, PublishedEvent e) =>
        $"{line["event"]}" == e.Name && $"{line["extraIdValue"]}" == $"{e.Fields[$"{line["extraIdName"]}"]}";

    // What somebody was told is true.
    private static bool IsTrue(Saga saga, UserAnswer told)
    {
        var amount = long.Parse(saga.At(Consult, "payAmount") ?? "0", CultureInfo.InvariantCulture);
        var (status, detail) = (saga.At(Consult, "status"), $"{told.Body?["detail"]}");
        return (told.Action.Kind, told.Status) switch
        {
            (_, 0) => true,
            ("make" or "make again", 201) => status is not null,
            ("pay", 200) => saga.Count("ConsultPayed") == 1 && $"{told.Body!["paymentId"]}" == saga.At(Consult, "paymentId"),
            ("pay", 402) => amount > 50_000 ? saga.OutsideRecords.Count == 0 : saga.At(Consult, "payType") == PayTypes[1],
            ("pay", 503) => true,
            ("pay" or "cancel", 409) when detail is "CANCELLED" or "DENIED" => detail == status,
            ("accept", 200) => saga.At(Schedule, "lawerName") == told.Action.Who,
            ("accept", 409) when detail == "SCHEDULING" => saga.At(Schedule, "lawerName") is { } lawyer && lawyer != told.Action.Who,
            ("accept", 409) when detail is "CANCELLED" or "DENIED" => detail == saga.At(Schedule, "scheduleStatus"),
            ("look", 200) => saga.Count("ConsultPayed") == 1,
            ("cancel", 204) => status == "CANCELLED",
            ("pay" or "look" or "cancel", 404) => true,
            (_, 409) => told.Action.Key is not null,
            _ => false,
        };
    }

    // A consult that is made again with its key comes about once.
    public override IEnumerable<Violation> Check(IReadOnlyList<Saga> sagas, IReadOnlyList<UserAnswer> told) =>
        sagas
            .GroupBy(s => s.At(Consult, "payAmount"))
            .Where(fee => fee.Count() > 1)
            .Select(fee => new Violation("a key makes one request", $"{fee.Count()} consults at {fee.Key}"));
}
