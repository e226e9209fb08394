import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import {
  deadlettersDismiss,
  deadlettersList,
  deadlettersReplay,
  deadlettersShow,
} from './dead-letters.ts';

let testDatabase: TestDatabase;
let data: string;
let env: NodeJS.ProcessEnv;
const lines: string[] = [];
const faults: string[] = [];
const write = (line: string) => void lines.push(line);
const writeError = (line: string) => void faults.push(line);
const said = () => ({ lines: lines.splice(0), faults: faults.splice(0) });

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  data = mkdtempSync(join(tmpdir(), 'waybill-deadletters-'));
  env = { DATABASE_URL: testDatabase.url, WAYBILL_DATA: data };
});
afterAll(async () => {
  await testDatabase.drop();
  rmSync(data, { recursive: true });
});

const ABSENT = '01890a5d-ac96-774b-bcce-b302099a8057';

it.each([ABSENT, 'no id'])('a letter that does not exist is said on stderr: %s', async (id) => {
  expect(await deadlettersShow(env, id, write, writeError)).toBe(1);
  expect(said()).toEqual({
    lines: [],
    faults: [`${id} is not a dead letter; see \`waybill deadletters list\`.`],
  });
});

it('replaying neither ids nor all is a mistake that says what to give', async () => {
  expect(await deadlettersReplay(env, [], write, writeError)).toBe(2);
  const { lines, faults } = said();
  expect(lines).toEqual([]);
  expect(faults.join()).toMatch(/ids.*--all/);
});

it('replaying what does not exist fails, and `--all` of none succeeds', async () => {
  expect(await deadlettersReplay(env, [ABSENT], write, writeError)).toBe(1);
  expect(said().faults).toEqual([`${ABSENT} is not a dead letter.`]);
  expect(await deadlettersReplay(env, 'all', write, writeError)).toBe(0);
  expect(said()).toEqual({ lines: ['0 returned to the inbox.'], faults: [] });
});

it('dismissing removes from the list letters that are retained and may still be replayed', async () => {
  const pool = new pg.Pool({ connectionString: testDatabase.url });
  const id = '01890a5d-ac96-774b-bcce-b302099a8058';
  await pool.query(
    `insert into inbound_messages (id, received_at, source, carrier, trust, content, partition, fate, fate_reason)
     values ($1, now(), 'webhook', 'acme', 'signed', '', 0, 'dead', 'no reason')`,
    [id],
  );
  await pool.end();
  const list = async () => {
    await deadlettersList(env, { limit: 10, json: true }, write);
    return said().lines;
  };
  expect(await list()).toHaveLength(1);
  expect(await deadlettersDismiss(env, [id, ABSENT], 'theirs', write, writeError)).toBe(1);
  expect(said()).toEqual({ lines: ['1 dismissed.'], faults: [`${ABSENT} is not a dead letter.`] });
  expect(await list()).toEqual([]);
  expect(await deadlettersReplay(env, 'all', write, writeError)).toBe(0);
  expect(said().lines).toEqual(['0 returned to the inbox.']);
  expect(await deadlettersReplay(env, [id], write, writeError)).toBe(0);
  expect(said().lines).toEqual(['1 returned to the inbox.']);
});
