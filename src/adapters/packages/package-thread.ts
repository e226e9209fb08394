/**
 * The thread that controls the packages' process: keeps it running, sends it one request at a time,
 * and kills it if a request takes too long. The hub's main thread waits meanwhile, because an
 * adapter's functions are synchronous (contain-packages.ts).
 */
import type { ChildProcess } from 'node:child_process';
import { workerData } from 'node:worker_threads';
import { forkContained, READY } from '../../platform/process/contained-process.ts';
import { whyTooLarge } from './answer-size.ts';
import { bundlePackage } from './bundle-package.ts';
import {
  type PackageReply,
  type PackageRequest,
  type PackageThreadTask,
  RUN_PACKAGES,
} from './calls.ts';
import { LOAD_MS_MAX, MEMORY_MIB_MAX, START_MS_MAX } from './limits.ts';

interface PackageProcess {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  /** How it ended. */
  readonly ended: Promise<string>;
  /** The packages that it has loaded. */
  readonly called: Set<string>;
}

const { port, replies, readable } = workerData as PackageThreadTask;
const count = new Int32Array(replies);
/** The scripts of packages, by their modules. */
const scripts = new Map<string, string>();
let current = start();

port.on('message', async (request: PackageRequest | null) => {
  if (request === null) {
    current.child.kill('SIGKILL');
    port.close();
    return;
  }
  port.postMessage(await answer(request));
  Atomics.add(count, 0, 1);
  Atomics.notify(count, 0);
});

function start(): PackageProcess {
  const child = forkContained(RUN_PACKAGES, { readable, memoryMib: MEMORY_MIB_MAX });
  return {
    child,
    ready: new Promise((resolve) => {
      child.on('message', (message) => message === READY && resolve(null));
    }),
    ended: new Promise((resolve) => {
      child.once('error', ({ message }) => resolve(message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    }),
    called: new Set(),
  };
}

/**
 * Returns the reply. If the process ends, another one is started. If the ended one had loaded other
 * packages, too, the request is repeated: one of them may have left a timer or used up the memory.
 */
async function answer(request: PackageRequest): Promise<PackageReply> {
  const { id, entry } = request;
  const { ready, called } = current;
  const started = await withinTime(ready, START_MS_MAX);
  if ('failure' in started) return restart(id, `did not start: ${started.failure}`);
  const isLoad = request.work.kind === 'load';
  if (isLoad || !called.has(entry)) {
    const loaded = await load(id, entry);
    if (isLoad || loaded.outcome !== 'value') return loaded;
  }
  const reply = await exchange(request);
  return reply.outcome === 'ended' && called.size > 1 ? answer(request) : reply;
}

/** Loads a package into the current process, or says why that failed. */
async function load(id: number, entry: string): Promise<PackageReply> {
  try {
    const script = scripts.get(entry) ?? (await bundlePackage(entry, { within: readable }));
    scripts.set(entry, script);
    const { called } = current;
    const loaded = await exchange({
      ...{ id, entry, timeoutMs: LOAD_MS_MAX },
      work: { kind: 'load', script },
    });
    if (loaded.outcome === 'value') called.add(entry);
    return loaded;
  } catch (error) {
    return { id, outcome: 'threw', message: error instanceof Error ? error.message : 'no bundle' };
  }
}

/** Sends a request and returns the reply; ends the process if there is none in time. */
async function exchange(request: PackageRequest): Promise<PackageReply> {
  const { child } = current;
  const startedMs = performance.now();
  const reply = new Promise<PackageReply>((resolve) => {
    child.on('message', function take(message: PackageReply) {
      if (message.id !== request.id) return;
      child.off('message', take);
      resolve(message);
    });
  });
  child.send(request, () => {}); // If it is lost, no reply arrives in time.
  const outcome = await withinTime(reply, request.timeoutMs);
  if ('failure' in outcome) return restart(request.id, outcome.failure);
  return { ...limited(request.id, outcome.value), ms: performance.now() - startedMs };
}

/** The process checks it, too, but a package may have changed how. */
function limited(id: number, reply: PackageReply): PackageReply {
  const tooLarge = reply.outcome === 'value' ? whyTooLarge(reply.value) : null;
  return tooLarge === null ? reply : { id, outcome: 'threw', message: tooLarge };
}

function restart(id: number, message: string): PackageReply {
  current.child.kill('SIGKILL');
  current = start();
  return { id, outcome: 'ended', message };
}

/** Returns the value, or why it did not arrive in time. */
async function withinTime<T>(
  value: Promise<T>,
  timeoutMs: number,
): Promise<{ readonly value: T } | { readonly failure: string }> {
  const late = new Promise<{ failure: string }>((resolve) => {
    const failure = `no answer within ${timeoutMs / 1_000} s`;
    AbortSignal.timeout(timeoutMs).addEventListener('abort', () => resolve({ failure }));
  });
  return Promise.race([
    value.then((known) => ({ value: known })),
    current.ended.then((how) => ({ failure: `its process ended (${how})` })),
    late,
  ]);
}
