using System.Runtime.CompilerServices;
using Mannam.PostgreSql;

namespace Mannam.Tests;

internal static class ModuleInitializer
{
    // The PostgreSQL adapter registers the meaning of its driver's errors when it is loaded. Every program with a store loads it at its start.
#pragma warning disable CA2255 // the tests are that program
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void LoadAdapter() => RuntimeHelpers.RunModuleConstructor(typeof(ServiceDb).Module.ModuleHandle);
}
