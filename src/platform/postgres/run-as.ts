import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * As whom, and through what, PostgreSQL's programs run. PostgreSQL refuses to be root, and must
 * not outlive us, so on Linux both are arranged by `setpriv` (util-linux):
 * - root becomes another account that keeps the one right to read below our 0700 folders;
 * - `--pdeathsig=QUIT` makes the kernel end the server when the thread that started it ends,
 *   so a `kill -9` of us leaves nothing behind. That thread must be the main thread.
 */
export interface RunAs {
  /** What stands before the program: `[]`, or setpriv with its options. */
  readonly prefix: readonly string[];
  /** The account the server's files must belong to; null when it is our own. */
  readonly account: Account | null;
  /** uid and gid for spawn itself, when there is no setpriv to do it. */
  readonly spawnAs: { readonly uid?: number; readonly gid?: number };
  /** The kernel ends the server when we die. */
  readonly endsWithUs: boolean;
}

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * @param filesUid owner of the files; root runs the server as that account unless it is root
 *   itself, so that a folder made by a plain user goes on working for both. Null when unknown.
 * @param deathSignal what the kernel sends the server when we die.
 */
export function decideRunAs(filesUid: number | null, deathSignal = 'QUIT'): RunAs {
  const uid = process.getuid?.() ?? null;
  const setpriv = findSetpriv();
  if (uid !== 0) {
    const prefix = setpriv === null ? [] : [setpriv, `--pdeathsig=${deathSignal}`];
    return { prefix, account: null, spawnAs: {}, endsWithUs: setpriv !== null };
  }
  const account = pickAccount(readFileSync('/etc/passwd', 'utf8'), filesUid);
  if (setpriv === null) {
    const spawnAs = { uid: account.uid, gid: account.gid };
    return { prefix: [], account, spawnAs, endsWithUs: false };
  }
  const prefix = [
    setpriv,
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    '--clear-groups',
    `--pdeathsig=${deathSignal}`,
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ];
  return { prefix, account, spawnAs: {}, endsWithUs: true };
}

/**
 * The account root hands the server to: the owner of the files when there is one, else `nobody`,
 * else the first that is not root. It needs an entry in passwd, PostgreSQL looks itself up.
 */
export function pickAccount(passwd: string, filesUid: number | null): Account {
  const accounts = passwd.split('\n').flatMap((line): Account[] => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || uid === undefined || gid === undefined) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
  const plain = accounts.filter(({ uid, gid }) => uid > 0 && Number.isInteger(gid));
  const account =
    plain.find(({ uid }) => uid === filesUid) ??
    plain.find(({ name }) => name === 'nobody') ??
    plain[0];
  if (account === undefined) {
    throw new Error(
      'PostgreSQL refuses to run as root and /etc/passwd has no other account. ' +
        'Add one, start as a plain user, or set DATABASE_URL.',
    );
  }
  return account;
}

/** Present and new enough for `--pdeathsig` (busybox's setpriv is not). */
function findSetpriv(): string | null {
  if (process.platform !== 'linux') return null;
  for (const candidate of ['/usr/bin/setpriv', '/bin/setpriv']) {
    try {
      execFileSync(candidate, ['--pdeathsig=QUIT', 'true'], { stdio: 'ignore', timeout: 5_000 });
      return candidate;
    } catch {
      // Not there, or not able: the next one, or none.
    }
  }
  return null;
}
