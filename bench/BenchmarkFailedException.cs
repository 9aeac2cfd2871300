namespace Mannam.Bench;

/// <summary>The benchmark cannot give a number that would mean something; the message says why.</summary>
internal sealed class BenchmarkFailedException : Exception
{
    public BenchmarkFailedException() { }

    public BenchmarkFailedException(string message)
        : base(message) { }

    public BenchmarkFailedException(string message, Exception cause)
        : base(message, cause) { }
}
