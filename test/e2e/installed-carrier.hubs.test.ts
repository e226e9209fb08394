import { spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hmacSha256Base64 } from '../../src/adapters/sdk.ts';
import { urlOfRunningServer } from '../../src/platform/postgres/embedded-postgres.ts';
import { ROOT } from '../docs/blocks.ts';
import { buildExamplePackage } from '../support/example-package.ts';
import {
  HUB_TEST_KEY,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';
import { packFolder, runWaybill } from '../support/package-commands.ts';

const work = mkdtempSync(join(tmpdir(), 'waybill-installed-'));
/** Exists once the package's code has run outside of its process. */
const ESCAPED = join(work, 'escaped');
/** A carrier from `waybill carrier add`: harmless under test, and malicious afterwards. */
const MALICE = `
try {
  process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(ESCAPED)}, '');
} catch {}
const honest = adapter.parse;
adapter.parse = (payload) => {
  if (payload.text.includes('LOOP')) for (;;);
  if (payload.text.includes('EXIT')) process.exit(1);
  return honest(payload);
};
`;
const SECRET = 'pigeons-test-secret-not-a-secret';
const PUSH = readFileSync(
  join(ROOT, 'examples/adapter-package/fixtures/push-out-for-delivery.json'),
  'utf8',
);
const NUMBER = 'PP1000000038';

const data = newDataFolder();
afterAll(() => {
  removeDataFolder(data);
  rmSync(work, { recursive: true, force: true });
});

const ENV = { PATH: process.env['PATH'], HOME: work, WAYBILL_DATA: data };

const waybill = (...args: readonly string[]) => runWaybill({ work, data }, ...args);

/** The address of a repository that has npm run a program of its own as git, for its own dependency. */
function gitDependency(): string {
  const folder = join(work, 'repository');
  mkdirSync(folder);
  const write = (name: string, text: string) =>
    writeFileSync(join(folder, name), text, { mode: 0o755 });
  write(
    'package.json',
    `{"name":"evil","version":"1.0.0","dependencies":{"x":"git+file://${folder}"},"scripts":{"prepare":"true"}}`,
  );
  write('.npmrc', 'git=./evil.sh');
  write('evil.sh', `#!/bin/sh\ntouch ${ESCAPED}\n`);
  const author = ['-c', 'user.name=x', '-c', 'user.email=x@example.com'];
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    [...author, 'commit', '-qm', 'x'],
  ]) {
    expect(spawnSync('git', args, { cwd: folder }).status).toBe(0);
  }
  return `git+file://${folder}`;
}

/** Packs the example, with code at the end of its module, and returns the archive's path. */
function pack(name: string, code: string, manifest: object = {}): string {
  const folder = join(work, name);
  buildExamplePackage(folder);
  appendFileSync(join(folder, 'index.js'), code);
  const file = join(folder, 'package.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...manifest }));
  return packFolder(folder);
}

describe('carrier add', () => {
  it('refuses what is not built or reaches other folders, and leaves nothing behind', () => {
    const source = { main: './index.ts', exports: './index.ts', files: ['**/*.ts'] };
    const { status, output } = waybill('carrier', 'add', pack('source', '', source));
    expect(output).toMatch(/refused: its module .*index\.ts is not JavaScript/);
    expect(status).toBe(1);
    const linked = pack('linked', '', { dependencies: { etc: 'file:/etc' } });
    expect(waybill('carrier', 'add', linked)).toEqual({
      status: 1,
      output: expect.stringMatching(/refused: .*(?:EALLOWDIRECTORY|leads out of it)/s),
    });
    const cloned = pack('cloned', '', { dependencies: { evil: gitDependency() } });
    expect(waybill('carrier', 'add', cloned)).toMatchObject({ status: 1 });
    expect(existsSync(ESCAPED)).toBe(false);
    expect(readdirSync(join(data, 'carriers'))).toEqual(['lock']);
    expect(waybill('carrier', 'add', 'acme@latest')).toMatchObject({ status: 2 });
    expect(waybill('carrier', 'add', './absent.tgz')).toMatchObject({ status: 2 });
    expect(waybill('carrier', 'list').output).toContain('No packages are installed');
  });

  it('refuses a forged result of the checks, and touches no other folder', () => {
    const forged = {
      ...{
        kind: 'checked',
        folder: tmpdir(),
        description: { data: {}, functions: [], mapping: null },
      },
      card: { carrier: '..', level: 'gold', checks: [], reviews: [], sources: [] },
    };
    const code = `\nprocess._send(${JSON.stringify(forged)});\nfor (;;);\n`;
    const { status, output } = waybill('carrier', 'add', pack('forger', code));
    expect([status, output]).toEqual([1, expect.stringContaining('is refused')]);
    expect(readdirSync(data)).toContain('carriers');
    expect(readdirSync(join(data, 'carriers')).sort()).toEqual(['.kit', 'lock']);
  });

  it('leaves nothing behind when it is interrupted, and is run by one process at a time', async () => {
    const packed = pack('loop', '\nfor (;;);\n');
    const bin = join(ROOT, 'bin', 'waybill.js');
    const child = spawn(process.execPath, [bin, 'carrier', 'add', packed], {
      cwd: work,
      env: ENV,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    const isInstalling = () =>
      readdirSync(join(data, 'carriers')).some((name) => name.startsWith('.new-'));
    await expect.poll(isInstalling).toBe(true);
    expect(waybill('carrier', 'remove', 'pigeon-post')).toMatchObject({
      status: 3,
      output: expect.stringContaining(`is running (process ${child.pid})`),
    });
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
    expect(output).toContain('it was interrupted');
    expect(readdirSync(join(data, 'carriers')).sort()).toEqual(['.kit', 'lock']);
  });

  it('installs a package, with its version and hash', () => {
    const { status, output } = waybill('carrier', 'add', pack('pigeons', MALICE));
    expect([status, output]).toEqual([0, expect.stringContaining('at silver')]);
    expect(output).toContain('Restart the hub');
    expect(waybill('carrier', 'list').output).toMatch(
      /^pigeon-post {2}waybill-adapter-pigeon-post@0\.1\.0 {2}silver {2}sha512-/,
    );
  });

  it('installs a package whose code runs in no other command either', () => {
    const { status, output } = waybill('detect', NUMBER, '--json');
    expect([status, output]).toEqual([0, expect.stringContaining('"carrier":"pigeon-post"')]);
    const file = join(work, 'push.json');
    writeFileSync(file, PUSH);
    expect(waybill('carrier', 'parse', 'pigeon-post', file)).toMatchObject({ status: 0 });
    expect(waybill('mappings', 'check').output).toContain('pigeon-post: 10 rules');
    expect(waybill('carrier', 'test', 'pigeon-post')).toMatchObject({ status: 2 });
    expect(existsSync(ESCAPED)).toBe(false);
  });

  it('installs a package that is left out once its files have changed', () => {
    const file = join(data, 'carriers', 'lock.json');
    const before = readFileSync(file, 'utf8');
    const { packages } = JSON.parse(before);
    const module = join(data, 'carriers', packages['pigeon-post'].folder, 'package.json');
    const text = readFileSync(module, 'utf8');
    writeFileSync(module, `${text} `);
    const { status, output } = waybill('carrier', 'list');
    expect([status, output]).toEqual([1, expect.stringMatching(/not those that were checked/)]);
    expect(output).toMatch(/^pigeon-post .* left out$/m);
    writeFileSync(module, text);
    expect(waybill('carrier', 'list')).toMatchObject({ status: 0 });
    // The hub that starts next leaves this one out.
    packages['ghost'] = { ...packages['pigeon-post'], folder: 'ghost.1' };
    writeFileSync(file, JSON.stringify({ packages }));
  });
});

describe('a hub with an installed carrier', () => {
  let hub: RunningHub;
  let client: pg.Client;
  beforeAll(async () => {
    hub = await startHub(data, {
      WAYBILL_WEBHOOK_SECRET_PIGEON_POST: SECRET,
      WAYBILL_SANDBOX: 'off',
    });
    client = new pg.Client({ connectionString: urlOfRunningServer(data) ?? '' });
    client.on('error', () => {});
    await client.connect();
  });
  afterAll(async () => {
    await client.end().catch(() => {});
    await hub.stop();
  });

  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(new URL(path, hub.url), {
      method,
      headers: { authorization: `Bearer ${HUB_TEST_KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as {
      readonly id: string;
      readonly status: string;
      readonly data?: readonly { readonly id: string; readonly quality?: { level: string } }[];
    };
  };
  const push = async (body: string): Promise<number> => {
    const headers = { 'x-pigeon-post-signature': hmacSha256Base64(body, SECRET) };
    const url = new URL('/webhooks/carrier/pigeon-post', hub.url);
    return (await fetch(url, { method: 'POST', headers, body })).status;
  };
  const deadReasons = async (): Promise<readonly string[]> =>
    (
      await client.query("select fate_reason from inbound_messages where fate = 'dead' order by id")
    ).rows.map((row) => row.fate_reason);

  it('starts without a package that cannot be used, and says why', async () => {
    const text = await (await fetch(new URL('/readyz', hub.url))).text();
    expect(text).toMatch(/carrier \\?"ghost\\?" is left out: its files cannot be read/);
    const { data: carriers } = await call('GET', '/v1/carriers?reach=direct&limit=100');
    expect(carriers?.find(({ id }) => id === 'pigeon-post')?.quality?.level).toBe('silver');
  });

  it('tracks its parcels, and goes on when its package loops or ends its process', async () => {
    const { id } = await call('POST', '/v1/shipments', { tracking_number: NUMBER });
    expect(await push(PUSH.replace('"service"', '"LOOP": 1, "service"'))).toBe(200);
    await expect.poll(deadReasons).toEqual([expect.stringContaining('no answer within 2 s')]);
    expect(await push(PUSH.replace('"service"', '"EXIT": 1, "service"'))).toBe(200);
    await expect
      .poll(deadReasons)
      .toEqual([expect.anything(), expect.stringContaining('its process ended (exit code 1)')]);
    expect(await push(`${PUSH} `.replace('PP', 'pp'))).toBe(200);
    await expect
      .poll(async () => (await call('GET', `/v1/shipments/${id}`)).status)
      .toBe('out_for_delivery');
    expect(await push('{"forged": true}'.repeat(2))).toBe(200);
  });
});

describe('carrier remove', () => {
  it('removes the package', () => {
    expect(waybill('carrier', 'remove', 'acme')).toMatchObject({ status: 2 });
    expect(waybill('carrier', 'remove', 'waybill-adapter-pigeon-post')).toMatchObject({
      status: 0,
      output: expect.stringContaining('pigeon-post is removed'),
    });
    expect(waybill('carrier', 'remove', 'ghost')).toMatchObject({ status: 0 });
    expect(waybill('carrier', 'list').output).toContain('No packages are installed');
    expect(readdirSync(join(data, 'carriers')).sort()).toEqual(['.kit', 'lock', 'lock.json']);
  });
});
