using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

public sealed class RowCountTests(OfferShop shop) : IClassFixture<OfferShop>
{
    [Fact]
    public async Task The_total_of_rows_is_exact_up_to_10000_and_estimated_beyond()
    {
        await using var db = shop.Open();
        await InsertAsync(db, 1, 10_000);
        Assert.Equal("10000", (await shop.App.SendAsync("GET", "/offers")).At("page/totalElements"));
        await InsertAsync(db, 10_001, 25_000);
        await db.Database.ExecuteSqlRawAsync("ANALYZE \"Offers\"", TestContext.Current.CancellationToken);
        for (var again = 0; again < 2; again++)
        {
            Assert.Equal("25000", (await shop.App.SendAsync("GET", "/offers?page=1")).At("page/totalElements"));
        }
        Assert.Equal("10001", (await shop.App.SendAsync("GET", "/offers?name=n")).At("page/totalElements"));
    }

    private static Task<int> InsertAsync(OfferDb db, int first, int last) =>
        db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO "Offers" ("Id", "Name", "Price", "Hidden", "Version")
            SELECT g, 'n', 1, false, 1 FROM generate_series({first}, {last}) g
            """
        );
}
