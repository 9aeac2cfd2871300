using System.Runtime.InteropServices;

namespace Mannam.Host.Output;

/// <summary>Calls of the C library for descriptors that .NET does not offer.</summary>
internal static class Descriptors
{
    private const int ReadAndWrite = 2;
    private const int GetFlags = 1;
    private const int CloseOnExecute = 1;
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const short Writable = 4;

    /// <summary>
    /// Whether a descriptor was open when this program began. Descriptors that the runtime opens itself close when another program replaces it. An
    /// inherited descriptor does not have that flag.
    /// </summary>
    internal static bool IsInherited(int descriptor) =>
        fcntl(descriptor, GetFlags, 0) is >= 0 and var flags && (flags & CloseOnExecute) == 0;

    /// <summary>Opens <c>/dev/null</c> as this descriptor, also for a program that replaces this one.</summary>
    internal static void OpenNothing(int descriptor)
    {
        var nothing = open("/dev/null", ReadAndWrite);
        if (nothing == descriptor)
            return;
        _ = dup2(nothing, descriptor);
        _ = close(nothing);
    }

    /// <summary>Replaces this program by another one, in the same process. Returns only if the system refuses.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its name and its arguments, each with a zero at its end.</param>
    internal static void Become(string program, ReadOnlySpan<byte> arguments)
    {
        // Pinned while the system reads them.
        var text = GC.AllocateUninitializedArray<byte>(arguments.Length, pinned: true);
        arguments.CopyTo(text);
        List<nint> begins = [];
        for (var at = 0; at < text.Length; at += text.AsSpan(at).IndexOf((byte)0) + 1)
            begins.Add(Marshal.UnsafeAddrOfPinnedArrayElement(text, at));
        _ = execv(program, [.. begins, 0]);
    }

    /// <summary>Writes all bytes, and waits for the reader as long as necessary.</summary>
    /// <returns>False if the system refuses: no reader any more, a full disk, or a closed descriptor.</returns>
    internal static bool Write(int descriptor, byte[] all)
    {
        for (var done = 0; done < all.Length; )
        {
            var written = write(descriptor, ref all[done], (nuint)(all.Length - done));
            if (written >= 0)
                done += (int)written;
            else if (Marshal.GetLastPInvokeError() is not (Interrupted or TryAgain))
                return false;
            else
                WaitUntilWritable(descriptor);
        }
        return true;
    }

    // Another process that shares the descriptor may have made it non-blocking.
    private static void WaitUntilWritable(int descriptor)
    {
        var asked = new PollRequest { Descriptor = descriptor, Asked = Writable };
        _ = poll(ref asked, 1, 1000);
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fcntl(int descriptor, int command, int argument);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int how);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int dup2(int from, int to);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int execv([MarshalAs(UnmanagedType.LPUTF8Str)] string path, nint[] arguments);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint write(int descriptor, ref byte first, nuint count);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int poll(ref PollRequest asked, nuint count, int milliseconds);

    // The fields that the system fills in are not used.
    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Asked;
        public short Answered;
    }
}
