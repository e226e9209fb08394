import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

/** A worker of a Citus cluster on this machine, which a drill can kill and start again. */
export interface LocalWorker {
  readonly url: string;
  /** Kills all of its processes, like a power cut. */
  kill(): void;
  /** Starts it as it was started before, and resolves when it answers. */
  start(): Promise<void>;
}

/** Finds the processes of a worker; null if it runs on another machine or as somebody else. */
export async function findLocalWorker(url: string): Promise<LocalWorker | null> {
  const folder = await showDataDirectory(url);
  try {
    const pidFile = path.join(folder, 'postmaster.pid');
    const pidNow = () => Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
    const pid = pidNow();
    const program = readlinkSync(`/proc/${pid}/exe`);
    const [, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    const { uid, gid } = statSync(folder);
    return {
      url,
      kill() {
        const own = pidNow();
        for (const each of [own, ...childrenOf(own)]) process.kill(each, 'SIGKILL');
      },
      async start() {
        // The server refuses to run as root; only root may start it as its owner.
        const owner = process.getuid?.() === 0 ? { uid, gid } : {};
        spawn(program, args, { cwd: folder, detached: true, stdio: 'ignore', ...owner }).unref();
        await untilAnswers(url);
      },
    };
  } catch {
    return null;
  }
}

async function showDataDirectory(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ folder: string }>(
      `select current_setting('data_directory') as folder`,
    );
    return rows[0]?.folder ?? '';
  } finally {
    await client.end();
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function untilAnswers(url: string): Promise<void> {
  for (;;) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
