namespace Mannam.Insurance.Underwriting;

internal static class Api
{
    private static readonly Resource<Underwriting, UnderwritingState> Underwritings = new(
        "underwritings",
        "underwriting",
        u => u.UnderwritingId,
        "subscriptionId"
    )
    {
        Filters =
        {
            { "underwriterId", (u, underwriterId) => u.UnderwriterId == underwriterId },
            { "underwritingStatus", (u, underwritingStatus) => u.Status == underwritingStatus },
        },
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads(Underwritings);
        // A client may send the application's id too, as a check: another id is a change of it, which is refused.
        routes.MapChange(
            Underwritings,
            "underwritingStatus",
            Change.To<Underwriting>(Underwriting.Approved, u => u.Decide(Underwriting.Approved)),
            Change.To<Underwriting>(Underwriting.Refused, u => u.Decide(Underwriting.Refused))
        );
    }
}
