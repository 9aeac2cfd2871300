using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Mannam.Kafka;

/// <summary>The C library below Confluent.Kafka. Its first use loads it, so a process without Kafka does not pay for it.</summary>
internal static class Librdkafka
{
    // The file without dependencies except glibc. The package's librdkafka.so for x64 needs libsasl2.so.3, which Debian does not have.
    private static readonly string FileName = IsArm64 ? "librdkafka.so" : "centos8-librdkafka.so";

    // A build keeps the package's folders; a publish for one platform has the file beside the program.
    private static readonly string[] Places =
    [
        Path.Combine(AppContext.BaseDirectory, "runtimes", IsArm64 ? "linux-arm64" : "linux-x64", "native", FileName),
        Path.Combine(AppContext.BaseDirectory, FileName),
    ];

    private static readonly Lock Turn = new();
    private static bool _pinned;

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Makes Confluent.Kafka use the packaged file, and loads it. Call it before anything else of Confluent.Kafka.</summary>
    /// <exception cref="InvalidOperationException">The file cannot be loaded.</exception>
    // Without this, a librdkafka of the system would be found first, in any version.
    public static void Find()
    {
        lock (Turn)
        {
            if (!_pinned)
                NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, (name, _, _) => name.Contains("rdkafka") ? Load() : 0);
            _pinned = true;
        }
        try
        {
            _ = Library.Version;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or InvalidOperationException)
        {
            throw new InvalidOperationException($"librdkafka, the library for Kafka, cannot be loaded from {Places[0]} ({e.Message})", e);
        }
    }

    private static nint Load() => NativeLibrary.Load(Array.Find(Places, File.Exists) ?? Places[0]);
}
