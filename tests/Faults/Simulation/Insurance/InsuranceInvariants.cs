using Mannam.Testing;

namespace Mannam.Simulation.Insurance;

/// <summary>What must hold of an application once all is settled.</summary>
internal static class InsuranceInvariants
{
    public const string Subscription = "/subscriptions/{id}";
    public const string Payment = "/payments?subscriptionId={id}";
    public const string Underwriting = "/underwritings?subscriptionId={id}";
    public const string View = "/subscriptionViews/{id}";
    public const string DocumentsView = "/subsciptionViews/{id}";

    private static readonly string[] Ends = ["contracted", "confirmRefuse", "confirmCancel"];

    public static IEnumerable<Violation> Check(Saga saga) =>
        [
            .. CheckState(saga),
            .. CheckHistory(saga),
            .. CheckViews(saga),
            .. saga
                .Answers.Where(t => !IsTrue(saga, t))
                .Select(t => new Violation("answers are true", $"{t.Action.Text}: {t.Status} {t.Body}")),
        ];

    private static string? StatusOf(Saga saga) => saga.At(Subscription, "subscriptionStatus");

    private static bool CameAbout(Saga saga) => saga.Count("SubscriptionCreated") > 0;

    // Of a cancellation and an assignment one has won, in all three services.
    private static IEnumerable<Violation> CheckState(Saga saga)
    {
        var (status, payment) = (StatusOf(saga), saga.At(Payment, "paymentStatus"));
        (string? Payment, string? Underwriting)? expected = (status, CameAbout(saga)) switch
        {
            ("confirmUnderwriterId", true) => ("approvePayment", "underwriterAssigned"),
            ("contracted", true) => ("approvePayment", "approveSubscription"),
            ("confirmRefuse", true) => ("cancelPayment_refused", "refuseSubscription"),
            ("confirmCancel", true) => ("cancelPayment", saga.Count("UnderwriterAssigned") > 0 ? "withdrawn" : null),
            // It was not paid, or too late.
            ("confirmCancel", false) => (payment is null ? null : "cancelPayment", null),
            _ => null,
        };
        var found = (payment, saga.At(Underwriting, "underwritingStatus"));
        if (expected is null)
            yield return new("a final state", $"the application is '{status}'");
        else if (found != expected)
            yield return new("all services agree", $"{status}: expected {expected}, found {found}");
        // What it is of is the same everywhere; a cancelled application does not know whose case it nearly was.
        foreach (var difference in saga.Differences(Subscription, "productName", "customer"))
            yield return difference;
        foreach (var difference in saga.Differences(Payment, "paymentId"))
            yield return difference;
        foreach (var difference in saga.Differences(Underwriting, "underwritingId", "underwriterId"))
            yield return difference;
        if (status is "confirmUnderwriterId" or "contracted" or "confirmRefuse" && saga.At(Subscription, "underwritingId") is null)
            yield return new("all services agree", $"{status}: the application does not know its case");
        if (payment is not null && !(saga.OutsideRecords is [var taken, ..] && taken == $"charge {saga.At(Payment, "premium")}"))
            yield return new("the premium is what is paid", $"{saga.At(Payment, "premium")}: {string.Join(", ", saga.OutsideRecords)}");
    }

    // What happened was told by each service, once and in its order.
    private static IEnumerable<Violation> CheckHistory(Saga saga)
    {
        string[] optional = saga.Count("PaymentIdConfirmed") > 0 ? ["PaymentIdConfirmed"] : [];
        string[] subscription = (StatusOf(saga), CameAbout(saga)) switch
        {
            ("confirmCancel", false) => ["CancelRequested"],
            ("confirmCancel", true) => ["SubscriptionCreated", .. optional, "CancelRequested", "SubscriptionCancelled"],
            _ => ["SubscriptionCreated", "PaymentIdConfirmed", "UnderwriterIdConfirmed"],
        };
        string[] payment = saga.At(Payment, "paymentStatus") switch
        {
            null => [],
            "approvePayment" => ["PaymentApproved"],
            _ => ["PaymentApproved", "PaymentCancelled"],
        };
        string[] underwriting = saga.At(Underwriting, "underwritingStatus") switch
        {
            null => [],
            "approveSubscription" => ["UnderwriterAssigned", "SubscriptionContracted"],
            "refuseSubscription" => ["UnderwriterAssigned", "SubscriptionRefused"],
            "withdrawn" => ["UnderwriterAssigned", "UnderwritingWithdrawn"],
            _ => ["UnderwriterAssigned"],
        };
        (string, string[])[] services = [("subscription", subscription), ("payment", payment), ("underwriting", underwriting)];
        foreach (var (service, happened) in services)
        {
            var told = saga.Events.Where(e => e.Source == $"/insurance/{service}").Select(e => e.Name).ToList();
            if (!told.SequenceEqual(happened))
                yield return new("each event once", $"{StatusOf(saga)}: {service} told {string.Join(", ", told)}");
        }
    }

    // A row is what the services show, and is there once the application has come about, never otherwise.
    private static IEnumerable<Violation> CheckViews(Saga saga)
    {
        string?[] row =
        [
            StatusOf(saga),
            saga.At(Subscription, "productName"),
            saga.At(Subscription, "customer"),
            saga.At(Payment, "paymentId"),
            saga.At(Payment, "paymentStatus"),
            saga.At(Underwriting, "underwritingId"),
            saga.At(Underwriting, "underwritingStatus"),
            saga.At(Underwriting, "underwriterId"),
        ];
        string[] fields =
        [
            "subscriptionStatus",
            "productName",
            "customer",
            "paymentId",
            "paymentStatus",
            "underwritingId",
            "underwritingStatus",
            "underwriterId",
        ];
        foreach (var view in new[] { View, DocumentsView })
        {
            var shown = saga.Resources[view] is not null;
            if (shown != CameAbout(saga) || (shown && !row.SequenceEqual(fields.Select(f => saga.At(view, f)))))
                yield return new("the view is what has come about", $"{view}: {saga.Resources[view]?.ToJsonString() ?? "no row"}");
        }
    }

    // What somebody was told is true.
    private static bool IsTrue(Saga saga, UserAnswer told)
    {
        var (status, decided, detail) = (StatusOf(saga), saga.At(Underwriting, "underwritingStatus"), $"{told.Body?["detail"]}");
        return (told.Action.Kind, told.Status) switch
        {
            (_, 0) => true,
            ("apply" or "apply again", 201) => CameAbout(saga) && (status != "confirmCancel" || Did(saga, "cancel")),
            ("apply" or "apply again", 402) => status == "confirmCancel" && !CameAbout(saga) && saga.OutsideRecords.Count == 0,
            ("apply" or "apply again", 503) => status == "confirmCancel" && !CameAbout(saga),
            ("apply" or "apply again", 409) => told.Action.Key is not null,
            ("cancel", 200) => status == "confirmCancel",
            // Its payment was still under way.
            ("cancel", 409) when detail == "created" => true,
            ("cancel", 409) => saga.Count("UnderwriterIdConfirmed") == 1 && (detail == status || detail == "confirmUnderwriterId"),
            ("approve", 200) => decided == "approveSubscription",
            ("refuse", 200) => decided == "refuseSubscription",
            ("approve" or "refuse", 409) => detail == decided || detail == "assignment not confirmed yet",
            // What ended stays as it was seen.
            ("look at the view", 200) when !CameAbout(saga) => false,
            ("look" or "look at the view", 200) => $"{told.Body!["subscriptionStatus"]}" is var seen
                && (seen == status || !Ends.Contains(seen)),
            ("cancel" or "approve" or "refuse" or "look" or "look at the view", 404) => true,
            _ => false,
        };
    }

    private static bool Did(Saga saga, string kind) => saga.Actions.Any(a => a.Kind == kind);
}
