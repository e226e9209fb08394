import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createPasswords,
  ensureMerchant,
  findSignInLink,
  invite,
  join,
  MEMBERS_KEY,
  type MembersDeps,
} from '../../merchants/index.ts';
import { systemClock, systemRandom } from '../../platform/clock.ts';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { hashKey } from '../../platform/sealing/hash-key.sql.ts';
import { loadKeyring } from '../../platform/sealing/master-key.ts';
import { readConfig } from '../../platform/settings/config.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { membersOperator, membersVerify } from './members.ts';

let testDatabase: TestDatabase;
let db: Database;
let data: string;
let env: NodeJS.ProcessEnv;
let members: MembersDeps;
const lines: string[] = [];
const write = (line: string) => void lines.push(line);
const faults: string[] = [];
const writeError = (line: string) => void faults.push(line);

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  db = openDatabase({ url: testDatabase.url });
  data = mkdtempSync(joinPath(tmpdir(), 'waybill-members-'));
  env = {
    DATABASE_URL: testDatabase.url,
    WAYBILL_DATA: data,
    WAYBILL_PUBLIC_URL: 'https://hub.example',
  };
  const config = readConfig(env);
  const keyring = loadKeyring({
    text: config.masterKey,
    file: config.masterKeyFile,
    data: config.data,
  });
  members = {
    db,
    clock: systemClock,
    randomBytes: systemRandom,
    keyring,
    mailKey: await hashKey(db.pipeline, keyring, systemRandom, MEMBERS_KEY),
    passwords: createPasswords(systemRandom, { logN: 8, r: 8, p: 1 }),
  };
  const merchantId = '019c0000-0000-7000-8000-000000000001';
  await ensureMerchant(db.pipeline, { id: merchantId, slug: 'acme', name: 'Acme' });
  const wanted = { email: 'anna@shop.example', role: 'support' as const };
  const { token } = await invite(members, merchantId, wanted);
  const said = { email: '', name: 'Anna', password: 'four words are enough' };
  expect((await join(members, token, said)).kind).toBe('joined');
});
afterAll(async () => {
  await db.end();
  await testDatabase.drop();
  rmSync(data, { recursive: true });
});

const verify = (email: string, replace = false) =>
  membersVerify(env, email, { replace }, write, writeError);

it('verifies an address, and with --replace prints a link that sets a new password', async () => {
  expect(await verify('nobody@shop.example')).toBe(1);
  expect(faults.splice(0).join()).toContain('No member has the address nobody@shop.example');
  expect(await verify('Anna@shop.example')).toBe(0);
  expect(lines.splice(0)).toEqual(['Verified Anna@shop.example (support of acme).']);
  expect(await verify('anna@shop.example')).toBe(0);
  expect(lines.splice(0)).toEqual(['anna@shop.example is already verified (support of acme).']);
  expect(await verify('anna@shop.example', true)).toBe(0);
  const link = lines.splice(0).at(-1) ?? '';
  expect(link).toMatch(/^https:\/\/hub\.example\/console\/sign-in\/link\/[\w-]{43}$/);
  const opened = await findSignInLink(members, link.split('/').at(-1) ?? '');
  expect(opened).toEqual({ mayReplace: false, email: 'anna@shop.example' });
  const { rows } = await db.owner.query(
    'select actor, action from member_actions order by happened_at, id',
  );
  const noted = { actor: 'operator', action: 'verifyMemberAddress' };
  expect(rows).toEqual([noted, noted]);
});

it('makes the member with a verified address an operator, and ends it', async () => {
  const operator = (email: string, power: 'read' | 'write' | null) =>
    membersOperator(env, email, power, write, writeError);
  expect(await operator('nobody@shop.example', 'write')).toBe(1);
  expect(await operator('anna@shop.example', null)).toBe(1);
  expect(faults.splice(0).join()).toContain('No operator has the address anna@shop.example.');
  expect(await operator('Anna@shop.example', 'read')).toBe(0);
  expect(lines.splice(0)).toEqual(['Anna@shop.example is an operator who may read.']);
  const { rows } = await db.owner.query('select power from operators');
  expect(rows).toEqual([{ power: 'read' }]);
  expect(await operator('anna@shop.example', null)).toBe(0);
  expect(lines.splice(0)).toEqual(['anna@shop.example is no operator any more.']);
  await db.owner.query('update users set verified_by = null, verified_at = null');
  expect(await operator('anna@shop.example', 'write')).toBe(1);
  expect(faults.splice(0).join()).toContain('is not verified');
});
