using Mannam.Testing;

/// <summary>.NET runs this before a program whose environment names this file in <c>DOTNET_STARTUP_HOOKS</c>. So a program without this file cannot be
/// killed at a failpoint.</summary>
#pragma warning disable CA1050 // .NET wants it without a namespace.
internal static class StartupHook
{
    public static void Initialize() => KillSwitch.Install(Environment.GetEnvironmentVariable(KillSwitch.Variable));
}
#pragma warning restore CA1050
