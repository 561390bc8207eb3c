/**
 * Opens a file as descriptor 3, for /bin/sh (POSIX, with GNU coreutils); `$1` is its path. It is a constant: what differs
 * comes as arguments and is never read as code.
 *
 * INVARIANT: what was opened is what is checked, and what is read. Between two looks at a path somebody who owns a
 * directory on the way can put a link there; a descriptor stays with its file, and Linux tells by which path it was
 * reached (proc(5), `/proc/PID/fd`): another one than `$1` was reached over a link. The look before it is opened is no
 * such check: it spares, but in that moment between, opening named pipes, which would wait, and devices, where to open
 * is to act.
 *
 * The `.` keeps newlines at the end of a path. It ends with one of `REFUSALS`, or as its tools do.
 */
const OPEN = `
set -uf
kind=$(stat --printf=%f -- "$1") || exit 1
case $kind in a???) exit 3 ;; 8???) ;; *) exit 4 ;; esac
exec 3<"$1" || exit 1
opened=$(readlink -n /proc/self/fd/0 <&3 && echo .) || exit 5
[ "$opened" = "$1." ] || exit 3
kind=$(stat --printf=%f - <&3) || exit 1
case $kind in 8???) ;; *) exit 4 ;; esac
`;

/** `sh -c SCRIPT mco-tail PATH BYTES`: the end of a file. */
export const TAIL_SCRIPT = `${OPEN}exec tail --bytes="$2" <&3 3<&-
`;

/** `sh -c SCRIPT mco-digest PATH PROGRAM`: a file's checksum; not of what a file system of the kernel makes up meanwhile. */
export const DIGEST_SCRIPT = `${OPEN}on=$(stat --file-system --format=%T /proc/self/fd/0 <&3) || exit 1
case $on in
proc|sysfs|debugfs|tracefs|securityfs|configfs|cgroupfs|cgroup2fs|bpf_fs|pstorefs|efivarfs|selinux|smackfs|binfmt_misc|\
devpts|mqueue|rpc_pipefs|autofs|nsfs|pipefs|sockfs|fusectl|usbdevfs|"inode fs"|anon-inode*) exit 6 ;;
esac
exec "$2" <&3 3<&-
`;

/**
 * `sh -c SCRIPT mco-inspect DIRECTORY NAME FORMAT`: what stat(1) tells of NAME, and after a tab where a link leads.
 * INVARIANT: the directory that was entered is the one that is checked, and looked in.
 */
export const INSPECT_SCRIPT = `
set -uf
cd -P -- "$1" 2>/dev/null || { stat --printf= -- "$1/." && exit 7; exit 1; }
at=$(pwd -P && echo .) || exit 5
[ "$at" = "$1
." ] || exit 3
stat --printf="$3" -- "./$2" || exit 1
[ ! -L "./$2" ] || { printf '\\t' && readlink --no-newline -- "./$2"; }
`;

/** What their exit codes say. */
export const REFUSALS: ReadonlyMap<number | undefined, string> = new Map([
  [3, 'it goes over a link, or was moved just now'],
  [4, 'it is no file'],
  [5, 'the system does not tell what was opened'],
  [6, 'a file system of the kernel makes it up while it is read: it has no checksum'],
  [7, 'its directory could not be entered'],
]);
