namespace Mannam.Insurance.MyPage;

internal static class Api
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        // The documents' spelling, and the right one.
        routes.MapReads(View("subsciptionView", whole: true));
        routes.MapReads(View("subscriptionView"));
    }

    private static Resource<MyPage, MyPage> View(string name, bool whole = false) =>
        new(name + "s", name, p => p.Key)
        {
            Version = null,
            Visible = p => p.IsCreated,
            Filters = { { "customer", (p, customer) => UnicodeText.Nfc(p.Customer) == UnicodeText.Nfc(customer) } },
            AllRowsInOneAnswer = whole,
        };
}
