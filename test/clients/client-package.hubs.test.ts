import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildClient } from '../../packages/client/build/build.ts';
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

const TSC = join(PROJECT_ROOT, 'node_modules/typescript-native/bin/tsc');

/** A shop's code in strict mode. */
const USES = `
import { createClient, type Shipment, verifyWebhook, WaybillError, type WaybillEvent } from '@waybill/client';

const client = createClient({ baseUrl: 'https://hub.example', apiKey: 'wb_live_x' });

export async function late(): Promise<string[]> {
  const numbers: string[] = [];
  for await (const shipment of client.shipments.list({ status: ['exception'], limit: 50 })) {
    const each: Shipment = shipment;
    numbers.push(each.tracking_number);
  }
  const { data, next_cursor } = await client.shipments.list();
  return [...numbers, String(next_cursor), ...data.map(({ id }) => id)];
}

export async function add(): Promise<string> {
  try {
    const created = await client.shipments.create({ tracking_number: '1', order_id: '7' });
    const label: Blob = await client.shipments.getLabel(created.id);
    await client.shipments.delete(created.id);
    return created.status + label.size;
  } catch (error) {
    if (!(error instanceof WaybillError)) throw error;
    return error.errors.map(({ pointer, fix }) => pointer + fix).join();
  }
}

export function read(event: WaybillEvent): string {
  if (event.type === 'shipment.assigned' && !('deleted' in event.data)) return event.data.courier.how;
  return event.id;
}
export const handle = (request: Request, body: string): Promise<WaybillEvent> =>
  verifyWebhook({ body, headers: request.headers, secret: 'whsec_x' });
`;

const MISTAKES = `
import { createClient } from '@waybill/client';

const client = createClient({ baseUrl: 'https://hub.example' });
export const misspelt = () => client.shipments.list({ status: ['lost'] });
export const incomplete = () => client.shipments.get();
`;

const SHORT = `
import { createClient } from '@waybill/client';
const client = createClient({ baseUrl: 'https://hub.example' });
client.apiKeys.create({ name: 'till' });
client.branding.set({ name: 'Shop' });
client.webhookEndpoints.create({ url: 'https://shop.example/hook', events: ['*'] });
client.webhookEndpoints.rotateSecret('x', {});
client.shipments.createLink('x', {});
`;

/** A call of each function with the API's example of a body, and some with what they need only. */
function exampleCalls(): string {
  const calls = clientMethods(apiDescription()).map(({ resource, name, parameters, operation }) => {
    const example = operation.requestBody?.content['application/json']?.example;
    const args = [...parameters.map(() => "'x'"), JSON.stringify(example)];
    return example === undefined ? '' : `client.${resource}.${name}(${args});`;
  });
  return SHORT + calls.join('\n');
}

/** Tracks a parcel, reads the list, meets an error and receives a webhook. */
const JOURNEY = `
async function journey({ createClient, verifyWebhook, WaybillError }) {
  const [, , baseUrl, apiKey, hook] = process.argv;
  const client = createClient({ baseUrl, apiKey });
  const number = 'SBX000000000017';
  const created = await client.shipments.create({ carrier: 'sandbox', tracking_number: number });
  const detail = await client.shipments.get(created.id);
  const listed = [];
  for await (const { tracking_number } of client.shipments.list({ limit: 1 })) listed.push(tracking_number);
  const events = [];
  for await (const { type } of client.events.list()) events.push(type);
  const refused = await client.shipments.get('nothing').catch((error) => error);
  const endpoint = await client.webhookEndpoints.create({ url: hook, events: ['*'] });
  await client.webhookEndpoints.test(endpoint.id);
  const received = await (await fetch(hook)).json();
  const { type } = await verifyWebhook({ ...received, secret: endpoint.secret });
  const label = await client.shipments.getCode(created.id);
  await client.shipments.delete(created.id);
  console.log(JSON.stringify({
    same: detail.id === created.id,
    listed: listed.includes(number),
    registered: events.includes('shipment.created'),
    refused: [refused instanceof WaybillError, refused.status, refused.code],
    type,
    svg: (await label.text()).startsWith('<svg'),
  }));
}
`;

let home = '';
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'waybill-client-'));
  const copy = join(home, 'source');
  for (const file of ['package.json', 'README.md']) {
    cpSync(join(PROJECT_ROOT, 'packages/client', file), join(copy, file));
  }
  await buildClient(join(copy, 'dist'));
  run('npm', 'pack', '--ignore-scripts', copy);
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  run('npm', 'install', '--offline', '--no-audit', '--no-fund', './waybill-client-0.1.0.tgz');
  for (const scope of ['@types', '@aftership', '@easypost']) {
    symlinkSync(join(PROJECT_ROOT, 'node_modules', scope), join(home, 'node_modules', scope));
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function run(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: home, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

describe('the client as a package', () => {
  it('has at most 15 kB of script', () => {
    const dist = join(home, 'node_modules/@waybill/client/dist');
    for (const file of ['index.js', 'index.cjs']) {
      expect(statSync(join(dist, file)).size).toBeLessThanOrEqual(15_000);
    }
  });

  it('compiles in strict mode from both kinds of modules, and knows mistakes', () => {
    const files = ['ts', 'cts'].flatMap((extension) => {
      const [uses, mistakes] = [`uses.${extension}`, `mistakes.${extension}`];
      writeFileSync(join(home, uses), USES);
      writeFileSync(join(home, mistakes), MISTAKES);
      return [uses, mistakes];
    });
    const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
    const args = [TSC, '--module', 'nodenext', '--types', 'node', ...options, ...files];
    const { stdout } = spawnSync(process.execPath, args, { cwd: home, encoding: 'utf8' });
    const errors = stdout.split('\n').filter((line) => /^\w/.test(line));
    expect(errors).toEqual(
      ['cts', 'ts'].flatMap((extension) => [
        expect.stringMatching(`^mistakes.${extension}.*"lost"`),
        expect.stringMatching(`^mistakes.${extension}.*Expected 1-2 arguments`),
      ]),
    );
  });

  it('accepts the API’s examples and the samples of all documents in strict mode', () => {
    const folder = join(home, 'samples');
    mkdirSync(folder);
    const compilerOptions = {
      rootDirs: ['.', join(PROJECT_ROOT, 'examples/driver-app')],
      lib: ['ES2023', 'DOM'],
      // EasyPost's types have no default export for Node's own resolution.
      module: 'preserve',
      moduleResolution: 'bundler',
      incremental: false,
    };
    const config = {
      extends: join(PROJECT_ROOT, 'tsconfig.json'),
      include: ['*'],
      compilerOptions,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    writeFileSync(join(folder, 'examples.ts'), exampleCalls());
    for (const [place, sample] of samplesIn('ts')) {
      writeFileSync(join(folder, `${place.replaceAll('/', '.')}.ts`), `${sample}\nexport {};\n`);
    }
    const { stdout } = spawnSync(process.execPath, [TSC, '-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  it('has a function for each operation of the hub, which calls it', async () => {
    const { createClient } = await import(join(home, 'node_modules/@waybill/client/dist/index.js'));
    const called: string[] = [];
    const client: Record<
      string,
      Record<string, (...args: string[]) => Promise<unknown>>
    > = createClient({
      baseUrl: 'http://127.0.0.1',
      fetch: async (url: string, { method }: { readonly method: string }) => {
        called.push(`${method} ${new URL(url).pathname}`);
        return Response.json({ data: [], next_cursor: null });
      },
    });
    for (const call of Object.values(client).flatMap((resource) => Object.values(resource))) {
      await call('x', 'x', 'x', 'x');
    }
    expect(called.sort()).toEqual(operationPaths());
  });
});

describe('with a running hub, the client', () => {
  let data: string;
  let hub: RunningHub;
  beforeAll(async () => {
    data = newDataFolder();
    hub = await startHub(data, { WAYBILL_EGRESS_ALLOW: '127.0.0.0/8', WAYBILL_DEMO: 'off' });
  });
  afterAll(async () => {
    await hub.stop();
    removeDataFolder(data);
  });

  it.each([
    ['an ES module', 'mjs', "import * as waybill from '@waybill/client';"],
    ['CommonJS', 'cjs', "const waybill = require('@waybill/client');"],
  ])('tracks a parcel and verifies a webhook as %s', async (_, extension, start) => {
    const receiver = await receiveOne();
    const file = `journey.${extension}`;
    writeFileSync(join(home, file), `${start}${JOURNEY}journey(waybill);`);
    const output = await runAside(file, hub.url.origin, HUB_TEST_KEY, receiver.url);
    receiver.close();
    expect(JSON.parse(output)).toEqual({
      same: true,
      listed: true,
      registered: true,
      refused: [true, 404, 'not_found'],
      type: 'webhook_endpoint.test',
      svg: true,
    });
  });
});

/** Runs a script of the shop without blocking this process, whose server it needs. */
async function runAside(file: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [file, ...args], { cwd: home });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => child.on('close', resolve));
  return Buffer.concat(chunks).toString();
}
