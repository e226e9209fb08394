import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientMethods } from '../../packages/client/build/operations.ts';
import { PROJECT_ROOT } from '../../src/platform/settings/yaml-settings.ts';
import { samplesIn } from '../docs/blocks.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { apiDescription, operationPaths } from './operation-paths.ts';
import { receiveOne } from './receive-one.ts';

const INSTALL_MS_MAX = 240_000;
const CLIENT = join(PROJECT_ROOT, 'test/clients/python-client.py');

/** From the fifth on: what samples of the documents import. */
const PACKAGES =
  'build hatchling mypy httpx flask requests types-requests easypost==10.7.* aftership-tracking-sdk==10.*';
/** What the clients of other services lack for mypy. */
const MYPY = `[mypy]
strict = true
[mypy-easypost]
implicit_reexport = true
[mypy-tracking.*]
ignore_missing_imports = true
`;

let home = '';
/** Why this machine cannot run the tests; null if it can. */
let missing: string | null = null;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'waybill-python-'));
  for (const path of ['packages/python', 'docs/openapi.json', '.gitignore']) {
    cpSync(join(PROJECT_ROOT, path), join(home, path), { recursive: true });
  }
  writeFileSync(join(home, 'mypy.ini'), MYPY);
  missing =
    attempt('python3', '-m', 'venv', 'venv') ??
    attempt('venv/bin/pip', 'install', '--quiet', ...PACKAGES.split(' '));
  if (missing !== null) {
    process.stderr.write(`SKIPPED: the Python client: ${missing}\n`);
    return;
  }
  // The sdist is built from the checkout, the wheel from the sdist.
  const failed =
    attempt('venv/bin/python', '-m', 'build', '--no-isolation', '-o', 'out', 'packages/python') ??
    attempt('venv/bin/pip', 'install', '--no-index', '--find-links', 'out', 'waybill');
  if (failed !== null) throw new Error(failed);
}, INSTALL_MS_MAX);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Returns the output if the command fails. */
function attempt(command: string, ...args: readonly string[]): string | null {
  const options = { cwd: home, encoding: 'utf8', timeout: INSTALL_MS_MAX } as const;
  const { status, stdout, stderr, error } = spawnSync(command, args, options);
  if (status === 0) return null;
  return error?.message ?? `${stdout}${stderr}`.trim();
}

/** The functions of the client for TypeScript, as Python writes their names. */
const functionNames = () =>
  clientMethods(apiDescription())
    .map(({ resource, name }) => `${resource}.${name}`)
    .map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
    .sort();

describe('the Python client, installed from its wheel', () => {
  it('and all that uses or builds it pass mypy in strict mode', ({ skip }) => {
    if (missing !== null) skip(missing);
    const samples = samplesIn('python').map(([place, sample]) => {
      const file = `${place.replaceAll(/\W/g, '_')}.py`;
      writeFileSync(join(home, file), sample);
      return file;
    });
    expect(attempt('venv/bin/mypy', CLIENT, ...samples)).toBe(null);
    expect(attempt('venv/bin/mypy', 'packages/python')).toBe(null);
  });

  it('is not built without the API’s description, and says where to build it', ({ skip }) => {
    if (missing !== null) skip(missing);
    cpSync(join(home, 'packages/python'), join(home, 'alone'), { recursive: true });
    expect(attempt('venv/bin/python', '-m', 'build', '--no-isolation', 'alone')).toMatch(
      /docs\/openapi.json is missing.*from a checkout/s,
    );
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
      functions: functionNames(),
      waits: [7, 7],
      keys: [3, 1],
    });
  });
});
