using System.Text.Json.Serialization;
using Mannam.Abstractions;
using Mannam.Http;
using Microsoft.AspNetCore.Routing;

namespace Mannam.Taxi.MyPage;

internal static class Api
{
    private static readonly Resource<MyPage, MyPageView> MyPages = new(
        "myPages",
        "myPage",
        p => p.Key,
        MyPageView.Of,
        MyPageJson.Default.MyPageView
    )
    {
        KeyName = "id",
        Visible = p => p.Price != null,
        Filters = { { "customer", (p, customer) => UnicodeText.Nfc(p.Customer) == UnicodeText.Nfc(customer) } },
    };

    public static void Map(IEndpointRouteBuilder routes) => routes.MapReads<MyPageDb, MyPage, MyPageView>(MyPages);
}

/// <summary>A page's row as it is shown.</summary>
internal sealed record MyPageView(
    long Id,
    long? Price,
    string? StartingPoint,
    string? Destination,
    string? Status,
    string? Customer,
    string? Driver
)
{
    public static MyPageView Of(MyPage p) => new(p.Key, p.Price, p.StartingPoint, p.Destination, p.Status, p.Customer, p.Driver);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(MyPageView))]
internal sealed partial class MyPageJson : JsonSerializerContext;
