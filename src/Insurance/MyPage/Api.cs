using System.Text.Json.Serialization;
using Mannam.Abstractions;
using Mannam.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Insurance.MyPage;

internal static class Api
{
    // As the documents spell it, and as it is spelt.
    private static readonly Resource<MyPage, SubscriptionView>[] Views = [Of("subsciptionView", whole: true), Of("subscriptionView")];

    private static Resource<MyPage, SubscriptionView> Of(string name, bool whole = false) =>
        new(name + "s", name, p => p.Key, SubscriptionView.Of, MyPageJson.Default.SubscriptionView)
        {
            KeyName = "subscriptionId",
            Visible = p => p.IsCreated,
            Filters = { { "customer", (p, customer) => UnicodeText.Nfc(p.Customer) == UnicodeText.Nfc(customer) } },
            AllRowsInOneAnswer = whole,
        };

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var view in Views)
            routes.MapReads<MyPageDb, MyPage, SubscriptionView>(view);
    }
}

/// <summary>A page's row as it is shown.</summary>
internal sealed record SubscriptionView(
    long SubscriptionId,
    string? SubscriptionStatus,
    string? ProductName,
    string? Customer,
    long? PaymentId,
    string? PaymentStatus,
    long? UnderwritingId,
    string? UnderwritingStatus,
    long? UnderwriterId
)
{
    public static SubscriptionView Of(MyPage p) =>
        new(
            p.Key,
            p.SubscriptionStatus,
            p.ProductName,
            p.Customer,
            p.PaymentId,
            p.PaymentStatus,
            p.UnderwritingId,
            p.UnderwritingStatus,
            p.UnderwriterId
        );
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SubscriptionView))]
internal sealed partial class MyPageJson : JsonSerializerContext;
