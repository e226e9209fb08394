import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shuffleLists } from '../../packages/adapter-kit/checks/odd-payloads.ts';
import { adapter as uspsAdapter } from '../../src/adapters/usps/index.ts';
import { carrierParse } from '../../src/cli/carrier/parse.ts';
import { randomFrom } from '../../src/kernel/seeded-random.ts';
import { runs } from '../../src/kernel/test-runs.ts';
import {
  type Corridor,
  estimateInWords,
  eventInWords,
  openCorridor,
  type PublicState,
} from './corridor.ts';
import { dhl } from './expectations/dhl.ts';
import type { Expectations, Expected } from './expectations/expected.ts';
import { fedex } from './expectations/fedex.ts';
import { ups } from './expectations/ups.ts';
import { usps } from './expectations/usps.ts';

/**
 * The carriers' published payloads, posted the way each carrier posts: the merchant sees what the
 * payload says, however often and in whatever order it arrives.
 */
const ROOT = join(import.meta.dirname, '../..');
const SHARED = process.env['WAYBILL_SHARED'] ?? join(ROOT, '../shared');
const FIXTURES = join(SHARED, 'carriers/fixtures');
const CARRIERS: Readonly<Record<string, Expectations>> = { fedex, ups, usps, dhl };
/** A parcel known only by a static header is polled before its status is certain. */
const SIGNED = new Set(['fedex', 'usps']);
const ORDERS = runs(20, 2);
const SEED = 20_261_120;
const IS_THERE = existsSync(FIXTURES);
if (!IS_THERE) {
  process.stderr.write(
    `SKIPPED: no carriers' payloads at ${FIXTURES}; set WAYBILL_SHARED to their parent.\n`,
  );
}

describe.skipIf(!IS_THERE)('each payload the carriers published', () => {
  let corridor: Corridor;
  beforeAll(async () => {
    corridor = await openCorridor();
  });
  afterAll(() => corridor.close());

  for (const [carrier, expectations] of Object.entries(CARRIERS)) {
    describe(carrier, () => {
      test('is judged in the tables, and none is missing', () => {
        const there = readdirSync(join(FIXTURES, carrier)).filter((file) => !file.endsWith('.md'));
        expect(there.sort()).toEqual(Object.keys(expectations).sort());
      });

      for (const [file, expected] of Object.entries(expectations)) {
        if (typeof expected === 'string') {
          test(`${file}, which is ${expected}, is acknowledged and changes nothing`, async () => {
            expect(await corridor.post(carrier, read(carrier, file))).toBe(200);
          });
          continue;
        }
        test(`${file} comes to what it says, once, twice and shuffled`, async () => {
          await comesTo(corridor, carrier, read(carrier, file), expected);
        });
      }

      test('is read by `carrier parse` as by the hub', async () => {
        expect(await parsed(carrier, Object.keys(expectations))).toEqual(asParsed(expectations));
      });

      test('with the others of its parcel gives one state, in any order', async () => {
        for (const [number, files] of byParcel(expectations)) {
          const bodies = files.map((file) => read(carrier, file));
          await sameInAnyOrder(corridor, carrier, number, bodies);
        }
      });
    });
  }
});

describe.skipIf(!IS_THERE)('the signed push USPS clients agree on', () => {
  test('is accepted byte for byte, at its time and with its secret only', () => {
    const { webhook } = uspsAdapter;
    const headersFile = JSON.parse(read('usps', 'constructed_webhook_delivered.headers.json'));
    const request = {
      headers: { 'x-hmac': String(headersFile['X-HMAC']) },
      rawBody: readFileSync(join(FIXTURES, 'usps', 'constructed_webhook_delivered.json')),
    };
    const secret = String(headersFile['_secret_used']);
    const atMs = Date.UTC(2026, 2, 6, 21, 11);
    expect(webhook?.verify(request, [secret], atMs)).toEqual({ ok: true, trust: 'signed' });
    expect(webhook?.verify(request, [`${secret}0`], atMs)).toMatchObject({ ok: false });
    expect(webhook?.verify(request, [secret], atMs + 600_000)).toMatchObject({ ok: false });
  });
});

/**
 * Posts variants of one payload, each for a parcel of its own: the first two as published, the
 * others with every list shuffled. All must give the same result, and repeating them must add
 * nothing.
 */
async function comesTo(
  corridor: Corridor,
  carrier: string,
  body: string,
  expected: readonly Expected[],
): Promise<void> {
  const random = randomFrom(SEED);
  const numbers = expected.map(({ number }) => number);
  const variants = Array.from({ length: ORDERS + 2 }, (_, n) => ({
    spell: n === 0 ? asPublished : anotherSpelling(),
    text: n < 2 ? body : shuffled(body, random),
  }));
  const ids: string[][] = [];
  for (const { spell, text } of variants) {
    const own: string[] = [];
    for (const number of numbers) own.push(await corridor.register(carrier, spell(number)));
    ids.push(own);
    expect(await corridor.post(carrier, renumber(text, numbers, spell))).toBe(200);
  }
  const once = await publicStates(corridor, ids);
  for (const [n, shipments] of once.entries()) {
    for (const [i, { state, factCount, confirmed }] of shipments.entries()) {
      const number = numbers[i] ?? '';
      const spelled = variants[n]?.spell(number);
      expect(state).toEqual({ ...expected[i], number: spelled });
      expect(factCount).toBe(state.events.length);
      const steered = state.events.some((event) => !event.startsWith('none'));
      expect(confirmed).toBe(SIGNED.has(carrier) || !steered);
    }
  }
  for (const { spell, text } of variants) {
    expect(await corridor.post(carrier, renumber(text, numbers, spell))).toBe(200);
  }
  expect(await publicStates(corridor, ids)).toEqual(once);
  for (const id of ids.flat()) await corridor.forget(id);
}

async function sameInAnyOrder(
  corridor: Corridor,
  carrier: string,
  number: string,
  bodies: readonly string[],
): Promise<void> {
  const random = randomFrom(SEED);
  const ids: string[] = [];
  for (let n = 0; n < ORDERS; n += 1) {
    const spell = anotherSpelling();
    ids.push(await corridor.register(carrier, spell(number)));
    for (const body of random.shuffle(bodies)) {
      expect(await corridor.post(carrier, renumber(body, [number], spell))).toBe(200);
    }
  }
  const states = (await publicStates(corridor, [ids])).flat().map(({ sequence: _, ...state }) => ({
    ...state,
    state: { ...state.state, number },
  }));
  expect(states).toEqual(states.map(() => states[0]));
}

async function publicStates(
  corridor: Corridor,
  ids: readonly string[][],
): Promise<PublicState[][]> {
  await corridor.hub.settled();
  return Promise.all(ids.map((some) => Promise.all(some.map((id) => corridor.publicState(id)))));
}

type Spell = (number: string) => string;

const asPublished: Spell = (number) => number;
let spellings = 0;

/** Numbers of the same form that no other test uses: four of their characters vary. */
function anotherSpelling(): Spell {
  spellings += 1;
  const count = String(spellings).padStart(4, '0');
  return (number) => number.slice(0, -7) + count + number.slice(-3);
}

function renumber(body: string, numbers: readonly string[], spell: Spell): string {
  return numbers.reduce((text, number) => text.replaceAll(number, spell(number)), body);
}

/** Every list in another order, including lists in JSON that some carriers put in a string. */
function shuffled(body: string, random: ReturnType<typeof randomFrom>): string {
  if (!body.trimStart().startsWith('{') && !body.trimStart().startsWith('[')) return body;
  const value = shuffleLists(JSON.parse(body), random);
  if (typeof value !== 'object' || value === null) return body;
  const payload: unknown = Reflect.get(value, 'payload');
  if (typeof payload !== 'string') return JSON.stringify(value);
  return JSON.stringify({ ...value, payload: shuffled(payload, random) });
}

function read(carrier: string, file: string): string {
  return readFileSync(join(FIXTURES, carrier, file), 'utf8');
}

/** Parcels that occur in several payloads, with these payloads. */
function byParcel(expectations: Expectations): [string, string[]][] {
  const files = new Map<string, string[]>();
  for (const [file, expected] of Object.entries(expectations)) {
    if (typeof expected === 'string') continue;
    for (const { number } of expected) files.set(number, [...(files.get(number) ?? []), file]);
  }
  return [...files].filter(([, some]) => some.length > 1);
}

type Parsed = Readonly<Record<string, { outcome: string; reports: readonly Expected[] }>>;

async function parsed(carrier: string, files: readonly string[]): Promise<Parsed> {
  const lines: string[] = [];
  const paths = files.map((file) => join(FIXTURES, carrier, file));
  await carrierParse(
    { carrier, files: paths, kind: null, number: null },
    {},
    (line) => lines.push(line),
    (line) => lines.push(line),
  );
  return Object.fromEntries(
    lines.map((line, i) => {
      const { outcome, reports } = JSON.parse(line);
      return [files[i] ?? '', { outcome, reports: reports.map(parsedReport) }];
    }),
  );
}

function parsedReport(report: {
  tracking_number: string;
  status: string;
  sub_status: string | null;
  estimated_delivery: { date: string; from: string | null; to: string | null } | null;
  events: {
    status: string;
    sub_status: string | null;
    occurred_local: string | null;
    occurred_at: string | null;
  }[];
}): Expected {
  const { sub_status: subStatus, estimated_delivery: estimate } = report;
  return {
    number: report.tracking_number,
    status: report.status,
    ...(subStatus === null ? {} : { subStatus }),
    ...(estimate === null ? {} : { estimate: estimateInWords(estimate) }),
    events: report.events.map((event) =>
      eventInWords(event.status, event.sub_status, event.occurred_local, event.occurred_at),
    ),
  };
}

/** A number without data in the payload appears in no report. */
function asParsed(expectations: Expectations): Parsed {
  return Object.fromEntries(
    Object.entries(expectations).map(([file, expected]) => {
      if (typeof expected === 'string') return [file, { outcome: expected, reports: [] }];
      const reports = expected.filter(
        ({ events, number }) => events.length > 0 || /^X+$/.test(number),
      );
      return [file, { outcome: 'reports', reports }];
    }),
  );
}
