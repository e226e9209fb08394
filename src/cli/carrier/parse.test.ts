import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CarrierParseArgs, carrierParse } from './parse.ts';

const CARRIER = 'sandbox';
const EVENTS = [{ status: 'delivered', at: '2026-03-08T09:00:00+00:00' }];
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-parse-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the verb on one payload; returns its output, its complaints, and its exit code. */
async function parsed(payload: object, args: Partial<CarrierParseArgs> = {}) {
  const file = join(folder, 'payload.json');
  writeFileSync(file, JSON.stringify(payload));
  const [lines, complaints]: [string[], string[]] = [[], []];
  const code = await carrierParse(
    { carrier: CARRIER, files: [file], kind: null, number: null, ...args },
    {},
    (line) => void lines.push(line),
    (line) => void complaints.push(line),
  );
  const [said = null] = lines.map((line) => JSON.parse(line));
  return { code, said, complaints };
}

it('reads a parcel that its file does not name, without a number', async () => {
  const { code, said } = await parsed({ events: EVENTS });
  expect(code).toBe(0);
  expect(said).toMatchObject({
    outcome: 'reports',
    reports: [{ tracking_number: null, status: 'delivered' }],
  });
});

it('passes the requested number, as the carrier writes it, unless the file names one', async () => {
  const number = { number: 'ez 0000 0000 02' };
  const own = { tracking_number: 'EZ0000000001' };
  expect((await parsed({ events: EVENTS }, number)).said.reports).toMatchObject([
    { tracking_number: 'EZ0000000002' },
  ]);
  expect((await parsed({ ...own, events: EVENTS }, number)).said.reports).toMatchObject([own]);
});

it('takes no number for a push, and says what to do', async () => {
  const { code, complaints } = await parsed({}, { kind: 'webhook', number: 'EZ0000000001' });
  expect(code).toBe(2);
  expect(complaints).toEqual(['A push names its own number; omit --number, or use --kind track.']);
  expect((await parsed({ events: EVENTS }, { kind: 'webhook' })).code).toBe(1);
});
