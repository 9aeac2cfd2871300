using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.OpenApi;

namespace Mannam.Http;

/// <summary>The OpenAPI document of one service. It is made when somebody first asks for it: a process at rest is 3 MB smaller without what makes it.</summary>
/// <param name="title">Its title.</param>
/// <param name="registered">What the service has in its container: by it the parameters of an endpoint are told from what the container gives.</param>
/// <param name="endpoints">What it describes.</param>
internal sealed class OpenApiDocument(string title, IServiceCollection registered, EndpointDataSource endpoints)
{
    private const string Name = "v1";
    private Task<byte[]>? _made;

    /// <summary>Answers with it.</summary>
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
        // On the wire a number is a number; that a request may write it as a text is added where it holds.
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
