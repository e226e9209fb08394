import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveMigratedServer } from '../../src/platform/test-postgres.ts';
import {
  type OwnServer,
  prepareForHub,
  SHOWN_PASSWORD,
  startOwnPostgres,
} from '../support/own-servers.ts';
import { ROOT } from './blocks.ts';

/** The hub's URL in documents; the visitor's has a port of its own. */
const SHOWN_URL = 'http://127.0.0.1:8080';
/** An operator's PostgreSQL with the hub's role and database; and a fresh one. */
const SHOWN_SERVERS = { prepared: '@db.example:5432', fresh: '@new-db.example:5432' } as const;

/**
 * A reader who follows one document from top to bottom in a terminal: variables and functions of a
 * block are available in the next one, and a started hub keeps running.
 */
export class Visitor {
  readonly #home = mkdtempSync(join(tmpdir(), 'waybill-visitor-'));
  readonly #state = join(this.#home, 'state.sh');
  #hub: { child: ChildProcess; url: string } | null = null;
  #settings: Readonly<Record<string, string>> = {};
  readonly #servers = new Map<keyof typeof SHOWN_SERVERS, OwnServer>();

  constructor() {
    writeFileSync(this.#state, '');
  }

  /** From now on every command has an operator's own PostgreSQL and Redis in its environment. */
  async useOwnServers(redis: OwnServer): Promise<void> {
    const { host } = await this.server('prepared');
    this.#settings = {
      DATABASE_URL: `postgres://waybill:${SHOWN_PASSWORD}@${host}/waybill`,
      REDIS_URL: `redis://${redis.host}`,
    };
  }

  /** Whether a hub runs. */
  get hasHub(): boolean {
    return this.#hub !== null;
  }

  /** The data folder of this reader's hubs. */
  get data(): string {
    return join(this.#home, 'data');
  }

  /** The PostgreSQL that documents show under this name, started on first use. */
  async server(name: keyof typeof SHOWN_SERVERS): Promise<OwnServer> {
    const started = this.#servers.get(name);
    if (started !== undefined) return started;
    const server = await startOwnPostgres();
    this.#servers.set(name, server);
    if (name === 'prepared') await prepareForHub(server.host);
    return server;
  }

  /** Runs the commands; resolves with their output. Rejects when one fails. */
  async run(commands: string): Promise<string> {
    const child = this.#shell(`
      set -euo pipefail
      # An answer of 4xx or 5xx is a failed command, unless it is what is asked for (-w).
      curl() {
        case " $* " in *' -w '*) command curl "$@" ;; *) command curl --fail-with-body "$@" ;; esac
      }
      # npx takes a second to find what is in this folder: it is seen to once a document.
      npx() {
        if [ "$1" = waybill ] && [ -e "$FOUND" ]; then shift; "$ROOT/bin/waybill.js" "$@"
        else command npx "$@" && touch "$FOUND"; fi
      }
      set -a; . "$STATE"
      ${await this.#here(commands)}
      { declare -px; declare -f; } > "$STATE"`);
    const out = collected(child);
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`ended with ${code}:\n${out()}`);
    return out();
  }

  /** Stops the running hub, if any, and starts the one of these commands. */
  async start(commands: string): Promise<void> {
    await this.stop();
    if (!('DATABASE_URL' in this.#settings) && !commands.includes('DATABASE_URL')) {
      await giveMigratedServer(this.data);
    }
    const child = this.#shell(await this.#here(commands));
    const out = collected(child);
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.on('data', () => {
        const found = out().match(/^\{"event":"ready","url":"([^"]+)"/m)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('close', (code) =>
        reject(new Error(`no ready line; ended with ${code}:\n${out()}`)),
      );
    });
    this.#hub = { child, url };
  }

  async leave(): Promise<void> {
    await this.stop();
    for (const server of this.#servers.values()) await server.stop();
    rmSync(this.#home, { recursive: true, force: true });
  }

  /** Stops the hub if one runs. */
  async stop(): Promise<void> {
    const child = this.#hub?.child;
    this.#hub = null;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const closed = once(child, 'close');
    // Like Ctrl-C: signals everything in the terminal's foreground.
    process.kill(-child.pid, 'SIGINT');
    await closed;
  }

  #shell(script: string): ChildProcess {
    return spawn('bash', ['-c', script], {
      cwd: ROOT,
      detached: true,
      env: {
        PATH: process.env['PATH'],
        HOME: this.#home,
        STATE: this.#state,
        FOUND: join(this.#home, 'found-by-npx'),
        ROOT,
        PORT: '0',
        WAYBILL_DATA: this.data,
        BACKUPS: this.#home,
        ...this.#settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** The commands, adapted for this visitor. */
  async #here(commands: string): Promise<string> {
    let here = commands
      // Tests run with the installed packages; .ci/run installs them from the lockfile.
      .replace(/^npm ci && /m, '')
      .replaceAll('/var/backups', '$BACKUPS');
    if (here.includes(SHOWN_URL)) {
      if (this.#hub === null) throw new Error('no block above this one starts a hub');
      here = here.replaceAll(SHOWN_URL, this.#hub.url);
    }
    for (const name of ['prepared', 'fresh'] as const) {
      if (!here.includes(SHOWN_SERVERS[name])) continue;
      const { host } = await this.server(name);
      here = here.replaceAll(SHOWN_SERVERS[name], `@${host}`);
    }
    return here;
  }
}

function collected(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  return () => text;
}
