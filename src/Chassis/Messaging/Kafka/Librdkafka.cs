using System.Reflection;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Mannam.Chassis.Messaging.Kafka;

/// <summary>The C library below Confluent.Kafka. It is no part of the build (<c>librdkafka.sh</c> says where it comes from), and is loaded by the first who
/// speaks Kafka.</summary>
internal static class Librdkafka
{
    /// <summary>Where the launcher says it is; without it, the system's own is taken.</summary>
    public const string Path = "MANNAM_LIBRDKAFKA";

    private static readonly Lock Turn = new();
    private static bool _found;

    /// <summary>Lets Confluent.Kafka find it. To be called before anything else of that.</summary>
    /// <exception cref="InvalidOperationException">It is not there.</exception>
    public static void Find()
    {
        lock (Turn)
        {
            if (_found)
                return;
            NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, Resolve);
            _found = true;
        }
        try
        {
            _ = Library.Version;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or InvalidOperationException)
        {
            throw new InvalidOperationException(
                $"librdkafka, which speaks Kafka, cannot be loaded: start by ./mannam, which fetches it, or set {Path} ({e.Message})"
            );
        }
    }

    // Zero leaves it to the system's search.
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search) =>
        name == "librdkafka" && Environment.GetEnvironmentVariable(Path) is { Length: > 0 } path ? NativeLibrary.Load(path) : 0;
}
