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
  BLOCKED_MS_PER_MINUTE_MAX,
  BLOCKING_MS,
  CALL_MS_MAX,
  FAILURES_PER_MINUTE_MAX,
  LOAD_MS_MAX,
  SLOW_MS,
  START_MS_MAX,
} from './limits.ts';

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
  const failures = new Map<string, readonly number[]>();
  const blocked = new Map<string, readonly Blocked[]>();
  const call: CallPackage = (entry, work) => {
    const nowMs = clock.nowMs();
    const recent = (failures.get(entry) ?? []).filter((atMs) => atMs > nowMs - 60_000);
    if (recent.length >= FAILURES_PER_MINUTE_MAX) {
      throw new PackageFailure(`failed ${recent.length} times within a minute and is suspended`);
    }
    const calls = (blocked.get(entry) ?? []).filter(({ atMs }) => atMs > nowMs - 60_000);
    const blockedMs = calls.reduce((sum, { ms }) => sum + ms, 0);
    if (blockedMs > BLOCKED_MS_PER_MINUTE_MAX) {
      const blockedS = Math.round(blockedMs / 1_000);
      throw new PackageFailure(`took ${blockedS} s within a minute and is suspended`);
    }
    const reply = process.call(entry, work);
    const ms = work.kind === 'load' ? 0 : (reply.ms ?? 0);
    const isSlow = ms > SLOW_MS;
    if (ms > BLOCKING_MS) blocked.set(entry, [...calls, { atMs: nowMs, ms }]);
    if (reply.outcome === 'ended' || isSlow) {
      failures.set(entry, [...recent, nowMs]);
      const reason = reply.outcome === 'value' ? 'it took too long' : reply.message;
      log.error({ package: entry, work: work.kind, reason }, 'a package failed');
    }
    if (reply.outcome === 'value') return reply.value;
    throw new PackageFailure(reply.message);
  };
  return (entry, known) => {
    const description = readDescription(known ?? call(entry, { kind: 'load', script: '' }));
    return { adapter: hostedAdapter(description, entry, call), mapping: description.mapping };
  };
}

/** A call that blocked the hub's process for a while. */
interface Blocked {
  readonly atMs: number;
  readonly ms: number;
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
