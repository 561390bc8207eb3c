/**
 * Shows the end of a file, for /bin/sh (POSIX, with GNU coreutils). It is a constant: what differs comes as arguments
 * and is never read as code.
 *
 *     sh -c SCRIPT mco-tail PATH BYTES
 *
 * INVARIANT: what was opened is what is checked, and what is read. Between two looks at a path somebody who owns a
 * directory on the way can put a link there; a descriptor stays with its file, and Linux tells by which path it was
 * reached (proc(5), `/proc/PID/fd`): another one than PATH was reached over a link. The look before it is opened is no
 * such check: it spares, but in that moment between, opening named pipes, which would wait, and devices, where to open
 * is to act.
 *
 * The `.` keeps newlines at the end of a path. It ends with one of `TAIL_REFUSALS`, or as its tools do.
 */
export const TAIL_SCRIPT = `
set -uf
kind=$(stat --printf=%f -- "$1") || exit 1
case $kind in a???) exit 3 ;; 8???) ;; *) exit 4 ;; esac
exec 3<"$1" || exit 1
opened=$(readlink -n /proc/self/fd/0 <&3 && echo .) || exit 5
[ "$opened" = "$1." ] || exit 3
kind=$(stat --printf=%f - <&3) || exit 1
case $kind in 8???) ;; *) exit 4 ;; esac
exec tail --bytes="$2" <&3 3<&-
`;

/** What its exit codes say. */
export const TAIL_REFUSALS: ReadonlyMap<number | undefined, string> = new Map([
  [3, 'it goes over a link, or was moved just now'],
  [4, 'it is no file'],
  [5, 'the system does not tell what was opened'],
]);
