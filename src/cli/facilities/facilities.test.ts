import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { facilitiesList, facilitiesRemove } from './facilities.ts';
import { type FacilitiesImportOptions, facilitiesImport } from './import.ts';

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
  data = mkdtempSync(join(tmpdir(), 'waybill-facilities-'));
  env = { DATABASE_URL: testDatabase.url, WAYBILL_DATA: data };
});
afterAll(async () => {
  await testDatabase.drop();
  rmSync(data, { recursive: true });
});

const EVERYTHING = {
  carrier: null,
  country: null,
  type: null,
  source: null,
  called: null,
  limit: 100,
  json: false,
};
const PLAIN: FacilitiesImportOptions = {
  carrier: null,
  dryRun: false,
  partial: false,
  json: false,
};

function fileOf(text: string | Buffer): string {
  const file = join(data, 'facilities.csv');
  writeFileSync(file, text);
  return file;
}

const run = (text: string | Buffer, options: Partial<FacilitiesImportOptions> = {}) =>
  facilitiesImport(env, fileOf(text), { ...PLAIN, ...options }, write, writeError);

describe('waybill facilities', () => {
  const FILE = 'code,name,country,city\nM1,Memphis Hub,US,Memphis\nL1,Leipzig,DE,Leipzig\n';

  it('says what an import would do, does it, lists it and removes it', async () => {
    expect(await run(FILE, { dryRun: true })).toBe(0);
    expect(said().lines).toEqual([
      'Dry run: 2 new, 0 changed, 0 unchanged, 0 rejected. Nothing was imported.',
    ]);
    expect(await facilitiesList(env, EVERYTHING, write, writeError)).toBe(0);
    expect(said().lines).toEqual(['There is no such facility.']);
    expect(await run(FILE)).toBe(0);
    expect(await run(FILE, { json: true })).toBe(0);
    expect(said().lines).toEqual([
      '2 new, 0 changed, 0 unchanged, 0 rejected.',
      '{"rows":2,"created":0,"updated":0,"unchanged":2,"rejected":0,"dry_run":false}',
    ]);
    await facilitiesList(env, { ...EVERYTHING, country: 'Germany' }, write, writeError);
    const [line = '', ...others] = said().lines;
    expect(others).toEqual([]);
    expect(line).toMatch(/any {2}L1 \(Leipzig\) {2}other {2}Leipzig, DE {2}Europe\/Berlin {2}csv$/);
    const id = line.split(' ')[0] ?? '';
    expect(await facilitiesRemove(env, [id, 'no id'], write, writeError)).toBe(1);
    expect(said()).toEqual({
      lines: [`Removed ${id}.`],
      faults: ['no id is not a facility of the hub; see `waybill facilities list`.'],
    });
    await facilitiesList(env, { ...EVERYTHING, json: true }, write, writeError);
    expect(said().lines.map((each) => JSON.parse(each).code)).toEqual(['M1']);
  });

  it('names file, line, column and fix of each fault, and imports nothing', async () => {
    const bad = 'code,country,time_zone\nX1,US,America/Chicago\nX2,US,America/Memphis\n';
    expect(await run(bad)).toBe(1);
    const { lines: none, faults: problems } = said();
    expect(none).toEqual([]);
    expect(problems).toEqual([
      `${join(data, 'facilities.csv')}:3 time_zone: Not a time zone. Send an IANA name such as America/Chicago, or omit it.`,
      'Nothing was imported. --partial imports the valid lines.',
    ]);
    expect(await run(bad, { partial: true })).toBe(1);
    expect(said().lines).toEqual(['1 new, 0 changed, 0 unchanged, 1 rejected.']);
  });

  it.each([
    ['a carrier that does not exist', 'code\nA\n', { carrier: 'nobody' }, /expected one of/],
    ['a file that is not UTF-8', Buffer.from('code\nK\xf6ln\n', 'latin1'), {}, /CSV UTF-8/],
  ])('%s is a mistake that says what to give', async (_, text, options, fault) => {
    expect(await run(text, options)).toBe(2);
    expect(said().faults.join()).toMatch(fault);
  });

  it('a file that does not exist, and a type or source that is none, are said', async () => {
    const nowhere = join(data, 'nowhere.csv');
    expect(await facilitiesImport(env, nowhere, PLAIN, write, writeError)).toBe(2);
    expect(said().faults.join()).toMatch(/nowhere\.csv cannot be read \(ENOENT\)/);
    const wanted = { ...EVERYTHING, type: 'shed' };
    expect(await facilitiesList(env, wanted, write, writeError)).toBe(2);
    expect(said().faults.join()).toMatch(/expected one of .*sort_center/);
    const source = { ...EVERYTHING, source: 'hearsay' };
    expect(await facilitiesList(env, source, write, writeError)).toBe(2);
    expect(said().faults.join()).toMatch(/expected one of csv, api, learned/);
  });
});
