using System.Text.Json;
using System.Text.Json.Serialization;
using Mannam.Http;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Tests.Chassis.Http;

/// <summary>A resource for tests, such as a system has.</summary>
internal sealed class Offer
{
    public long Id { get; set; }

    public string Name { get; set; } = "";

    public string? Note { get; set; }

    public long Price { get; set; }

    public long? Buyer { get; set; }

    public bool Hidden { get; set; }

    public long Version { get; set; }
}

internal sealed record OfferView(long Id, string Name, string? Note, long Price, long? Buyer)
{
    public static OfferView Of(Offer offer) => new(offer.Id, offer.Name, offer.Note, offer.Price, offer.Buyer);
}

internal sealed record OfferRequest(string Name, long Price, string? Note);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OfferView))]
internal sealed partial class OfferJson : JsonSerializerContext;

internal sealed class OfferDb(DbContextOptions<OfferDb> options) : DbContext(options)
{
    public DbSet<Offer> Offers => Set<Offer>();

    public static Resource<Offer, OfferView> Paged { get; } =
        new("offers", "offer", offer => offer.Id, OfferJson.Default.OfferView, OfferView.Of)
        {
            Version = offer => offer.Version,
            Visible = offer => !offer.Hidden,
            Filters = { { "name", (offer, name) => offer.Name == name }, { "buyer", (offer, buyer) => offer.Buyer == buyer } },
            Sorts = { { "price", offer => offer.Price } },
        };

    public static Resource<Offer, OfferView> Whole { get; } =
        new("shop/offerLists", "offerList", offer => offer.Id, OfferJson.Default.OfferView, OfferView.Of) { AllRowsInOneAnswer = true };
}

/// <summary>A context factory as in a service's container.</summary>
internal sealed class OfferContexts(string database) : IDbContextFactory<DbContext>
{
    public OfferDb Open() => new(new DbContextOptionsBuilder<OfferDb>().UseNpgsql(database).Options);

    public DbContext CreateDbContext() => Open();
}
