using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Mannam.Host;

/// <summary>The few calls of the C library that .NET has no name for.</summary>
internal static class Posix
{
    /// <summary>"End now, cutting connections off": PostgreSQL's fast shutdown.</summary>
    internal const int Interrupt = 2;

    /// <summary>"Drop everything": PostgreSQL's immediate shutdown; the next start recovers from the log.</summary>
    internal const int Quit = 3;

    internal const int KillAtOnce = 9;

    private const int CurrentFolder = -100;
    private const int DoNotFollowLinks = 0x100;
    private const uint BasicFields = 0x7ff;
    private const uint OwnerOnly = 0x1C0;
    private const int SetDescriptorFlags = 2;
    private const int CloseOnExecute = 1;

    /// <summary>The account this program acts as; 0 is root.</summary>
    internal static uint Account => geteuid();

    /// <summary>Whose a file is and which one it is; <see langword="null"/> when it is not there or out of reach.</summary>
    internal static FileIdentity? Identify(string path, bool followLinks = true)
    {
        // struct statx has the same layout on every architecture, which struct stat has not.
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
    /// Keeps what whoever started us left open (a pipe, a lock) from our own children: a server that outlives us would hold it open, and
    /// a reader of the pipe would wait for its end.
    /// </summary>
    internal static void KeepDescriptorsFromChildren()
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            // The three standard ones are redirected for each child.
            if (int.Parse(Path.GetFileName(entry), CultureInfo.InvariantCulture) is > 2 and var descriptor)
                _ = fcntl(descriptor, SetDescriptorFlags, CloseOnExecute);
        }
    }

    /// <summary>Makes a folder that only this account can enter, closed from its first moment.</summary>
    /// <exception cref="Win32Exception">The system refused; also when the path exists.</exception>
    internal static void MakeClosedFolder(string path)
    {
        if (mkdir(path, OwnerOnly) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{path} cannot be made");
    }

    /// <summary>Gives a file or folder (not what a link points at) to another account.</summary>
    /// <exception cref="Win32Exception">The system refused.</exception>
    internal static void Give(string path, uint user, uint group)
    {
        if (lchown(path, user, group) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{path} cannot be given to account {user}");
    }

    /// <summary>Undoes that whoever started us had the signal ignored. To be called before anything listens to it.</summary>
    internal static void HearAgain(int signal) => _ = Posix.signal(signal, 0);

    /// <summary>Sends a signal; a process that is gone already is no error.</summary>
    internal static void Signal(int process, int signal) => _ = kill(process, signal);

    /// <summary>What the C library's allocator keeps at hand goes back to the machine; a C library that does not know how (musl) keeps less.</summary>
    internal static void GiveFreedMemoryBack()
    {
        try
        {
            _ = malloc_trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Nothing depends on it.
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

/// <summary>Device and inode name a file whatever its path; the mode includes the kind of file.</summary>
internal readonly record struct FileIdentity(uint Owner, ushort Mode, ulong Device, ulong Inode)
{
    private const ushort KindMask = 0xF000;
    private const ushort FolderKind = 0x4000;

    internal bool IsFolder => (Mode & KindMask) == FolderKind;

    /// <summary>Nobody but its owner (and root) can enter it.</summary>
    internal bool IsClosed => (Mode & 0x3F) == 0;

    internal bool IsSameFileAs(FileIdentity other) => (Device, Inode) == (other.Device, other.Inode);
}
