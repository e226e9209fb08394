/** Where a command runs in a root file system, and as whom. */
export interface Place {
  readonly root: string;
  /** Folders or files from outside, by their path inside. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Nothing but mounted folders and /tmp can be written then. */
  readonly isReadOnly: boolean;
  /** `uid:gid` */
  readonly user: string;
  readonly env: readonly string[];
  readonly folder: string;
}

/**
 * The command line that runs a command in a root file system. Its mounts are in a namespace of its
 * own, and end with it. All programs on the way replace themselves, so signals reach the command.
 */
export function within(place: Place, command: readonly string[]): [string, ...string[]] {
  const { root, mounts, isReadOnly, user, env, folder } = place;
  const script = [
    `mount --bind ${root} ${root}`,
    `mount --rbind /dev ${root}/dev`,
    `mount -t proc proc ${root}/proc`,
    ...Object.entries(mounts).flatMap(([to, from]) => [
      `[ -e ${root}${to} ] || if [ -d ${from} ]; then mkdir -p ${root}${to}; else install -D /dev/null ${root}${to}; fi`,
      `mount --bind ${from} ${root}${to}`,
    ]),
    ...(isReadOnly
      ? [
          `mount -t tmpfs -o nosuid,nodev,noexec tmpfs ${root}/tmp`,
          `mount -o remount,bind,ro ${root}`,
        ]
      : []),
    `exec chroot --userspec=${user} --groups= ${root} "$@"`,
  ].join('\n');
  const inside = ['/usr/bin/env', '-i', `--chdir=${folder}`, ...env, ...command];
  return ['unshare', '--mount', 'sh', '-ec', script, 'sh', ...inside];
}
