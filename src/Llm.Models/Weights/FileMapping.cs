using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Llm.Models;

/// <summary>
/// A file mapped into memory, for tensors that lie in it without a copy. Pages are private: a write to such a tensor takes a copy of
/// its page and never reaches the file. The mapping lasts until the last of the tensors is gone.
/// </summary>
internal sealed class FileMapping : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;

    public FileMapping(SafeFileHandle file)
    {
        _map = MemoryMappedFile.CreateFromFile(
            file, null, 0, MemoryMappedFileAccess.CopyOnWrite, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
    }

    /// <summary>A tensor over the elements from <paramref name="offset"/>, which must be a multiple of their size.</summary>
    public Tensor View(long offset, ScalarType type, IReadOnlyList<long> shape, long count)
    {
        var lease = new Lease(_view.SafeMemoryMappedViewHandle);
        var flat = THSTensor_frombuffer(
            lease.Address + (nint)(_view.PointerOffset + offset), lease.Release, count, 0, (sbyte)type, (sbyte)type, 0, 0, false);
        if (flat == 0)
        {
            lease.Release(0);
            CheckForErrors();
        }
        using var line = Tensor.UnsafeCreateTensor(flat);
        return line.view([.. shape]);
    }

    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
    }

    [DllImport("LibTorchSharp")]
    private static extern nint THSTensor_frombuffer(
        nint memory, Releaser releaser, long count, long offset, sbyte type, sbyte resultType, int deviceType, int deviceIndex,
        [MarshalAs(UnmanagedType.U1)] bool requiresGradient);

    private delegate void Releaser(nint memory);

    /// <summary>One tensor's hold on the mapping.</summary>
    private sealed class Lease
    {
        // The garbage collector does not see that native code holds the delegate.
        private static readonly ConcurrentDictionary<Lease, byte> Alive = [];
        private readonly SafeHandle _mapping;

        public Lease(SafeHandle mapping)
        {
            _mapping = mapping;
            Release = OnRelease;
            var added = false;
            mapping.DangerousAddRef(ref added);
            Alive.TryAdd(this, 0);
        }

        public nint Address => _mapping.DangerousGetHandle();

        public Releaser Release { get; }

        private void OnRelease(nint memory)
        {
            _mapping.DangerousRelease();
            Alive.TryRemove(this, out _);
        }
    }
}
