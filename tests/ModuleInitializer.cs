using System.Runtime.CompilerServices;
using Mannam.PostgreSql;

namespace Mannam.Tests;

internal static class ModuleInitializer
{
    // The adapter registers what its driver's errors mean when it is loaded, which any program that has a store does at its start.
#pragma warning disable CA2255 // the tests are that program
    [ModuleInitializer]
#pragma warning restore CA2255
    public static void LoadAdapter() => RuntimeHelpers.RunModuleConstructor(typeof(ServiceDb).Module.ModuleHandle);
}
