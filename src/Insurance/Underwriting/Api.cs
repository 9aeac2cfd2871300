using Mannam.Http;
using Mannam.Insurance.Events;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Insurance.Underwriting;

internal static class Api
{
    private static readonly Resource<Underwriting, UnderwritingState> Underwritings = new(
        "underwritings",
        "underwriting",
        u => u.UnderwritingId!.Value,
        u => u.Told<UnderwritingState>(),
        InsuranceEvents.Language.UnderwritingState
    )
    {
        KeyName = "underwritingId",
        Version = u => u.Version,
        Visible = u => u.UnderwritingId != null,
        Filters =
        {
            { "underwriterId", (u, underwriterId) => u.UnderwriterId == underwriterId },
            { "underwritingStatus", (u, underwritingStatus) => u.Status == underwritingStatus },
            { "subscriptionId", (u, subscriptionId) => u.Key == subscriptionId },
        },
        Sorts = { { "subscriptionId", u => u.Key } },
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads<UnderwritingDb, Underwriting, UnderwritingState>(Underwritings);
        // Whose application it is may be sent too, as a check: with another id it would be a change of that.
        routes.MapChange<UnderwritingDb, Underwriting, UnderwritingState>(
            Underwritings,
            "underwritingStatus",
            (underwriting, status) => underwriting.Decide(status),
            Underwriting.Approved,
            Underwriting.Refused
        );
    }
}
