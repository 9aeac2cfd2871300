using System.IO.Pipelines;
using System.Net;

namespace Mannam.Hosting;

internal sealed partial class InProcessCall
{
    /// <summary>The caller's side of the answer's body.</summary>
    private sealed class ResponseContent(InProcessCall call, PipeReader pipe, bool bodiless) : HttpContent
    {
        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(bodiless ? Stream.Null : pipe.AsStream());

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            bodiless ? Task.CompletedTask : pipe.CopyToAsync(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !bodiless)
            {
                pipe.Complete();
                call.Hangup();
            }
            base.Dispose(disposing);
        }
    }
}
