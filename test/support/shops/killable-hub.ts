import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What the process of a hub is asked to do, one thing at a time. */
export type ToProcess =
  | {
      readonly what: 'start';
      readonly databaseUrl: string;
      readonly clockFile: string;
      readonly publicUrl: string;
    }
  /** Kills itself the n-th time it comes to a point, as test/support/hubs/mortal.ts names it. */
  | { readonly what: 'die'; readonly at: string; readonly steps: number }
  /** Do what is due. */
  | { readonly what: 'work' }
  | { readonly what: 'stop' };

export type FromProcess = { readonly url: string; readonly key: string } | null;

/** A hub with the work of shops, which is a process that can be killed and started again. */
export interface KillableHub {
  /** Null: it is dead. */
  readonly url: string | null;
  readonly key: string;
  /** How often it was killed. */
  readonly kills: number;
  /** Resolves when all that was due is done; false: it was killed before. */
  work(): Promise<boolean>;
  dieAt(point: RegExp, steps: number): Promise<void>;
  kill(): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const FILE = fileURLToPath(new URL('shop-process.ts', import.meta.url));

export async function startKillableHub(
  place: Omit<ToProcess & { what: 'start' }, 'what'>,
): Promise<KillableHub> {
  // A process loads for some seconds, so the next one is ready when this one dies.
  let [current, next] = [launch(), launch()];
  let [url, key]: [string | null, string] = [null, ''];
  let kills = 0;
  async function start() {
    const started = await ask(current, { what: 'start', ...place });
    if (started === 'dead' || started === null) {
      throw new Error(`the hub did not start: ${current.exitCode ?? current.signalCode}`);
    }
    ({ url, key } = started);
    current.once('exit', () => {
      url = null;
    });
  }
  await start();
  return {
    get url() {
      return url;
    },
    get key() {
      return key;
    },
    get kills() {
      return kills;
    },
    work: async () => (await ask(current, { what: 'work' })) !== 'dead',
    async dieAt(point, steps) {
      await ask(current, { what: 'die', at: point.source, steps });
    },
    kill: () => void current.kill('SIGKILL'),
    async start() {
      kills += 1;
      [current, next] = [next, launch()];
      await start();
    },
    async stop() {
      next.kill('SIGKILL');
      await ask(current, { what: 'stop' });
    },
  };
}

function launch(): ChildProcess {
  return fork(FILE, [], { execArgv: ['--import', 'tsx'] });
}

async function ask(child: ChildProcess, order: ToProcess): Promise<FromProcess | 'dead'> {
  if (child.exitCode !== null || child.signalCode !== null) return 'dead';
  const answered = new AbortController();
  const { signal } = answered;
  const answer = once(child, 'message', { signal }).then(([{ answer }]) => answer as FromProcess);
  const exit = once(child, 'exit', { signal }).then(() => 'dead' as const);
  child.send(order, () => {});
  try {
    return await Promise.race([answer, exit]);
  } finally {
    answered.abort();
    await Promise.allSettled([answer, exit]);
  }
}
