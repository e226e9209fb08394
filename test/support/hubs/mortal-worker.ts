import type pg from 'pg';
import {
  type Database,
  openDatabase,
  type Queryable,
} from '../../../src/platform/database/database.ts';

/**
 * A process that may be killed between any two of its steps, without being one: each statement and
 * each request is a step, and from the fatal one on nothing it waits for ever comes back. Its
 * connections are cut from outside, as the server sees it when a process dies.
 */
export interface Mortal {
  readonly db: Pick<Database, 'pipeline'>;
  /** Runs one of its steps; never resolves if it is dead, or dies at this one. */
  step<T>(work: () => Promise<T>): Promise<T>;
  readonly isDead: boolean;
  /** Never dies. */
  spare(): void;
  /** Closes what is left of it. */
  bury(): Promise<void>;
}

export interface Fate {
  /** Steps until it dies. */
  readonly steps: number;
  /** It dies after the fatal step took effect, but never learns that it did. */
  readonly diesAfter: boolean;
}

/** Several of them share a small server: enough for one's concurrent work, and no more. */
const CONNECTIONS_MAX = 6;

/** @param admin closes the connections of dead processes. */
export function startMortal(
  { url, admin }: { readonly url: string; readonly admin: Queryable },
  fate: Fate,
  onDeath: () => void,
): Mortal {
  const real = openDatabase({ url });
  real.pipeline.options.max = CONNECTIONS_MAX;
  const backends = new Set<number>();
  const cut = (pids: readonly number[]): Promise<unknown> =>
    admin
      .query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [pids])
      .catch(() => {});
  real.pipeline.on('connect', (client) => {
    const { processID } = client as pg.PoolClient & { processID?: number };
    client.on('error', () => {});
    if (processID === undefined) return;
    backends.add(processID);
    // It was being opened when its process died.
    if (isDead) void cut([processID]);
  });
  let left = fate.steps;
  let isDead = false;

  function die(): void {
    isDead = true;
    void cut([...backends]).then(onDeath);
  }

  async function step<T>(work: () => Promise<T>): Promise<T> {
    if (isDead) return NEVER;
    left -= 1;
    const isFatal = left === 0;
    if (isFatal && !fate.diesAfter) {
      die();
      return NEVER;
    }
    let done: { readonly value: T } | { readonly error: unknown };
    try {
      done = { value: await work() };
    } catch (error) {
      done = { error };
    }
    if (isFatal && !isDead) die();
    if (isDead) return NEVER;
    if ('error' in done) throw done.error;
    return done.value;
  }

  const query = (...args: Parameters<pg.Pool['query']>) =>
    step(async (): Promise<unknown> => real.pipeline.query(...args));
  const connect = async () => mortalClient(await step(() => real.pipeline.connect()));
  const mortalClient = (client: pg.PoolClient) => ({
    on: client.on.bind(client),
    off: client.off.bind(client),
    release: (error?: Error | boolean) => {
      if (!isDead) client.release(error);
    },
    query: (...args: Parameters<pg.PoolClient['query']>) =>
      step(async (): Promise<unknown> => client.query(...args)),
  });
  const pipeline = new Proxy(real.pipeline, {
    get(target, name) {
      if (name === 'query') return query;
      return name === 'connect' ? connect : Reflect.get(target, name);
    },
  });
  return {
    db: { pipeline },
    step,
    get isDead() {
      return isDead;
    },
    spare() {
      left = Number.POSITIVE_INFINITY;
    },
    bury: () => real.end(),
  };
}

const NEVER = new Promise<never>(() => {});
