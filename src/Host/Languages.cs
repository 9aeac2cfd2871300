using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mannam.Host;

/// <summary>The process's use of languages: it needs ICU for the normal forms of texts, but no culture affects its output.</summary>
internal static class Languages
{
    // The versions that .NET looks for.
    private const int OldestIcu = 50;
    private const int NewestIcu = 100;

    /// <summary>Call it first: without ICU, .NET ends the process with a stack trace at the first use of a culture.</summary>
    /// <returns>False, with a message on stderr, if ICU is missing.</returns>
    internal static bool Prepare()
    {
        // .NET reads these at the first use of a culture, and they override the program's own settings: texts would lose their normal forms.
        foreach (var variable in (string[])["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "DOTNET_SYSTEM_GLOBALIZATION_APPLOCALICU"])
            Environment.SetEnvironmentVariable(variable, null);
        if (!IsIcuThere())
        {
            // The console would use a culture.
            using var error = new FileStream(new SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            error.Write("mannam: ICU, the library for texts in all languages, is not installed (Debian 12: apt-get install libicu72)\n"u8);
            return false;
        }
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        return true;
    }

    private static bool IsIcuThere()
    {
        for (var version = NewestIcu; version >= OldestIcu; version--)
        {
            if (NativeLibrary.TryLoad($"libicuuc.so.{version}", out _))
                return true;
        }
        return NativeLibrary.TryLoad("libicuuc.so", out _);
    }
}
