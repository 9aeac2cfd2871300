using System.Text.Json.Serialization;
using Mannam.Http;
using Mannam.Messaging;
using Mannam.Payments;
using Mannam.PostgreSql;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Taxi.Catch;

internal static class Api
{
    private static readonly Resource<Catch, CatchView> Catches = new(
        "catches",
        "catch",
        c => c.Key,
        CatchView.Of,
        CatchJson.Default.CatchView
    )
    {
        KeyName = "id",
        Version = c => c.Version,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapReads<CatchDb, Catch, CatchView>(Catches);
        routes.MapPaidRequest<Catch, CatchView>(Catches, RequestAsync).Takes<CatchFields>();
        routes.MapChange<CatchDb, Catch, CatchView>(Catches, "status", (request, _) => request.Cancel(), Catch.Cancelled);
    }

    private static async Task<IResult> RequestAsync(HttpContext http, Repository<Catch> catches, IdSequence ids, Approval approval)
    {
        var fields = await RequestFields.ReadAsync(http);
        var (price, from, to, customer) = (
            fields.Money("price"),
            fields.Text("startingPoint"),
            fields.Text("destination"),
            fields.Text("customer")
        );
        fields.OptionalOneOf("status", Catch.Approve);
        if (fields.Problem is { } refused)
            return refused;

        return await approval.RequestAsync(
            http,
            catches,
            Catches,
            async () => Catch.Request(await ids.NextAsync(), price, from, to, customer),
            request => request.Announced()
        );
    }
}

/// <summary>What the rider sends.</summary>
internal sealed record CatchFields(long Price, string StartingPoint, string Destination, string Customer, string? Status);

/// <summary>The resource as it is shown.</summary>
internal sealed record CatchView(long Id, long Price, string StartingPoint, string Destination, string Customer, string Status)
{
    public static CatchView Of(Catch c) => new(c.Key, c.Price, c.StartingPoint, c.Destination, c.Customer, c.Status);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CatchView))]
internal sealed partial class CatchJson : JsonSerializerContext;
