using Mannam.Testing;

namespace Mannam.Simulation.Taxi;

/// <summary>What must hold of a request for a taxi once all is settled.</summary>
internal static class TaxiInvariants
{
    public const string Catch = "/catches/{id}";
    public const string Payment = "/payments/{id}";
    public const string Listed = "/catchReqLists/{id}";
    public const string PickUp = "/pickUps/{id}";
    public const string Page = "/myPages/{id}";

    public static IEnumerable<Violation> Check(Saga saga) =>
        [
            .. CheckState(saga),
            // What the rider asked for is the same everywhere.
            .. saga.Differences(Catch, "price", "startingPoint", "destination", "customer"),
            .. CheckHistory(saga),
            .. CheckViews(saga),
            .. saga.Answers.SelectMany(t => CheckAnswer(saga, t)),
        ];

    // All services agree on one of the final states.
    private static IEnumerable<Violation> CheckState(Saga saga)
    {
        var status = saga.At(Catch, "status");
        if (status is not ("approve" or "PickupAssigned" or "PickupCancelled" or "Cancel"))
        {
            yield return new("a final state", $"the request is '{status}'");
            yield break;
        }
        var known = saga.At(Payment, "paymentAction") is not null;
        (string? Payment, bool Listed, bool Taken, string? Page) expected = status switch
        {
            "approve" => ("Approved", true, false, "PaymentApproved"),
            "PickupAssigned" => ("Approved", false, true, "PickupAssigned"),
            "PickupCancelled" => ("Approved", true, false, "PickupCancelled"),
            _ => known ? ("Cancel", false, false, "PaymentCancelled") : (null, false, false, null),
        };
        var found = (
            saga.At(Payment, "paymentAction"),
            saga.Resources[Listed] is not null,
            saga.Resources[PickUp] is not null,
            saga.At(Page, "status")
        );
        if (found != expected)
            yield return new("all services agree", $"{status}: expected {expected}, found {found}");
        if (saga.At(PickUp, "driver") != saga.At(Page, "driver"))
            yield return new("all services agree", $"driver {saga.At(PickUp, "driver")}, on the page {saga.At(Page, "driver")}");
    }

    // What happened, each once and in an order that makes sense.
    private static IEnumerable<Violation> CheckHistory(Saga saga)
    {
        var told = string.Join(", ", saga.Events.Select(e => e.Name));
        string[] once = ["CatchRequested", "CatchCancelled", "PaymentApproved", "PaymentCancelled"];
        if (once.Any(name => saga.Count(name) > 1) || saga.Count("CatchRequested") == 0)
            yield return new("each event once", told);
        if (saga.Count("CatchCancelled") != (saga.At(Catch, "status") == "Cancel" ? 1 : 0))
            yield return new("what happened was told", $"{saga.At(Catch, "status")}: {told}");
        string? driver = null;
        foreach (var e in saga.Events.Where(e => e.Name.StartsWith("Pickup", StringComparison.Ordinal)))
        {
            var who = $"{e.Fields["driver"]}";
            if (e.Name == "PickupAssigned" ? driver is not null : driver != who)
                yield return new("one driver at a time", told);
            driver = e.Name == "PickupAssigned" ? who : null;
        }
        if (driver != saga.At(PickUp, "driver"))
            yield return new("what happened was told", $"{driver} has it by what was told, {saga.At(PickUp, "driver")} has it");
    }

    // What the views say follows from the events alone, in the order of the log.
    private static IEnumerable<Violation> CheckViews(Saga saga)
    {
        string? page = null;
        var request = "approve";
        foreach (var e in saga.Events)
        {
            page = e.Name switch
            {
                "PaymentCancelled" => e.Name,
                "CatchRequested" => page,
                "PaymentApproved" => page ?? e.Name,
                _ => page is "CatchCancelled" or "PaymentCancelled" ? page : e.Name,
            };
            if (e.Name.StartsWith("Pickup", StringComparison.Ordinal))
                request = e.Name;
        }
        if (saga.Count("PaymentApproved") == 0)
            page = null;
        if (saga.Count("CatchCancelled") > 0)
            request = "Cancel";
        if (page != saga.At(Page, "status"))
            yield return new("views are what the log says", $"the page says {saga.At(Page, "status")}, the log {page}");
        if (request != saga.At(Catch, "status"))
            yield return new("views are what the log says", $"the request says {saga.At(Catch, "status")}, the log {request}");
    }

    // What somebody was told is true.
    private static IEnumerable<Violation> CheckAnswer(Saga saga, UserAnswer told)
    {
        var cancelled = saga.At(Catch, "status") == "Cancel";
        var driver = told.Action.Who;
        bool Happened(string what) => saga.Events.Any(e => e.Name == what && $"{e.Fields["driver"]}" == driver);
        var isTrue = (told.Action.Kind, told.Status, $"{told.Body?["detail"]}") switch
        {
            (_, 0, _) => true,
            ("request" or "again", 201, _) => saga.Count("PaymentApproved") == 1 && (!cancelled || Did(saga, "cancel")),
            ("request" or "again", 402, _) => cancelled && saga.OutsideRecords.Count == 0,
            ("request" or "again", 503, _) => cancelled,
            ("request" or "again", 409, _) => told.Action.Key is not null,
            ("take", 201, _) => Happened("PickupAssigned")
                && (cancelled || Did(saga, "give up", driver) || saga.At(PickUp, "driver") == driver),
            ("take", 200, _) => Happened("PickupAssigned"),
            ("take", 409, "PickupAssigned") => saga.Events.Any(e => e.Name == "PickupAssigned" && $"{e.Fields["driver"]}" != driver),
            ("take", 409, "PaymentCancelled") => saga.Count("PaymentCancelled") == 1,
            ("take", 409, _) => told.Action.Key is not null,
            ("give up", 204, _) => Happened("PickupCancelled"),
            ("give up", 409, _) => saga.Events.Any(e => e.Name == "PickupAssigned" && $"{e.Fields["driver"]}" != driver),
            ("look", 200, _) => saga.Count("PaymentApproved") == 1,
            ("cancel", 200, _) => cancelled,
            ("cancel", 409, "requested") => true,
            ("take" or "give up" or "look" or "cancel", 404, _) => true,
            _ => false,
        };
        if (!isTrue)
            yield return new("answers are true", $"{told.Action.Text}: {told.Status} {told.Body?["detail"]}");
    }

    private static bool Did(Saga saga, string kind, string? who = null) =>
        saga.Actions.Any(a => a.Kind == kind && (who is null || a.Who == who));
}
