import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../platform/database/database.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { storeModels } from '../../reactions/predictions/models/test-models.ts';
import { eddLearn, eddModels, eddRollback } from './models.ts';

let made: TestDatabase;
let db: Database;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  made = await createTestDatabase();
  db = openDatabase({ url: made.url });
  env = {
    DATABASE_URL: made.url,
    WAYBILL_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
});
afterAll(async () => {
  await db.end();
  await made.drop();
});

async function run(verb: (write: (line: string) => void) => Promise<number>) {
  const out: string[] = [];
  const code = await verb((line) => void out.push(line));
  return { code, out };
}

const models = (json = false) => run((write) => eddModels(env, json, write));
const rollback = (version: number | null, json = false) =>
  run((write) => eddRollback(env, { version, json }, write, write));

describe('models on the command line', () => {
  it('are none at first, and too few parcels teach nothing', async () => {
    expect((await models()).out.join()).toMatch(/^There is no model yet/);
    const { code, out } = await run((write) => eddLearn(env, true, write, write));
    expect(code).toBe(0);
    expect(JSON.parse(out.join(''))).toMatchObject({ outcome: 'too_few', version: null });
  });

  it('are listed, and rolled back with a report', async () => {
    expect(await rollback(null)).toEqual({ code: 1, out: [expect.stringMatching(/^No older/)] });
    const [was, is] = await storeModels(db, ['retired', 'active']);
    const { out } = await models();
    expect(out).toEqual([
      expect.stringMatching(new RegExp(`^${is}  active  2001-.+  why <b>active</b>$`)),
      expect.stringMatching(new RegExp(`^${was}  retired  2001-`)),
    ]);
    const done = `Version ${was} is active, replacing version ${is}.`;
    expect(await rollback(null)).toEqual({ code: 0, out: [done] });
    const json = JSON.stringify({ version: is, instead_of: was });
    expect(await rollback(is ?? 0, true)).toEqual({ code: 0, out: [json] });
    expect(await rollback(99_999)).toMatchObject({ code: 1 });
    const listed: unknown = JSON.parse((await models(true)).out.join(''));
    expect(listed).toMatchObject({ data: [{ version: is, fate: 'active' }, { version: was }] });
  });
});
