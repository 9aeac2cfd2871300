using Mannam.Abstractions;
using Mannam.Http;
using Mannam.PostgreSql;
using Mannam.Tests.Chassis.Counting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Mannam.Tests.Chassis.Hosting;

/// <summary>A service calls itself before it is ready, so that the first request is as fast as later ones. These calls have no effect.</summary>
public sealed class WarmUpTests(PostgresFixture postgres) : CountingTests(postgres)
{
    private int _made;
    private int _asked;

    [Fact]
    public async Task Warming_up_a_service_has_no_effect()
    {
        await World.StartAsync(
            new ServiceDeclaration<Ledger>(CountingSystem.Topic, "ledger", "ledger", key => new Ledger(key))
            {
                Schema = (typeof(CountingSystem).Assembly, "Mannam.Tests.Chassis/Counting/Schema.sql"),
                JsonContext = CountingEvents.Language,
            }
                .StoredIn<LedgerDb, Ledger>()
                .Serving(
                    routes =>
                    {
                        routes.MapPost("/bodiless", () => Interlocked.Increment(ref _made));
                        routes.MapPost("/optional", Make);
                    },
                    "bodiless",
                    "optional"
                )
        );

        Assert.Equal(1, _asked);
        Assert.Equal(0, _made);
    }

    // The request needs no field.
    private IResult Make(BoundRequest<Optional> request)
    {
        Interlocked.Increment(ref _asked);
        if (request.Problem is { } refused)
            return refused;
        Interlocked.Increment(ref _made);
        return Results.NoContent();
    }

    private sealed record Optional(string? Note);
}
