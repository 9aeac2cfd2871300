using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mannam.Host;

/// <summary>What the process knows of languages: it needs ICU for the normal forms of texts, and no language has a part in what it writes.</summary>
internal static class Languages
{
    // Those that .NET looks for.
    private const int OldestIcu = 50;
    private const int NewestIcu = 100;

    /// <summary>Must come first: without ICU, .NET ends the process with a stack trace at the first culture that is asked for.</summary>
    /// <returns>False, and a sentence on stderr, when ICU is missing.</returns>
    internal static bool Prepare()
    {
        // .NET asks for them at the first culture too, and they win over the program's own settings: texts would lose their normal forms.
        foreach (var variable in (string[])["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "DOTNET_SYSTEM_GLOBALIZATION_APPLOCALICU"])
            Environment.SetEnvironmentVariable(variable, null);
        if (!IsIcuThere())
        {
            // The console asks for a culture.
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
