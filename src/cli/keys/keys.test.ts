import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authenticate, bootstrap } from '../../merchants/index.ts';
import { systemClock, systemRandom } from '../../platform/clock.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { keysCreate, keysList, keysRevoke } from './keys.ts';

let testDatabase: TestDatabase;
let db: Database;
let data: string;
let env: NodeJS.ProcessEnv;
const lines: string[] = [];
const write = (line: string) => void lines.push(line);
const output = () => lines.splice(0);
const faults: string[] = [];
const writeError = (line: string) => void faults.push(line);

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.url });
  data = mkdtempSync(join(tmpdir(), 'waybill-keys-'));
  env = { DATABASE_URL: testDatabase.url, WAYBILL_DATA: data };
});
afterAll(async () => {
  await db.end();
  await testDatabase.drop();
  rmSync(data, { recursive: true });
});

const wanted = { merchant: 'acme', mode: 'live', name: 'shop', scopes: 'admin', json: false };
const whose = (text: string) =>
  authenticate({ db, clock: systemClock, randomBytes: systemRandom }, text);

describe('waybill keys', () => {
  it('reports an invalid option, and creates nothing', async () => {
    for (const [option, value] of [
      ['merchant', 'Acme & Sons'],
      ['mode', 'production'],
      ['name', ' '],
      ['scopes', 'admin,everything'],
    ]) {
      expect(await keysCreate(env, { ...wanted, [String(option)]: value }, write, writeError)).toBe(
        2,
      );
      expect(faults.splice(0).join()).toContain(`--${option}`);
      expect(output()).toEqual([]);
    }
    expect(await keysList(env, { json: true }, write)).toBe(0);
    expect(output()).toEqual([]);
  });

  it('makes a live key that works, printed alone and never again', async () => {
    expect(await keysCreate(env, wanted, write, writeError)).toBe(0);
    const [text = ''] = output();
    expect(text).toMatch(/^wb_live_/);
    expect(await whose(text)).toMatchObject({ mode: 'live', name: 'shop', scopes: ['admin'] });
    await keysList(env, { json: false }, write);
    const listed = output().join('\n');
    expect(listed).toContain('acme');
    expect(listed).not.toContain(text);
  });

  it('adds a second key to the same merchant', async () => {
    await keysCreate(env, { ...wanted, mode: 'test', json: true }, write, writeError);
    const { key } = JSON.parse(output()[0] ?? '{}');
    await keysList(env, { json: true }, write);
    const merchants = output().map((line) => JSON.parse(line).merchant);
    expect(merchants).toEqual(['acme', 'acme']);
    expect(await whose(key)).toMatchObject({ mode: 'test' });
  });

  it('never lists so much of a key that a short one could be guessed', async () => {
    for (const [text, prefix] of [
      ['wb_test_xyz', 'wb_test_x'],
      ['wb_test_a', 'wb_test_'],
      ['wb_test_twelve_chars', 'wb_test_twel'],
      ['wb_test_guide_only_0000_and_long', 'wb_test_guide_'],
    ] as const) {
      await bootstrap({ db, clock: systemClock, randomBytes: systemRandom }, text);
      await keysList(env, { json: true }, write);
      const listed = output();
      const prefixes = listed.map((line) => JSON.parse(line).prefix);
      expect(prefixes).toContain(prefix);
      // Not the whole text: a random key may begin with a short one.
      expect(prefixes).not.toContain(text);
      await keysList(env, { json: false }, write);
      expect(output().join('\n')).toContain(`${prefix}…`);
      const keys = await db.owner.query('select prefix from api_keys');
      expect(keys.rows).not.toContainEqual({ prefix: text });
    }
  });

  it('revokes a key once, and reports a missing one', async () => {
    await keysCreate(env, { ...wanted, json: true }, write, writeError);
    const { id, key } = JSON.parse(output()[0] ?? '{}');
    expect(await keysRevoke(env, id, write, writeError)).toBe(0);
    expect(output()).toEqual([`Revoked ${id}.`]);
    expect(await whose(key)).toBeNull();
    for (const gone of [id, 'no id']) {
      expect(await keysRevoke(env, gone, write, writeError)).toBe(1);
      expect(faults.splice(0).join()).toContain(`no key ${gone}`);
      expect(output()).toEqual([]);
    }
  });

  it('creates keys of operators, which belong to no merchant', async () => {
    expect(await keysCreate(env, { ...wanted, ops: 'write' }, write, writeError)).toBe(0);
    const [text = ''] = output();
    expect(text).toMatch(/^wb_ops_/);
    expect(await whose(text)).toMatchObject({
      scopes: ['ops:read', 'ops:write'],
      bootstrap: false,
    });
    expect(await keysCreate(env, { ...wanted, ops: 'read', json: true }, write, writeError)).toBe(
      0,
    );
    expect(JSON.parse(output()[0] ?? '')).toMatchObject({ merchant: null, scopes: ['ops:read'] });
    for (const [option, value] of [
      ['scopes', 'admin,ops:write'],
      ['merchant', 'operators'],
    ]) {
      expect(await keysCreate(env, { ...wanted, [String(option)]: value }, write, writeError)).toBe(
        2,
      );
      expect(faults.splice(0).join()).toContain('--ops');
    }
  });
});
