import {
  type PackageReply,
  type PackageRequest,
  type PackageWork,
  type ParseOutcome,
  type Payload,
  RUN_PACKAGES,
  unpackResult,
} from '../../adapters/index.ts';
import { forkContained, READY } from '../../platform/process/contained-process.ts';
import type { CheckReply, CheckRequest } from './check-package.ts';

/** Time limit of all checks; the carriers of this repository need ten seconds. */
const CHECKS_MS_MAX = 60_000;
/** Memory for the checks, which try payloads of many sizes, in MiB. */
const MEMORY_MIB_MAX = 512;

/** A package to check, and the kit, both as scripts (bundlePackage). */
interface CheckedPackage {
  readonly kit: string;
  readonly script: string;
  /** The module of its sandbox as a script; null: it has none. */
  readonly sandbox: string | null;
  /** The package's module. */
  readonly entry: string;
  /** The folder that the process may read. */
  readonly folder: string;
}

export interface CheckOptions {
  readonly timeoutMs?: number;
  /** Ends the checks early. */
  readonly interrupted?: AbortSignal;
}

type Verdict = Exclude<CheckReply, { kind: 'elsewhere' }>;

const CHECKS = new URL('./check-package.ts', import.meta.url);

/**
 * Runs the kit on a package in a process of its own, which is ended after `timeoutMs`. Never
 * rejects: a process that ends is a failure.
 */
export async function checkContained(
  { folder, ...checked }: CheckedPackage,
  { timeoutMs = CHECKS_MS_MAX, interrupted }: CheckOptions = {},
): Promise<Verdict> {
  const signals = [AbortSignal.timeout(timeoutMs), ...(interrupted ? [interrupted] : [])];
  const limits = { readable: [folder], signal: AbortSignal.any(signals) };
  let verdict = null as Verdict | null;
  const how = await converse(CHECKS, limits, (message, send) => {
    const reply = message as CheckReply | typeof READY | null;
    if (reply === READY) send({ kind: 'check', ...checked } satisfies CheckRequest);
    else if (reply?.kind === 'elsewhere') {
      const { zone, payloads } = reply;
      void outcomesIn({ ...limits, timeZone: zone }, checked, payloads).then((outcomes) =>
        send({ kind: 'outcomes', outcomes } satisfies CheckRequest),
      );
    } else verdict = reply;
    return verdict !== null;
  });
  return verdict ?? { kind: 'failed', message: `the process of the checks ended: ${how}` };
}

/** Returns what the package makes of payloads in a process with another time zone. */
async function outcomesIn(
  limits: Limits,
  { entry, script }: Pick<CheckedPackage, 'entry' | 'script'>,
  payloads: readonly Payload[],
): Promise<readonly ParseOutcome[]> {
  const works: readonly PackageWork[] = [
    { kind: 'load', script },
    ...payloads.map((payload) => ({ kind: 'call', name: 'parse', args: [payload] }) as const),
  ];
  const values: unknown[] = [];
  await converse(RUN_PACKAGES, limits, (message, send) => {
    if (message !== READY) values.push(resultOf(message as PackageReply));
    const work = works[values.length];
    if (work === undefined) return true;
    send({ id: values.length, entry, work, timeoutMs: 0 } satisfies PackageRequest);
    return false;
  });
  return values.slice(1) as readonly ParseOutcome[];
}

/** Null if there is none; no fixture is read as that. */
function resultOf(reply: PackageReply): unknown {
  return reply.outcome === 'value' ? unpackResult(reply.json) : null;
}

interface Limits {
  readonly readable: readonly string[];
  readonly timeZone?: string;
  readonly signal: AbortSignal;
}

/**
 * Starts a contained process and passes its messages to `onMessage` until that returns true;
 * resolves with how the process ended.
 */
function converse(
  file: URL,
  { signal, ...containment }: Limits,
  onMessage: (message: unknown, send: (answer: unknown) => void) => boolean,
): Promise<string> {
  const child = forkContained(file, { ...containment, memoryMib: MEMORY_MIB_MAX });
  const end = () => child.kill('SIGKILL');
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  child.on('message', (message) => {
    if (onMessage(message, (answer) => child.send(Object(answer), () => {}))) end();
  });
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('exit', (code, by) => {
      signal.removeEventListener('abort', end);
      resolve(signal.aborted ? 'it took too long' : (by ?? `exit code ${code}`));
    });
  });
}
