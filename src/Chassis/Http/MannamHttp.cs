using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mannam.Http;

/// <summary>Applies the REST conventions (spec README) to a <see cref="WebApplication"/>.</summary>
public static class MannamHttp
{
    /// <summary>Adds the services of the conventions: the route constraint <c>{id:id}</c>, the limits of a body, and the OpenAPI document.</summary>
    /// <param name="services">The services of one service.</param>
    /// <param name="title">The title of the OpenAPI document, such as <c>Taxi: catch</c>.</param>
    public static IServiceCollection AddMannamHttp(this IServiceCollection services, string title)
    {
        services.TryAddSingleton(RequestLimits.Usual);
        services.Configure<RouteOptions>(routes => routes.SetParameterPolicy<IdRouteConstraint>(IdRouteConstraint.Name));
        return services.AddSingleton(provider => new OpenApiDocument(title, services, provider.GetRequiredService<EndpointDataSource>()));
    }

    /// <summary>
    /// Call it first. It adds, in this order: normal paths, problem documents for errors, routing, and refusals before any effect (internal calls from
    /// outside, Accept). It also serves <c>/openapi/v1.json</c>.
    /// </summary>
    public static WebApplication UseMannamHttp(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<ErrorMiddleware>();
        app.UseRouting();
        app.UseMiddleware<RequestFilter>();
        app.MapGet("/openapi/v1.json", app.Services.GetRequiredService<OpenApiDocument>().WriteAsync)
            .WithMetadata(new ExcludeFromDescriptionAttribute())
            .AnswersOtherMedia();
        return app;
    }
}
