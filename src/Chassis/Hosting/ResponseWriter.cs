using System.IO.Pipelines;

namespace Mannam.Hosting;

internal sealed partial class InProcessCall
{
    /// <summary>The callee's side of the answer's body: the first bytes also send status and headers.</summary>
    private sealed class ResponseWriter(InProcessCall call, PipeWriter pipe) : PipeWriter
    {
        private bool _ended;

        public override bool CanGetUnflushedBytes => true;

        public override long UnflushedBytes => pipe.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => pipe.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => pipe.GetSpan(sizeHint);

        public override void Advance(int bytes) => pipe.Advance(bytes);

        public override void CancelPendingFlush() => pipe.CancelPendingFlush();

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            call.HasStarted ? pipe.FlushAsync(cancellationToken) : BeginAndFlushAsync(cancellationToken);

        // The pipeline ends the answer: middleware may still have work.
        public override void Complete(Exception? exception = null)
        {
            if (exception is not null)
                call.Break(exception);
        }

        /// <summary>Ends the body, and sends unflushed bytes.</summary>
        public void End()
        {
            if (!_ended)
            {
                _ended = true;
                pipe.Complete();
            }
        }

        public void Break(Exception exception)
        {
            _ended = true;
            pipe.Complete(exception);
        }

        private async ValueTask<FlushResult> BeginAndFlushAsync(CancellationToken cancellationToken)
        {
            await call.BeginAnswerAsync();
            return await pipe.FlushAsync(cancellationToken);
        }
    }
}
