import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A hub in a process of its own, for tests of starting, stopping and killing. */
export interface HubProcess {
  readonly child: ChildProcess;
  /** Resolves with the ready line; rejects with the log when it ends before that. */
  readonly ready: Promise<{ event: string; url: string; api_key: string | null }>;
  /** The log so far. */
  log(): string;
  /** Resolves with exit code or signal and the output. */
  readonly ended: Promise<{ how: number | string | null; stdout: string; stderr: string }>;
}

const BIN = fileURLToPath(new URL('../../bin/waybill.js', import.meta.url));

/**
 * @param options.command what to run instead of `node bin/waybill.js start`, or before it
 * (`before`); `env` adds settings to the bare ones, `node` options of Node's own.
 */
export function launchHub(
  data: string,
  options: {
    before?: readonly string[];
    command?: readonly string[];
    cwd?: string;
    env?: Readonly<Record<string, string>>;
    node?: readonly string[];
  } = {},
): HubProcess {
  const { before = [], node = [] } = options;
  const command = options.command ?? [...before, process.execPath, ...node, BIN, 'start'];
  const [program = process.execPath, ...args] = command;
  const child = spawn(program, args, {
    cwd: options.cwd,
    // A session of its own, so that a test can signal the whole group as a terminal does.
    detached: true,
    env: {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      PORT: '0',
      WAYBILL_DATA: data,
      // Demo parcels would be included in every count; a test that needs them changes this.
      WAYBILL_SANDBOX: 'off',
      WAYBILL_DEMO: 'off',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => ({
    how: (code ?? signal) as number | string | null,
    stdout,
    stderr,
  }));
  const ready = new Promise<{ event: string; url: string; api_key: string | null }>(
    (resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        const line = stdout.split('\n').find((one) => one.includes('"ready"'));
        if (line !== undefined && stdout.includes(`${line}\n`)) resolve(JSON.parse(line));
      });
      ended.then(({ how }) => reject(new Error(`exited (${how}) before it was ready:\n${stderr}`)));
    },
  );
  ready.catch(() => {});
  return { child, ready, log: () => stderr, ended };
}
