import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { isAlive, serversIn } from '../platform/postgres/processes.ts';
import { type HubProcess, launchHub } from './start-testing.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const IS_ROOT = process.getuid?.() === 0;
/** The hub's files without those it creates itself. */
const LEFT_OUT = ['.git', 'data', 'test', 'bench', 'tools'];

let closed: string;
let clone: string;
let hub: HubProcess | null = null;

/**
 * A clone below a 0700 folder, its path with spaces and umlauts. Hard links, if it is on the same disk:
 * nothing is changed.
 */
beforeAll(() => {
  const disk = process.env['WAYBILL_TEST_DISK'] ?? os.tmpdir();
  closed = mkdtempSync(path.join(disk, 'waybill-closed-'));
  chmodSync(closed, 0o700);
  clone = path.join(closed, 'Pakete für alle');
  mkdirSync(clone);
  const names = readdirSync(ROOT).filter((name) => !LEFT_OUT.includes(name));
  for (const name of names) {
    try {
      execFileSync('cp', ['-al', path.join(ROOT, name), clone], { stdio: 'ignore' });
    } catch {
      cpSync(path.join(ROOT, name), path.join(clone, name), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
  }
});
afterAll(() => rmSync(closed, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
afterEach(async () => {
  if (hub === null) return;
  if (hub.child.exitCode === null && hub.child.signalCode === null) hub.child.kill('SIGTERM');
  await hub.ended;
  hub = null;
});

interface FirstCommand {
  readonly data: string;
  readonly before?: readonly string[];
}

/** `node bin/waybill.js start` in the clone, with an empty HOME of its own. */
function start({ data, before = [] }: FirstCommand): HubProcess {
  const home = path.join(closed, `home-${data}`);
  mkdirSync(home, { recursive: true });
  hub = launchHub(path.join(clone, data), {
    command: [...before, process.execPath, path.join(clone, 'bin', 'waybill.js'), 'start'],
    cwd: clone,
    env: { HOME: home },
  });
  return hub;
}

/** Hides setpriv from a program, in a mount namespace of its own. */
const WITHOUT_SETPRIV = [
  ...['unshare', '--mount', 'sh', '-c'],
  'for p in /usr/bin/setpriv /bin/setpriv; do mount --bind /dev/null $p || exit 1; done; exec "$@"',
  'sh',
];

function canHideSetpriv(): boolean {
  const [program = '', ...args] = [...WITHOUT_SETPRIV, 'true'];
  return IS_ROOT && spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

const serversOf = (data: string): number[] =>
  serversIn(path.join(clone, data, 'postgres', 'cluster')) ?? [];

describe.skipIf(!IS_ROOT || process.platform !== 'linux')(
  'as root, in a clone below a 0700 folder',
  () => {
    test('start works, and kill -9 leaves no PostgreSQL behind', async () => {
      const { ready, child, ended } = start({ data: 'data' });
      const { url } = await ready;
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      const [server = 0] = serversOf('data');
      expect(isAlive(server)).toBe(true);
      child.kill('SIGKILL');
      await ended;
      await vi.waitFor(() => expect(serversOf('data')).toEqual([]), { timeout: 60_000 });
    });

    test.skipIf(!canHideSetpriv())(
      'start works with umask 077 and without setpriv, and again on its own files',
      async () => {
        const before = [...WITHOUT_SETPRIV, 'sh', '-c', 'umask 077 && exec "$@"', 'sh'];
        for (const _ of ['first start', 'next start']) {
          const { ready, child, ended } = start({ data: 'bare', before });
          const { url } = await ready;
          expect((await fetch(`${url}/readyz`)).status).toBe(200);
          child.kill('SIGTERM');
          expect((await ended).how).toBe(0);
          expect(serversOf('bare')).toEqual([]);
        }
      },
    );

    test('start works without the right to set securebits, as in containers', async () => {
      const before = ['setpriv', '--bounding-set=-setpcap,-sys_admin,-dac_read_search'];
      const { url } = await start({ data: 'fewer', before }).ready;
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    });

    test('without the right to change the account, it says which and what to do', async () => {
      const before = ['setpriv', '--bounding-set=-setuid,-chown'];
      const { how, stderr } = await start({ data: 'none', before }).ended;
      expect(how).toBe(1);
      expect(stderr).toMatch(
        /lacks the capabilities CHOWN, SETUID\. Add them .*--cap-add=SETUID.*plain user.*DATABASE_URL/,
      );
    });
  },
);
