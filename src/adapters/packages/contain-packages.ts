import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { CHILD_START } from '../../platform/process/child-process.ts';
import { networkIsolation, requireBundle } from '../../platform/process/contained-process.ts';
import type { Shutdown } from '../../platform/process/shutdown.ts';
import {
  type CallPackage,
  PackageFailure,
  type PackageReply,
  type PackageRequest,
  type PackageThreadTask,
  type PackageWork,
} from './calls.ts';
import { readDescription } from './describe.ts';
import { hostedAdapter } from './hosted-adapter.ts';
import {
  CALL_MS_MAX,
  FAILURES_PER_MINUTE_MAX,
  LOAD_MS_MAX,
  SLOW_MS,
  SLOW_MS_PER_MINUTE_MAX,
  START_MS_MAX,
} from './limits.ts';
import { unpackResult } from './results.ts';

interface ContainDeps {
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn' | 'error'>;
  readonly shutdown: Pick<Shutdown, 'onStop'>;
}

/**
 * Loads a package's adapter, whose functions then run in the packages' process.
 *
 * @param description what it consisted of when it was checked; absent: it is run to find out.
 */
export type LoadContained = (
  entry: string,
  description?: unknown,
) => {
  readonly adapter: unknown;
  readonly mapping: string | null;
};

/**
 * Starts the packages' process, which may read `folders`, and returns the function that loads
 * adapters into it. A package that was installed with a description is not run before its first
 * call, so that no package can keep the hub from starting.
 */
export function containPackages(
  folders: readonly string[],
  { clock, log, shutdown }: ContainDeps,
): LoadContained {
  requireBundle();
  if (networkIsolation() === null) {
    log.warn('carriers of other packages can use the network: this machine allows no `unshare -n`');
  }
  const process = new PackageCalls(folders);
  shutdown.onStop('packages', async () => process.stop());
  const strains = new Map<string, readonly Strain[]>();
  const call: CallPackage = (entry, work) => {
    const nowMs = clock.nowMs();
    const recent = (strains.get(entry) ?? []).filter(({ atMs }) => atMs > nowMs - 60_000);
    const suspended = whySuspended(recent);
    if (suspended !== null) throw new PackageFailure(`${suspended} and is suspended`);
    const reply = process.call(entry, work);
    const hasFailed = reply.outcome === 'ended';
    const tookMs = work.kind === 'load' ? 0 : (reply.tookMs ?? 0);
    if (hasFailed || tookMs > SLOW_MS) {
      const all = [...recent, { atMs: nowMs, hasFailed, tookMs }];
      strains.set(entry, all);
      const reason = hasFailed ? reply.message : whySuspended(all);
      if (reason !== null)
        log.error({ package: entry, work: work.kind, reason }, 'a package failed');
    }
    if (reply.outcome === 'value') return unpackResult(reply.json);
    throw new PackageFailure(reply.message);
  };
  return (entry, known) => {
    const description = readDescription(known ?? call(entry, { kind: 'load', script: '' }));
    return { adapter: hostedAdapter(description, entry, call), mapping: description.mapping };
  };
}

/** A call of a package that the hub had to bear. */
interface Strain {
  readonly atMs: number;
  readonly hasFailed: boolean;
  readonly tookMs: number;
}

/** Why a package is not called for now; null: it may be. Pure. */
function whySuspended(lastMinute: readonly Strain[]): string | null {
  const failures = lastMinute.filter(({ hasFailed }) => hasFailed).length;
  if (failures >= FAILURES_PER_MINUTE_MAX) return `failed ${failures} times within a minute`;
  const slowMs = lastMinute.reduce((sum, { tookMs }) => sum + tookMs, 0);
  if (slowMs < SLOW_MS_PER_MINUTE_MAX) return null;
  return `took ${(slowMs / 1_000).toFixed(1)} s of slow calls within a minute`;
}

const THREAD = new URL('./package-thread.ts', import.meta.url);
/** The thread answers within the limits of its request; this only ends a wait for a dead thread. */
const GRACE_MS = 10_000;

/**
 * Calls to the thread that has the process. Each blocks this thread until the reply: the functions
 * of an adapter are synchronous, and are needed in the middle of synchronous work (detection,
 * checks of requests). An adapter that ran in this thread would block it as well.
 */
class PackageCalls {
  readonly #thread: Worker;
  readonly #port: PackageThreadTask['port'];
  readonly #replies: Int32Array;
  readonly #ended: Promise<unknown>;
  #lastId = 0;

  constructor(readable: readonly string[]) {
    const { port1, port2 } = new MessageChannel();
    const replies = new SharedArrayBuffer(4);
    const task: PackageThreadTask = { port: port2, replies, readable };
    this.#thread = new Worker(CHILD_START, {
      argv: [THREAD.href],
      execArgv: [],
      workerData: task,
      transferList: [port2],
    });
    // A call that gets no reply reports that the thread has ended.
    this.#thread.on('error', () => {});
    this.#ended = new Promise((resolve) => this.#thread.once('exit', resolve));
    this.#thread.unref();
    port1.unref();
    this.#port = port1;
    this.#replies = new Int32Array(replies);
  }

  call(entry: string, work: PackageWork): PackageReply {
    this.#lastId += 1;
    const id = this.#lastId;
    const timeoutMs = work.kind === 'load' ? LOAD_MS_MAX : CALL_MS_MAX;
    const request: PackageRequest = { id, entry, work, timeoutMs };
    const endMs = performance.now() + 2 * (START_MS_MAX + timeoutMs) + GRACE_MS;
    let seen = Atomics.load(this.#replies, 0);
    this.#port.postMessage(request);
    for (;;) {
      const waited = Atomics.wait(this.#replies, 0, seen, endMs - performance.now());
      seen = Atomics.load(this.#replies, 0);
      // Replies to earlier calls, which have timed out, are discarded.
      for (
        let next = receiveMessageOnPort(this.#port);
        next !== undefined;
        next = receiveMessageOnPort(this.#port)
      ) {
        const reply: PackageReply = next.message;
        if (reply.id === id) return reply;
      }
      if (waited === 'timed-out') return { id, outcome: 'ended', message: 'its thread has ended' };
    }
  }

  /** Ends process and thread. */
  async stop(): Promise<void> {
    this.#thread.ref();
    this.#port.postMessage(null);
    await this.#ended;
  }
}
