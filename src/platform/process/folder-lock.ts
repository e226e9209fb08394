import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../clock.ts';
import { giveToOwnerOf } from './owner.ts';

/**
 * The lock that allows one hub per data folder. Each claimant listens on a unix socket of its own
 * in the lock folder; the kernel closes it when the process ends for any reason, so a socket that
 * refuses is stale and one that accepts is alive. That needs no pid, which may be reused, and no
 * clock, and it works between containers that share a volume.
 *
 * Claims are settled as in Lamport's bakery: publish first, then check. Each claimant finds every
 * claim published before; if two find each other, the older name wins.
 */
export interface FolderLock {
  release(): void;
}

interface LockHolder {
  readonly pid: number;
  readonly sinceMs: number;
}

/** Another process holds the folder. */
export class FolderBusy extends Error {
  override readonly name = 'FolderBusy';
  readonly holder: LockHolder;
  constructor(folder: string, holder: LockHolder) {
    const since = new Date(holder.sinceMs).toISOString();
    super(
      `${folder} is in use by process ${holder.pid}, started ${since}. ` +
        'Stop that one first, or give this one a folder of its own with WAYBILL_DATA.',
    );
    this.holder = holder;
  }
}

const CLAIM = /^([0-9a-z]{9})-(\d+)-[0-9a-f]{8}\.sock$/;
const ANSWER_MS_MAX = 2_000;
const SETTLE_MS_MAX = 10_000;
const CHECK_EVERY_MS = 25;
const DRAFT_AGE_MS_MAX = 60_000;

/** `leaving`: it closed the connection without an answer, so it is just withdrawing or ending. */
type ClaimState = 'claiming' | 'holding' | 'leaving';

/** Takes the lock or throws `FolderBusy`. */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const locks = path.join(folder, 'lock');
  mkdirSync(locks, { recursive: true, mode: 0o700 });
  giveToOwnerOf(folder, locks);
  const claim = await publishClaim(locks);
  try {
    await settle(folder, locks, claim.name);
  } catch (error) {
    claim.withdraw();
    throw error;
  }
  claim.hold();
  removeOldDrafts(locks);
  return { release: () => claim.withdraw() };
}

/** Returns the holder of the folder's lock; null if there is none. Changes nothing. */
export async function findLockHolder(folder: string): Promise<LockHolder | null> {
  const locks = path.join(folder, 'lock');
  for (const name of claimsIn(locks)) {
    if ((await probe(locks, name)) === 'holding') return holderNamedBy(name);
  }
  return null;
}

interface Claim {
  readonly name: string;
  hold(): void;
  withdraw(): void;
}

/**
 * Publishes a claim: a socket that answers with its state. Its name begins with the time, so that
 * older claims come first.
 */
async function publishClaim(locks: string): Promise<Claim> {
  let state: ClaimState = 'claiming';
  const name = `${systemClock.nowMs().toString(36).padStart(9, '0')}-${process.pid}-${randomBytes(4).toString('hex')}.sock`;
  const draft = name.replace('.sock', '.new');
  const server = createServer((connection) => {
    connection.on('error', () => {});
    connection.end(state);
  });
  await withSocketPath(locks, draft, (at) => listening(server, at));
  server.unref();
  giveToOwnerOf(locks, path.join(locks, draft));
  // It gets its final name only once it listens: before that it would seem stale.
  renameSync(path.join(locks, draft), path.join(locks, name));
  return {
    name,
    hold: () => {
      state = 'holding';
    },
    withdraw: () => {
      rmSync(path.join(locks, name), { force: true });
      server.close();
    },
  };
}

/**
 * Waits until the own claim is the only one left. Throws if another process holds the folder or has
 * the older claim.
 */
async function settle(folder: string, locks: string, own: string): Promise<void> {
  const deadline = performance.now() + SETTLE_MS_MAX;
  for (;;) {
    let undecided: string | null = null;
    for (const name of claimsIn(locks)) {
      if (name === own) continue;
      const state = await probe(locks, name);
      if (state === null) rmSync(path.join(locks, name), { force: true });
      else if (state === 'leaving') undecided = name;
      else if (state === 'holding' || name < own) throw busy(folder, name);
      else undecided = name;
    }
    if (undecided === null) return;
    // A younger claimant checked either before we published, and will hold the lock, or after, and
    // will withdraw.
    if (performance.now() > deadline) throw busy(folder, undecided);
    await sleep(CHECK_EVERY_MS);
  }
}

function busy(folder: string, name: string): FolderBusy {
  return new FolderBusy(folder, holderNamedBy(name));
}

function holderNamedBy(name: string): LockHolder {
  const [, since = '', pid = ''] = CLAIM.exec(name) ?? [];
  return { pid: Number(pid), sinceMs: Number.parseInt(since, 36) };
}

function claimsIn(locks: string): string[] {
  try {
    return readdirSync(locks).filter((name) => CLAIM.test(name));
  } catch {
    return [];
  }
}

/**
 * Asks a claim's owner for its state; null if it no longer exists. No answer means a busy holder.
 */
function probe(locks: string, name: string): Promise<ClaimState | null> {
  return withSocketPath(
    locks,
    name,
    (at) =>
      new Promise((resolve) => {
        const connection = connect(at).setEncoding('utf8').setTimeout(ANSWER_MS_MAX);
        let answer = '';
        const finish = (state: ClaimState | null): void => {
          connection.destroy();
          resolve(state);
        };
        connection.on('data', (text) => {
          answer += text;
        });
        connection.on('end', () => finish(isState(answer) ? answer : 'leaving'));
        connection.on('timeout', () => finish('holding'));
        connection.on('error', (error: NodeJS.ErrnoException) => {
          finish(stateAfter(error.code));
        });
      }),
  );
}

function isState(answer: string): answer is ClaimState {
  return answer === 'claiming' || answer === 'holding';
}

function stateAfter(code: string | undefined): ClaimState | null {
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return null;
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'leaving' : 'holding';
}

function listening(server: Server, at: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A socket's path has at most 107 bytes on Linux, 103 elsewhere; folders may be deeper. */
const SOCKET_PATH_BYTES_MAX = 103;

/** Calls `use` with a short path to a socket: the plain one, or through an open folder's descriptor. */
async function withSocketPath<T>(
  folder: string,
  name: string,
  use: (at: string) => Promise<T>,
): Promise<T> {
  const candidates = [
    path.join(folder, name),
    path.relative(process.cwd(), path.join(folder, name)),
  ];
  const short = candidates.find((at) => Buffer.byteLength(at) <= SOCKET_PATH_BYTES_MAX);
  if (short !== undefined) return use(short);
  const fd = openSync(folder, 'r');
  try {
    return await use(`/proc/self/fd/${fd}/${name}`);
  } finally {
    closeSync(fd);
  }
}

function removeOldDrafts(locks: string): void {
  for (const name of readdirSync(locks)) {
    if (!name.endsWith('.new')) continue;
    const made = statSync(path.join(locks, name), { throwIfNoEntry: false })?.mtimeMs;
    if (made !== undefined && systemClock.nowMs() - made > DRAFT_AGE_MS_MAX) {
      rmSync(path.join(locks, name), { force: true });
    }
  }
}
