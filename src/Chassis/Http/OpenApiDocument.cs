using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.OpenApi;

namespace Mannam.Http;

/// <summary>The OpenAPI document of one service. It is created at the first request: without its code an idle process is 3 MB smaller.</summary>
/// <param name="title">Its title.</param>
/// <param name="registered">The service's container. It shows which parameters of an endpoint are services.</param>
/// <param name="endpoints">The described endpoints.</param>
internal sealed class OpenApiDocument(string title, IServiceCollection registered, EndpointDataSource endpoints)
{
    private const string Name = "v1";
    private Task<byte[]>? _made;

    /// <summary>Sends the document as the answer.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        if (_made is null or { IsFaulted: true })
            _made = MakeAsync(title, registered, endpoints);
        var json = await _made;
        context.Response.ContentType = "application/json;charset=utf-8";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    private static async Task<byte[]> MakeAsync(string title, IServiceCollection registered, EndpointDataSource endpoints)
    {
        IServiceCollection services = new ServiceCollection();
        services.Add(registered).AddSingleton(endpoints);
        // Numbers are described as numbers. Requests that also allow a text are described separately.
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = default);
        services.AddOpenApi(
            Name,
            options =>
            {
                options.AddDocumentTransformer(
                    (document, _, _) =>
                    {
                        document.Info.Title = title;
                        document.Info.Version = Name;
                        return Task.CompletedTask;
                    }
                );
                options.AddOperationTransformer<OperationDescription>();
            }
        );
        await using var describing = services.BuildServiceProvider();
        var document = await describing.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync();
        using var json = new MemoryStream();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1);
        return json.ToArray();
    }
}
