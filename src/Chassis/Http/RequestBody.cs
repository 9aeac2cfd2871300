using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Mannam.Http;

/// <summary>The body of a request. It is read once and kept unchanged.</summary>
public sealed class RequestBody
{
    private static readonly RequestBody None = new() { Bytes = [] };

    /// <summary>The bytes of the body; empty if there is none.</summary>
    internal byte[] Bytes { get; private init; } = [];

    /// <summary>The bytes of the body; empty if there is none, or if it was refused.</summary>
    public ReadOnlyMemory<byte> Memory => Bytes;

    /// <summary>The refusal of the body (408, 413, 415, 400); null if it is accepted.</summary>
    public Problem? Problem { get; private init; }

    /// <summary>Reads the body, or returns it if it was read before. <see cref="RequestFields"/> checks the JSON.</summary>
    public static ValueTask<RequestBody> ReadAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return new(None);
        return http.Features.Get<RequestBody>() is { } known ? new(known) : ReadAndKeepAsync(http);
    }

    private static async ValueTask<RequestBody> ReadAndKeepAsync(HttpContext http)
    {
        var body = await ReadOnceAsync(http);
        http.Features.Set(body);
        return body;
    }

    private static async ValueTask<RequestBody> ReadOnceAsync(HttpContext http)
    {
        if (IsEncoded(http.Request))
        {
            http.Response.Headers.AcceptEncoding = "identity";
            return Refuse(Problems.UnsupportedMediaType("The body has a Content-Encoding; send it as it is."));
        }
        var isJson = JsonContentType.Is(http.Request.ContentType, HttpMethods.IsPatch(http.Request.Method));
        if (!isJson && http.Request.ContentLength > 0)
            return NotJson(http.Request.ContentType);
        var limits = http.Features.Get<RequestLimits>() ?? RequestLimits.Usual;
        if (http.Request.ContentLength > limits.BodyBytes)
            return TooLarge(limits);
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            // The server would refuse a slow body after 5 s. Our limit is the time of the whole body.
            rate.MinDataRate = null;
        }
        try
        {
            var bytes = await ReadToEndAsync(http, limits);
            return bytes is null ? TooLarge(limits)
                : bytes.Length > 0 && !isJson ? NotJson(http.Request.ContentType)
                : new RequestBody { Bytes = bytes };
        }
        catch (IOException broken) when (!http.RequestAborted.IsCancellationRequested)
        {
            // The end of this body is unknown: later bytes on the connection belong to no request.
            http.Response.Headers.Connection = "close";
            return Refuse(Problems.Of((broken as BadHttpRequestException)?.StatusCode ?? 400, "The body could not be read."));
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            // Later bytes of this body belong to no request.
            http.Response.Headers.Connection = "close";
            return Refuse(Problems.Timeout($"The body was not complete within {limits.BodyWithin.TotalSeconds:0.###} s."));
        }
    }

    private static async ValueTask<byte[]?> ReadToEndAsync(HttpContext http, RequestLimits limits)
    {
        var reader = http.Request.BodyReader;
        CancellationTokenSource? deadline = null;
        try
        {
            while (true)
            {
                // A small body has usually arrived with its headers: then there is no wait and no timer.
                if (!reader.TryRead(out var read))
                {
                    deadline ??= new(limits.BodyWithin, http.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System);
                    read = await reader.ReadAsync(deadline.Token);
                }
                if (read.Buffer.Length > limits.BodyBytes)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    return null;
                }
                if (read.IsCompleted)
                    return Taken(reader, read);
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        finally
        {
            deadline?.Dispose();
        }
    }

    private static byte[] Taken(PipeReader reader, in ReadResult read)
    {
        var bytes = read.Buffer.ToArray();
        reader.AdvanceTo(read.Buffer.End);
        return bytes;
    }

    private static bool IsEncoded(HttpRequest request)
    {
        var codings = request.Headers.ContentEncoding;
        return codings.Count > 0 && !codings.ToString().Equals("identity", StringComparison.OrdinalIgnoreCase);
    }

    private static RequestBody Refuse(Problem problem) => new() { Problem = problem };

    private static RequestBody TooLarge(RequestLimits limits) =>
        Refuse(Problems.TooLarge($"A body may have {limits.BodyBytes} bytes at most."));

    private static RequestBody NotJson(string? contentType) =>
        Refuse(
            Problems.UnsupportedMediaType(
                contentType is null
                    ? "The body has no Content-Type; send application/json."
                    : "The Content-Type is not taken here; send application/json, in UTF-8."
            )
        );
}
