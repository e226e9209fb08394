import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * The account that PostgreSQL's programs run under, and how they are started.
 *
 * PostgreSQL refuses to run as root, so root starts it under another account. The server gets none
 * of root's rights: it reaches our 0700 folders through descriptors (hand-over.ts) and runs
 * programs that it may read (reachable-binaries.ts).
 *
 * The server must not outlive us either. On Linux, `setpriv --pdeathsig` (util-linux) makes the
 * kernel end it when the thread that started it ends, so a `kill -9` of us leaves nothing running.
 * That thread must be the main thread.
 */
export interface RunAs {
  /** The command prefix: `[]`, or setpriv with its options. */
  readonly prefix: readonly string[];
  /** The account that the server's files must belong to; null if it is our own. */
  readonly account: Account | null;
  /** The uid and gid for spawn itself, used if there is no setpriv. */
  readonly spawnAs: { readonly uid?: number; readonly gid?: number };
  /** Whether the kernel ends the server when we die. */
  readonly endsWithUs: boolean;
}

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Root cannot run PostgreSQL under another account; the message says what to do. */
class CannotRunAs extends Error {
  override readonly name = 'CannotRunAs';
}

/**
 * Decides under which account the server runs, and how.
 *
 * @param filesUid owner of the files; root runs the server as that account unless it is root
 * itself, so that a folder created by a plain user keeps working for both. Null if unknown.
 * @param deathSignal the signal that the kernel sends the server when we die.
 */
export function decideRunAs(filesUid: number | null, deathSignal = 'QUIT'): RunAs {
  const death = `--pdeathsig=${deathSignal}`;
  if (process.getuid?.() !== 0) {
    const setpriv = findSetpriv([death]);
    const prefix = setpriv === null ? [] : [setpriv, death];
    return { prefix, account: null, spawnAs: {}, endsWithUs: setpriv !== null };
  }
  const missing = missingCapabilities(readOrEmpty('/proc/self/status'));
  if (missing.length > 0) throw new CannotRunAs(explainMissing(missing));
  const account = pickAccount(readFileSync('/etc/passwd', 'utf8'), filesUid, {
    uids: readOrEmpty('/proc/self/uid_map'),
    gids: readOrEmpty('/proc/self/gid_map'),
  });
  const { uid, gid } = account;
  const options = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', death];
  const setpriv = findSetpriv(options);
  return setpriv === null
    ? { prefix: [], account, spawnAs: { uid, gid }, endsWithUs: false }
    : { prefix: [setpriv, ...options], account, spawnAs: {}, endsWithUs: true };
}

/** The ids of this user namespace (`/proc/self/uid_map` and `gid_map`); empty: all are usable. */
interface IdMaps {
  readonly uids: string;
  readonly gids: string;
}

/**
 * Chooses the account under which root runs the server: the owner of the files if there is one,
 * else `nobody`, else the first that is not root. It needs an entry in passwd, because PostgreSQL
 * looks itself up.
 */
export function pickAccount(
  passwd: string,
  filesUid: number | null,
  maps: IdMaps = { uids: '', gids: '' },
): Account {
  const accounts = passwd.split('\n').flatMap((line): Account[] => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || uid === undefined || gid === undefined) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
  const plain = accounts
    .filter(({ uid, gid }) => uid > 0 && Number.isInteger(gid))
    .filter(({ uid, gid }) => isMapped(maps.uids, uid) && isMapped(maps.gids, gid));
  const account =
    plain.find(({ uid }) => uid === filesUid) ??
    plain.find(({ name }) => name === 'nobody') ??
    plain[0];
  if (account === undefined) {
    throw new CannotRunAs(
      'PostgreSQL refuses to run as root, and /etc/passwd has no other account that can be used ' +
        `here. Add one, ${OTHER_WAYS}`,
    );
  }
  return account;
}

/**
 * Whether an id is in a map, each line of which has the first id inside, the first outside, and how
 * many.
 */
function isMapped(map: string, id: number): boolean {
  const ranges = map.split('\n').filter((line) => line.trim() !== '');
  return (
    ranges.length === 0 ||
    ranges.some((line) => {
      const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
      return id >= first && id < first + count;
    })
  );
}

/**
 * The capabilities that root needs to give files and a server to another account, by bit
 * (linux/capability.h).
 */
const CAPABILITIES_NEEDED = [
  ['CHOWN', 0],
  ['DAC_OVERRIDE', 1],
  ['FOWNER', 3],
  ['KILL', 5],
  ['SETGID', 6],
  ['SETUID', 7],
] as const;

/**
 * Returns the capabilities that are missing.
 *
 * @param status the text of `/proc/self/status`; without it, nothing is known to be missing.
 */
export function missingCapabilities(status: string): string[] {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (effective === undefined) return [];
  const bits = BigInt(`0x${effective}`);
  return CAPABILITIES_NEEDED.filter(([, bit]) => ((bits >> BigInt(bit)) & 1n) === 0n).map(
    ([name]) => name,
  );
}

const OTHER_WAYS =
  'start as a plain user to whom this folder and the data folder belong, or set DATABASE_URL to a ' +
  'PostgreSQL server of your own.';

function explainMissing(missing: readonly string[]): string {
  const added = missing.map((name) => `--cap-add=${name}`).join(' ');
  return (
    'PostgreSQL refuses to run as root, and this process cannot run it under another account: it ' +
    `lacks the capabilities ${missing.join(', ')}. Add them (\`docker run ${added} …\`), ${OTHER_WAYS}`
  );
}

/**
 * Returns a setpriv that is new enough (busybox's has no `--pdeathsig`) and permitted to do this;
 * null if there is none.
 */
function findSetpriv(options: readonly string[]): string | null {
  if (process.platform !== 'linux') return null;
  for (const candidate of ['/usr/bin/setpriv', '/bin/setpriv']) {
    try {
      // It runs itself, because other programs on the PATH may be inaccessible to the account.
      execFileSync(candidate, [...options, candidate, '--version'], {
        stdio: 'ignore',
        timeout: 5_000,
        cwd: '/',
      });
      return candidate;
    } catch {
      // Missing or unable: try the next one.
    }
  }
  return null;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
