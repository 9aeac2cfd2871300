using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mannam.Http;

/// <summary>Makes a <see cref="WebApplication"/> follow the REST conventions (spec README).</summary>
public static class MannamHttp
{
    /// <summary>What the conventions need: the route constraint <c>{id:id}</c>, the limits of a body, and the OpenAPI document.</summary>
    /// <param name="services">Of the one service.</param>
    /// <param name="title">The title of the OpenAPI document, such as <c>Taxi: catch</c>.</param>
    public static IServiceCollection AddMannamHttp(this IServiceCollection services, string title)
    {
        services.TryAddSingleton(RequestLimits.Usual);
        services.Configure<RouteOptions>(routes => routes.SetParameterPolicy<IdRouteConstraint>(IdRouteConstraint.Name));
        return services.AddSingleton(provider => new OpenApiDocument(title, services, provider.GetRequiredService<EndpointDataSource>()));
    }

    /// <summary>
    /// Call first: paths in one form, errors as problem documents, routing, then what is refused before any effect (internal calls from outside,
    /// Accept). Serves <c>/openapi/v1.json</c>.
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
