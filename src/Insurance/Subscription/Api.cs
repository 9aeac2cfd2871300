using System.Text.Json.Serialization;
using Mannam.Abstractions;
using Mannam.Http;
using Mannam.Insurance.Events;
using Mannam.Messaging;
using Mannam.Payments;
using Mannam.PostgreSql;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Insurance.Subscription;

internal static class Api
{
    private static readonly Resource<Subscription, SubscriptionState> Subscriptions = new(
        "subscriptions",
        "subscription",
        s => s.Key,
        s => s.Told<SubscriptionState>(),
        InsuranceEvents.Language.SubscriptionState
    )
    {
        KeyName = "subscriptionId",
        Version = s => s.Version,
    };

    private static readonly Resource<Price, ProductView> Products = new(
        "products",
        "product",
        p => p.Name,
        p => new ProductView(p.Name, p.Won),
        SubscriptionJson.Default.ProductView
    )
    {
        KeyName = "productName",
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        var settings = routes.ServiceProvider.GetRequiredService<Settings>();
        routes.MapReads<SubscriptionDb, Subscription, SubscriptionState>(Subscriptions);
        routes.MapReads(Products, () => settings.Get(SubscriptionService.Products));
        routes.MapPaidRequest<Subscription, SubscriptionState>(Subscriptions, ApplyAsync).Takes<SubscriptionFields>();
        routes.MapChange<SubscriptionDb, Subscription, SubscriptionState>(
            Subscriptions,
            "subscriptionStatus",
            (subscription, _) => subscription.Cancel(),
            Subscription.ReqCancel
        );
    }

    private static async Task<IResult> ApplyAsync(
        HttpContext http,
        Repository<Subscription> subscriptions,
        IdSequence ids,
        Approval approval,
        Settings settings
    )
    {
        var fields = await RequestFields.ReadAsync(http);
        var (productName, customer) = (fields.Text("productName"), fields.OptionalText("customer"));
        fields.OptionalOneOf("subscriptionStatus", Subscription.Created);
        var product = settings.Get(SubscriptionService.Products).FirstOrDefault(p => UnicodeText.AreEqual(p.Name, productName));
        if (product is null)
            fields.Reject("productName", "productName must be one of the products.");
        if (fields.Problem is { } refused)
            return refused;
        return await approval.RequestAsync(
            http,
            subscriptions,
            Subscriptions,
            async () => Subscription.Apply(await ids.NextAsync(), productName, product!.Won, customer)
        );
    }
}

/// <summary>What the customer sends.</summary>
internal sealed record SubscriptionFields(string? SubscriptionStatus, string ProductName, string? Customer);

/// <summary>What can be applied for, and what it costs.</summary>
internal sealed record ProductView(string ProductName, long Premium);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ProductView))]
[JsonSerializable(typeof(Asked))]
internal sealed partial class SubscriptionJson : JsonSerializerContext;
