namespace Mannam.Taxi.MyPage;

internal static class Api
{
    private static readonly Resource<MyPage, MyPage> MyPages = new("myPages", "myPage", p => p.Key)
    {
        Version = null,
        Visible = p => p.Price != null,
        Filters = { { "customer", (p, customer) => UnicodeText.Nfc(p.Customer) == UnicodeText.Nfc(customer) } },
    };

    public static void Map(IEndpointRouteBuilder routes) => routes.MapReads(MyPages);
}
