import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { shippedFile } from '../shipped.ts';
import { CHILD_START } from './child-process.ts';

/** The hub's own code. Not its whole folder, which may contain data, or settings with secrets. */
const OWN_CODE = [
  'bin',
  'config/messages',
  'dist',
  'node_modules',
  'package.json',
  'src',
  'tsconfig.json',
].map(shippedFile);
/** The folder with the hub's package; npm puts its dependencies there too. */
const AROUND = dirname(dirname(shippedFile('package.json')));
/** The variable by which the child finds the bundled sources (bin/bundle.js). */
const BUNDLE = '_WAYBILL_BUNDLE';
/** Stacks of threads, code and what Node.js itself needs, besides the memory for the work. */
const OWN_MIB = 512;
const MIB_IN_KIB = 1_024;

export interface Containment {
  /** Folders that it may read besides the hub's code. It can write nothing. */
  readonly readable: readonly string[];
  /** Memory for the work, for heap and buffers each, in MiB. */
  readonly memoryMib: number;
  /** The machine's time zone, as it sees it; absent: the default of an empty environment. */
  readonly timeZone?: string;
}

/**
 * Starts a process for somebody else's code: it has no environment, reads only its folders and the
 * hub's code, writes nothing, starts no process and no thread (Node's permission model), cannot
 * exceed its memory, and has no network where `networkIsolation` is possible. Plain data goes
 * through its IPC channel; what it prints is discarded. Throws as `requireBundle` does.
 */
export function forkContained(
  file: URL,
  { readable, memoryMib, timeZone }: Containment,
): ChildProcess {
  const bundle = requireBundle();
  // Node.js 20 aborts if a path is given twice.
  const folders = new Set([
    ...(basename(AROUND) === 'node_modules' ? [AROUND] : OWN_CODE),
    ...readable.map((at) => realpathSync(at)),
  ]);
  const node = [
    process.execPath,
    PERMISSION,
    ...Array.from(folders, (folder) => `--allow-fs-read=${folder}`),
    `--max-old-space-size=${memoryMib}`,
    CHILD_START,
    file.href,
  ];
  // Buffers are not part of V8's heap, so the kernel limits all of the process's data.
  const limit = `ulimit -c 0; ulimit -d ${(2 * memoryMib + OWN_MIB) * MIB_IN_KIB}; exec "$@"`;
  return spawn('/bin/sh', ['-c', limit, 'sh', ...(networkIsolation() ?? []), ...node], {
    env: { [BUNDLE]: bundle, ...(timeZone === undefined ? {} : { TZ: timeZone }) },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/**
 * Returns the folder of the bundled sources. Throws if there is none: a contained process could not
 * compile them.
 */
export function requireBundle(): string {
  const bundle = process.env[BUNDLE];
  if (bundle !== undefined) return bundle;
  throw new Error('packages need the folder node_modules/.cache/waybill, which is not writable');
}

/** The name of the option until Node.js 22.13. */
const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

/** As root, or else as root of a user namespace of its own. */
const WAYS: readonly (readonly string[])[] = [
  ['unshare', '-n'],
  ['unshare', '-r', '-n'],
];
let way: readonly string[] | null | undefined;

/** The command that starts another one without a network; null if this machine allows none. */
export function networkIsolation(): readonly string[] | null {
  if (way !== undefined) return way;
  const works = ([command = '', ...args]: readonly string[]) =>
    spawnSync(command, [...args, 'true']).status === 0;
  way = WAYS.find(works) ?? null;
  return way;
}

/** The first message of a contained process: it can receive requests. */
export const READY = 'ready';

/** What the permission model leaves to a process: signals to others, and its own channel. */
const WITHDRAWN = ['kill', '_kill', '_debugProcess', 'send', 'getBuiltinModule'];
const WITHDRAWN_GLOBALS = ['fetch', 'WebSocket', 'EventSource'];

/**
 * The side of the contained process: answers each request of its parent, and ends with it.
 *
 * @param failed what is answered if the work throws, or its result cannot be sent.
 */
export function serveContained<Request, Reply>(
  answer: (request: Request, send: (message: unknown) => void) => Promise<Reply>,
  failed: (request: Request, error: unknown) => Reply,
): void {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error('forkContained did not start this');
  // Node.js would return to the machine's time zone without TZ.
  for (const name of Object.keys(process.env)) {
    if (name !== 'TZ') Reflect.deleteProperty(process.env, name);
  }
  for (const name of WITHDRAWN) Reflect.set(process, name, undefined);
  for (const name of WITHDRAWN_GLOBALS) Reflect.deleteProperty(globalThis, name);
  // Nothing has to be closed.
  process.on('disconnect', () => process.abort());
  process.on('message', (request: Request) => {
    answer(request, send)
      .then((reply) => send(reply))
      .catch((error: unknown) => send(failed(request, error)));
  });
  send(READY);
}
