namespace Mannam.Bench;

/// <summary>The benchmark has no meaningful result. The message gives the reason.</summary>
internal sealed class BenchmarkFailedException : Exception
{
    public BenchmarkFailedException() { }

    public BenchmarkFailedException(string message)
        : base(message) { }

    public BenchmarkFailedException(string message, Exception cause)
        : base(message, cause) { }
}
