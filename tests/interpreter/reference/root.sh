# Started as root in namespaces of its own: builds a root that looks like a sandbox's, from the same
# unpacked image and with nothing of warmbox in it, and goes there as the first process, `first.py`.
#
#   root.sh IMAGE ROOT JOB [NAME=VALUE]... -- WORD...
#
# IMAGE is the unpacked image and ROOT an empty folder. JOB holds `work`, the program's files; `opt`,
# what lies on its PYTHONPATH; `first.py`; and takes `report`, how the program ended.
set -eu
image=$1 root=$2 job=$3
shift 3
exec 3>"$job/report"

mount -t tmpfs -o mode=0755 reference "$root"
cd "$root"
mkdir usr etc proc dev dev/shm tmp run run/empty run/figures opt opt/warmbox work var var/tmp
mount --bind "$image/usr" usr
mount -o remount,bind,ro usr
for name in bin sbin lib lib64; do
  ln -s "usr/$name" "$name"
done
for name in ld.so.cache ld.so.conf ld.so.conf.d alternatives matplotlibrc mime.types localtime \
  'python3*' fonts; do
  # shellcheck disable=SC2086 # a pattern
  for path in "$image"/etc/$name; do
    [ ! -e "$path" ] || cp -a "$path" etc/
  done
done
printf 'root:x:0:0::/nonexistent:/usr/sbin/nologin\nsandbox:x:1000:1000:sandbox:/tmp:/bin/sh\n' >etc/passwd
printf 'root:x:0:\nsandbox:x:1000:\n' >etc/group
printf '127.0.0.1 localhost sandbox\n::1 localhost\n' >etc/hosts
for name in null zero full random urandom; do
  : >"dev/$name"
  mount --bind "/dev/$name" "dev/$name"
done
ln -s /proc/self/fd dev/fd
for stream in 0:stdin 1:stdout 2:stderr; do
  ln -s "/proc/self/fd/${stream%:*}" "dev/${stream#*:}"
done
mount -t proc proc proc
hostname sandbox
cp -a "$job/opt/." opt/warmbox/
cp -a "$job/work/." work/
chown -R 1000:1000 work run/figures
chmod 0700 work run/figures
chmod 1777 tmp dev/shm
exec chroot . /usr/bin/python3 -I -S -c "$(cat "$job/first.py")" "$@"
