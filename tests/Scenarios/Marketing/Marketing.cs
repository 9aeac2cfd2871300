using System.Text.Json.Serialization;
using Mannam.Abstractions;
using Mannam.Http;
using Mannam.PostgreSql;
using Mannam.Taxi.Events;
using Microsoft.EntityFrameworkCore;

namespace Mannam.Tests.Scenarios.Marketing;

/// <summary>The marketing team's service in Taxi's document: it recommends routes. It uses only the events of the other services.</summary>
internal static class Marketing
{
    private static readonly Resource<Recommendation, RecommendationView> Recommendations = new(
        "recommendations",
        "recommendation",
        r => r.Key,
        MarketingJson.Default.RecommendationView,
        RecommendationView.Of
    );

    public static ServiceDeclaration Declaration =>
        new ServiceDeclaration<Recommendation>("taxi", "marketing", "마케팅", key => new Recommendation(key))
        {
            Schema = (typeof(Marketing).Assembly, "Mannam.Tests.Scenarios/Marketing/Schema.sql"),
            JsonContext = Conventions.JsonContextOf(typeof(PaymentApproved)),
        }
            .StoredIn<MarketingDb, Recommendation>()
            .Serving(routes => routes.MapReads(Recommendations), "recommendations")
            .Whenever<PaymentApproved>(Recommendation.Whenever)
            .Whenever<PaymentCancelled>(Recommendation.Whenever);
}

/// <summary>The destination of a rider's request.</summary>
internal sealed class Recommendation(long key) : Aggregate(key)
{
    public string? Customer { get; private set; }
    public string? Destination { get; private set; }
    public bool Cancelled { get; private set; }

    public static IMessage[] Whenever(PaymentApproved e, Recommendation recommendation)
    {
        (recommendation.Customer, recommendation.Destination) = (e.Customer, e.Destination);
        return [];
    }

    public static IMessage[] Whenever(PaymentCancelled _, Recommendation recommendation)
    {
        recommendation.Cancelled = true;
        return [];
    }
}

internal sealed class MarketingDb(DbContextOptions<MarketingDb> options) : ServiceDb(options)
{
    protected override void Map(ModelBuilder model) => model.Entity<Recommendation>().ToTable("recommendations");
}

internal sealed record RecommendationView(long Id, string? Customer, string? Destination, bool Cancelled)
{
    public static RecommendationView Of(Recommendation r) => new(r.Key, r.Customer, r.Destination, r.Cancelled);
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RecommendationView))]
internal sealed partial class MarketingJson : JsonSerializerContext;
