using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Earshot.Server.Transport;

/// <summary>How many bytes wait in a socket. Asked each 20 ms of every call, so on Linux the descriptor is asked without the wrapping of <see cref="Socket.Available"/>.</summary>
internal readonly partial struct SocketBacklog(Socket socket)
{
    private const nuint BytesReadable = 0x541B; // FIONREAD

    private static readonly bool IsDirect = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    private readonly int descriptor = IsDirect ? (int)socket.Handle : -1;

    /// <summary>The bytes, or -1 when the socket is gone. A descriptor that was closed and taken by another file can only give a wrong count here: reading goes through <see cref="Socket"/>.</summary>
    public int Count
    {
        get
        {
            if (!IsDirect) return socket.Available;
            return Ioctl(descriptor, BytesReadable, out int count) == 0 ? count : -1;
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int descriptor, nuint request, out int count);
}
