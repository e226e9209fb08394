import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  openTestCompany,
  type TestCompany,
} from '../../http/console/single-sign-on/test-company.ts';
import { ensureMerchant } from '../../merchants/index.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import {
  type ProviderOptions,
  providersAdd,
  providersChange,
  providersList,
  providersRemove,
} from './identity-providers.ts';
import { addIdentityProviderVerbs } from './verbs.ts';

const SECRET = 'a client secret that is for tests only';
let testDatabase: TestDatabase;
let db: Database;
let company: TestCompany;
let data: string;
let env: NodeJS.ProcessEnv;
const lines: string[] = [];
const write = (line: string) => void lines.push(line);
const faults: string[] = [];
const writeError = (line: string) => void faults.push(line);

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.url });
  company = await openTestCompany();
  data = mkdtempSync(join(tmpdir(), 'waybill-providers-'));
  env = {
    DATABASE_URL: testDatabase.url,
    WAYBILL_DATA: data,
    WAYBILL_PUBLIC_URL: 'https://hub.example',
    WAYBILL_EGRESS_ALLOW: '127.0.0.0/8',
  };
  const id = '019c0000-0000-7000-8000-000000000001';
  await ensureMerchant(db.pipeline, { id, slug: 'acme', name: 'Acme' });
});
afterAll(async () => {
  await db.end();
  await testDatabase.drop();
  await company.close();
  rmSync(data, { recursive: true });
});

const options: ProviderOptions = { merchant: 'acme', publicClient: false, json: true };
const shown = () => JSON.parse(lines.splice(0).at(-1) ?? '{}');

it('adds one by its issuer, changes, lists and removes it; the secret comes from a file and is never printed', async () => {
  const named = { ...options, name: 'Company' };
  expect(await providersAdd(env, company.issuer, named, write, writeError)).toBe(0);
  const made = shown();
  expect(made).toMatchObject({
    issuer: company.issuer,
    client_id: null,
    redirect_uri: `https://hub.example/console/sign-in/with/${made.id}/back`,
  });
  const file = join(data, 'secret');
  writeFileSync(file, `${SECRET}\n`);
  const client = { ...options, clientId: 'waybill', clientSecretFile: file, vouches: true };
  expect(await providersChange(env, made.id, client, write, writeError)).toBe(0);
  expect(shown()).toMatchObject({
    client_id: 'waybill',
    has_client_secret: true,
    trusts_second_step: true,
  });
  expect(await providersList(env, { ...options, json: false }, write, writeError)).toBe(0);
  const listed = lines.splice(0).join('\n');
  expect(listed).toContain('client waybill');
  const { rows } = await db.owner.query('select * from identity_providers');
  expect(listed + JSON.stringify(rows)).not.toContain(SECRET);
  expect(await providersChange(env, made.id, options, write, writeError)).toBe(2);
  expect(faults.splice(0).join()).toContain('Nothing to change');
  const { WAYBILL_PUBLIC_URL: _, ...nowhere } = env;
  expect(await providersList(nowhere, options, write, writeError)).toBe(0);
  expect(shown().redirect_uri).toBe(`/console/sign-in/with/${made.id}/back`);
  expect(faults.splice(0).join()).toContain('WAYBILL_PUBLIC_URL is not set');
  expect(await providersRemove(env, made.id, options, write, writeError)).toBe(0);
  expect(lines.splice(0)).toEqual([`Removed ${made.id}.`]);
  const audit = await db.owner.query(
    'select actor, action from member_actions order by happened_at, id',
  );
  expect(audit.rows).toEqual([
    { actor: 'operator', action: 'createIdentityProvider' },
    { actor: 'operator', action: 'updateIdentityProvider' },
    { actor: 'operator', action: 'deleteIdentityProvider' },
  ]);
});

it('rejects contradictory options before any request', async () => {
  for (const both of [
    ['--public-client', '--client-secret-file', '-'],
    ['--own-second-step', '--trust-second-step'],
  ]) {
    const program = new Command().exitOverride().configureOutput({ writeErr: writeError });
    addIdentityProviderVerbs(program);
    for (const command of program.commands.flatMap((each) => each.commands)) command.exitOverride();
    const words = ['identity-providers', 'change', 'an-id', ...both];
    await expect(program.parseAsync(words, { from: 'user' })).rejects.toThrow(
      'cannot be used with',
    );
  }
});

it('reports the fault and its fix, and changes nothing', async () => {
  const named = { ...options, name: 'Company' };
  const tried: readonly (readonly [run: () => Promise<number>, code: number, words: string])[] = [
    [() => providersAdd(env, 'login', named, write, writeError), 2, 'issuer: '],
    [() => providersAdd(env, 'http://10.0.0.1', named, write, writeError), 2, 'may not call'],
    [
      () => providersList(env, { ...options, merchant: 'none' }, write, writeError),
      2,
      '--merchant',
    ],
    [
      () => providersChange(env, 'no-id', named, write, writeError),
      1,
      'no identity provider no-id',
    ],
    [() => providersRemove(env, 'no-id', options, write, writeError), 1, 'no identity provider'],
    [
      () =>
        providersChange(env, 'no-id', { ...options, clientSecretFile: '/no' }, write, writeError),
      1,
      'no identity provider',
    ],
    [
      () =>
        providersAdd(env, 'x', { ...named, clientSecretFile: join(data, 'no') }, write, writeError),
      2,
      '--client-secret-file',
    ],
  ];
  for (const [run, code, words] of tried) {
    expect([words, await run()]).toEqual([words, code]);
    expect(faults.splice(0).join()).toContain(words);
  }
  expect(lines).toEqual([]);
});
