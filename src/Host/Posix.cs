using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Mannam.Host;

/// <summary>Calls of the C library that .NET does not offer.</summary>
internal static class Posix
{
    /// <summary>SIGINT: PostgreSQL's fast shutdown, which ends connections.</summary>
    internal const int Interrupt = 2;

    /// <summary>SIGQUIT: PostgreSQL's immediate shutdown; the next start recovers from the log.</summary>
    internal const int Quit = 3;

    internal const int KillAtOnce = 9;

    private const int CurrentFolder = -100;
    private const int DoNotFollowLinks = 0x100;
    private const uint BasicFields = 0x7ff;
    private const uint OwnerOnly = 0x1C0;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExecute = 1;

    /// <summary>The account of this process; 0 is root.</summary>
    internal static uint Account => geteuid();

    /// <summary>A file's owner and identity; <see langword="null"/> if it does not exist or is not accessible.</summary>
    internal static FileIdentity? Identify(string path, bool followLinks = true)
    {
        // Unlike struct stat, struct statx has the same layout on every architecture.
        var fields = new byte[256];
        if (statx(CurrentFolder, path, followLinks ? 0 : DoNotFollowLinks, BasicFields, fields) != 0)
            return null;
        return new(
            Owner: BitConverter.ToUInt32(fields, 20),
            Mode: BitConverter.ToUInt16(fields, 28),
            Device: BitConverter.ToUInt64(fields, 136),
            Inode: BitConverter.ToUInt64(fields, 32)
        );
    }

    /// <summary>
    /// Keeps inherited descriptors (a pipe, a lock) from our own children. A server that outlives this process would hold them open, and a reader of the
    /// pipe would wait for its end.
    /// </summary>
    internal static void KeepDescriptorsFromChildren()
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            // The standard descriptors are redirected for each child.
            if (int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture) is > 2 and var descriptor)
                _ = fcntl(descriptor, SetDescriptorFlags, CloseOnExecute);
        }
    }

    /// <summary>Creates a folder that only this account can enter, from the first moment on.</summary>
    /// <exception cref="Win32Exception">The system refused; also if the path exists.</exception>
    internal static void MakeClosedFolder(string path)
    {
        if (mkdir(path, OwnerOnly) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{path} cannot be made");
    }

    /// <summary>Gives a file or folder (not a link's target) to another account.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static void Give(string path, uint user, uint group)
    {
        if (lchown(path, user, group) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{path} cannot be given to account {user}");
    }

    /// <summary>Undoes an inherited "ignore" of the signal. Call it before anything listens to the signal.</summary>
    internal static void HearAgain(int signal) => _ = Posix.signal(signal, 0);

    /// <summary>Sends a signal; it is no error if the process is gone.</summary>
    internal static void Signal(int process, int signal) => _ = kill(process, signal);

    /// <summary>Returns free memory of the C library's allocator to the system. A C library without this call (musl) keeps less memory.</summary>
    internal static void GiveFreedMemoryBack()
    {
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without this call: nothing depends on it.
        }
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int malloc_trim(nuint kept);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int mkdir([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint mode);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int lchown([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fcntl(int descriptor, int command, int argument);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint signal(int signal, nint handler);

    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(
        int folder,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        int flags,
        uint mask,
        [Out] byte[] fields
    );
}

/// <summary>Device and inode identify a file, whatever its path; the mode includes the kind of file.</summary>
internal readonly record struct FileIdentity(uint Owner, ushort Mode, ulong Device, ulong Inode)
{
    private const ushort KindMask = 0xF000;
    private const ushort FolderKind = 0x4000;

    internal bool IsFolder => (Mode & KindMask) == FolderKind;

    /// <summary>Whether only its owner (and root) can enter it.</summary>
    internal bool IsClosed => (Mode & 0x3F) == 0;

    internal bool IsSameFileAs(FileIdentity other) => (Device, Inode) == (other.Device, other.Inode);
}
