namespace Mannam.Host.Output;

/// <summary>The descriptors 0 to 2. One that is closed would be taken by the next file or socket that is opened, and what is written to stderr would go there.</summary>
internal static class StandardStreams
{
    /// <summary>
    /// Opens those that are closed to nothing. The runtime may have taken one of them by now and goes on using it; so the program starts anew, with
    /// all of them open. The launcher has seen to that; this is for who starts <c>dotnet mannam.dll</c>.
    /// </summary>
    public static void EnsureOpen()
    {
        int[] closed = [.. Enumerable.Range(0, 3).Where(descriptor => !Descriptors.IsInherited(descriptor))];
        if (closed.Length == 0)
            return;
        var program = Environment.ProcessPath!;
        var arguments = File.ReadAllBytes("/proc/self/cmdline");
        foreach (var descriptor in closed)
            Descriptors.OpenNothing(descriptor);
        Descriptors.Become(program, arguments);
    }
}
