using Mannam.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Mannam.Tests.Chassis.Http;

/// <summary>A service with the resources of <see cref="OfferDb"/> and its own database, for the tests of one class.</summary>
public sealed class OfferShop(PostgresFixture postgres) : IAsyncLifetime
{
    private string _database = "";

    internal TestApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        App = await TestApp.StartAsync(
            Map,
            services => services.AddSingleton<IDbContextFactory<DbContext>>(new OfferContexts(_database)),
            before: app => app.UsePathBase("/taxi")
        );
        await using var db = Open();
        await db.Database.EnsureCreatedAsync();
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    /// <summary>Replaces all rows by these.</summary>
    internal async Task HoldAsync(params Offer[] offers)
    {
        await using var db = Open();
        await db.Offers.ExecuteDeleteAsync();
        db.AddRange(offers);
        await db.SaveChangesAsync();
    }

    internal OfferDb Open() => new OfferContexts(_database).Open();

    private static void Map(WebApplication app)
    {
        app.MapReads(OfferDb.Paged);
        app.MapReads(OfferDb.Whole);
        app.MapPost(
                "/offers",
                (BoundRequest<OfferRequest> _) =>
                    OfferDb.Paged.Created(
                        new Offer
                        {
                            Id = 7,
                            Name = "새",
                            Version = 1,
                        }
                    )
            )
            .Answers<OfferView>(201, 400, 402);
        app.MapPatch("/offers/{id:id}", (long id, HttpContext http) => Patched(id, http));
    }

    private static IResult Patched(long id, HttpContext http) =>
        Preconditions.Matches(http, 2) ? OfferDb.Paged.Ok(new Offer { Id = id, Version = 2 }) : Problems.PreconditionFailed();
}
