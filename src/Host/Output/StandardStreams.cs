namespace Mannam.Host.Output;

/// <summary>Descriptors 0 to 2. If one is closed, the next opened file or socket gets its number, and texts for stderr would go there.</summary>
internal static class StandardStreams
{
    /// <summary>
    /// Opens closed descriptors to <c>/dev/null</c>. The runtime may already use one of the numbers, so the program restarts itself with all of them open.
    /// The launcher does the same; this is for a direct start of <c>dotnet mannam.dll</c>.
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
