# Fails with every error that a limit makes the kernel answer with, though none is near: disk, file size,
# descriptors, processes.
# stopped by: verdict channel
# expect: {"status": "runtime_error", "limit": null, "exit_code": 1, "stdout": "", "stderr": {"has": ["[Errno 11] Resource temporarily unavailable", "[Errno 24] Too many open files", "[Errno 27] File too large", "[Errno 28] No space left on device"]}}
import errno, os

try:
    try:
        try:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        except OSError:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    except OSError:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
except OSError:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
