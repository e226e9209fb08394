import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPython } from '../../packages/python/build/build.ts';
import { PROJECT_ROOT } from '../../src/platform/settings/yaml-settings.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { operationPaths } from './operation-paths.ts';
import { receiveOne } from './receive-one.ts';

const INSTALL_MS_MAX = 240_000;
const CLIENT = join(PROJECT_ROOT, 'test/clients/python-client.py');

let home = '';
/** Why this machine cannot run the tests; null if it can. */
let missing: string | null = null;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'waybill-python-'));
  const source = join(home, 'source');
  cpSync(join(PROJECT_ROOT, 'packages/python'), source, { recursive: true });
  buildPython(join(source, 'src/waybill'));
  missing =
    attempt('python3', '-m', 'venv', 'venv') ??
    attempt('venv/bin/pip', 'install', '--quiet', 'build', 'hatchling', 'mypy', 'httpx') ??
    attempt('venv/bin/python', '-m', 'build', '--wheel', '--no-isolation', '-o', 'wheels', source);
  if (missing === null) {
    const [wheel = ''] = readdirSync(join(home, 'wheels'));
    missing = attempt('venv/bin/pip', 'install', '--quiet', '--no-deps', join('wheels', wheel));
  }
  if (missing !== null) process.stderr.write(`SKIPPED: the Python client: ${missing}\n`);
}, INSTALL_MS_MAX);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Returns the last line of the output if the command fails. */
function attempt(command: string, ...args: readonly string[]): string | null {
  const options = { cwd: home, encoding: 'utf8', timeout: INSTALL_MS_MAX } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (status === 0) return null;
  return error?.message ?? `${stdout}${stderr}`.trim().split('\n').at(-1) ?? command;
}

describe('the Python client, installed from its wheel', () => {
  it('and a shop’s code pass mypy in strict mode', ({ skip }) => {
    if (missing !== null) skip(missing);
    const args = ['--strict', '--package', 'waybill'];
    expect(attempt('venv/bin/mypy', ...args)).toBe(null);
    expect(attempt('venv/bin/mypy', '--strict', CLIENT)).toBe(null);
  });

  it('tracks a parcel, repeats what it may, and verifies a webhook', async ({ skip }) => {
    if (missing !== null) skip(missing);
    const data = newDataFolder();
    const hub: RunningHub = await startHub(data, {
      WAYBILL_EGRESS_ALLOW: '127.0.0.0/8',
      WAYBILL_DEMO: 'off',
    });
    const receiver = await receiveOne();
    const args = [CLIENT, hub.url.origin, HUB_TEST_KEY, receiver.url];
    const child = spawn(join(home, 'venv/bin/python'), args);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    await new Promise((resolve) => child.on('close', resolve));
    receiver.close();
    await hub.stop();
    removeDataFolder(data);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual({
      listed: true,
      status: true,
      registered: true,
      refused: [404, 'not_found'],
      type: 'webhook_endpoint.test',
      forged: 'no signature matches the secret',
      empty_secret: false,
      svg: true,
      called: operationPaths(),
      waits: [7, 7],
      keys: [3, 1],
    });
  });
});
