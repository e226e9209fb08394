import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { deliveredParcels, toParcelCsv } from '../../../test/support/parcels/delivered-parcels.ts';
import { type EddEvaluateArgs, eddEvaluate } from './evaluate.ts';
import { eddScore } from './score.ts';
import { eddTrain } from './train.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-edd-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const parcels = deliveredParcels({ days: 100, parcelsADay: 8, seed: 41 });
const train = file('train.csv.gz', gzipSync(toParcelCsv(parcels.slice(0, 640))));
const testRows = toParcelCsv(parcels.slice(640)).trimEnd();

async function run(
  verb: (write: (line: string) => void, writeError: (line: string) => void) => Promise<number>,
) {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await verb(
    (line) => void out.push(line),
    (line) => void complaints.push(line),
  );
  return { code, out, complaints };
}

const evaluated = (test: string, json = true, changes: Partial<EddEvaluateArgs> = {}) =>
  run((write, writeError) =>
    eddEvaluate(
      { train, test, json, seed: 1, withoutCoordinates: false, ...changes },
      write,
      writeError,
    ),
  );

describe('waybill edd evaluate', () => {
  it('ignores coordinates on request, as if the files had none', async () => {
    const test = file('placed.csv', testRows);
    const withAll = await evaluated(test);
    const passedOver = await evaluated(test, true, { withoutCoordinates: true });
    const blank = (csv: string) => {
      const [header = '', ...rows] = csv.trimEnd().split('\n');
      const isPlaced = header.split(',').map((name) => /_(lat|lng)$/.test(name));
      const cells = (row: string) =>
        row.split(',').map((cell, index) => (isPlaced[index] ? '' : cell));
      return [header, ...rows.map((row) => cells(row).join(','))].join('\n');
    };
    const trainCsv = toParcelCsv(parcels.slice(0, 640));
    const unplaced = await evaluated(file('unplaced.csv', blank(testRows)), true, {
      train: file('train-unplaced.csv', blank(trainCsv)),
    });
    expect(trainCsv).not.toBe(blank(trainCsv));
    expect(passedOver.out).toEqual(unplaced.out);
    expect(passedOver.out).not.toEqual(withAll.out);
  });

  it('prints its figures next to simple baselines', async () => {
    const { code, out, complaints } = await evaluated(file('test.csv', testRows));
    expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
    const point = {
      n: expect.any(Number),
      mae_days: expect.any(Number),
      late_share: expect.any(Number),
      within_1_day: expect.any(Number),
      bias_days: expect.any(Number),
    };
    const figures: unknown = JSON.parse(out.join(''));
    expect(figures).toEqual({
      ...point,
      n: 160,
      coverage_80: expect.any(Number),
      width_80_days: expect.any(Number),
      by_month: expect.any(Array),
      customer_date: {
        late_share: expect.any(Number),
        days_earlier_than_promise: expect.any(Number),
      },
      baselines: { promise: point, lane_static: point, lane_rolling: point },
    });
    expect(figures).toMatchObject({
      by_month: [
        { month: '2026-03', n: expect.any(Number), coverage_80: expect.any(Number) },
        { month: '2026-04', mae_days: expect.any(Number) },
      ],
    });
  });

  it('names bad rows with line and reason, and is affected by none of them', async () => {
    const clean = await evaluated(file('clean.csv', testRows));
    const [header = '', row = ''] = testRows.split('\n');
    const cells = row.split(',');
    const bad = (at: number, value: string) =>
      cells.map((cell, index) => (index === at ? value : index === 0 ? `B${at}` : cell)).join(',');
    const names = header.split(',');
    const poison = [
      bad(names.indexOf('delivered_at'), '2020-01-01T00:00:00Z'),
      bad(names.indexOf('handed_over_at'), 'NaN'),
      bad(names.indexOf('delivered_at'), '2026-13-45'),
    ];
    const poisoned = await evaluated(file('bad.csv', [testRows, ...poison].join('\n')));
    expect(poisoned.out).toEqual(clean.out);
    expect(poisoned.complaints).toEqual([
      expect.stringMatching(/bad\.csv:162: row left out: delivered_at is before handed_over_at$/),
      expect.stringMatching(/bad\.csv:163: row left out: handed_over_at is not a time: "NaN"$/),
      expect.stringMatching(
        /bad\.csv:164: row left out: delivered_at is not a time: "2026-13-45"$/,
      ),
      expect.stringMatching(/bad\.csv: 3 rows left out, 0 cells left out, of 163 rows$/),
    ]);
  });

  it('prints a table for people', async () => {
    const { out } = await evaluated(file('people.csv', testRows), false);
    expect(out.join('\n')).toMatch(/^prediction +160 .+ % in .+ d$/m);
  });

  it.each([
    ['a file that does not exist', join(folder, 'none.csv'), /none\.csv: no such file or folder/],
    ['a folder', folder, /: is a folder; pass a file$/],
    [
      'a damaged gzip',
      file('broken.gz', Buffer.from([0x1f, 0x8b, 1, 2])),
      /broken\.gz:1: is a damaged/,
    ],
    ['columns that are missing', file('few.csv', 'shipment_id\n'), /few\.csv:1: columns missing: /],
    [
      'nothing delivered',
      file('open-only.csv', testRows.split('\n')[0] ?? ''),
      /contains no delivered parcel/,
    ],
  ])('ends with 2 and the fault of %s', async (_, test, complaint) => {
    const { code, complaints } = await evaluated(test);
    expect(code).toBe(2);
    expect(complaints.join('\n')).toMatch(complaint);
  });
});

describe('waybill edd train and score', () => {
  it('make a model and give dates with it', async () => {
    const out = join(folder, 'model.json.gz');
    const trained = await run((write, writeError) =>
      eddTrain({ data: train, out, seed: 1, withoutCoordinates: false }, write, writeError),
    );
    expect(trained.code).toBe(0);
    expect(JSON.parse(trained.out.join(''))).toMatchObject({ parcels: 640, seed: 1 });
    const open = parcels.slice(-5).map((parcel) => ({ ...parcel, deliveredAt: null }));
    const scored = await run((write, writeError) =>
      eddScore(
        { model: out, parcels: file('open.csv', toParcelCsv(open)), at: null },
        write,
        writeError,
      ),
    );
    expect(scored).toMatchObject({ code: 0, complaints: [] });
    const lines = scored.out.map((line): unknown => JSON.parse(line));
    expect(lines).toHaveLength(5);
    const date = expect.stringMatching(/^2026-0[45]-\d\d$/);
    expect(lines[0]).toEqual({
      shipment_id: open[0]?.id,
      date,
      window: { from: date, to: date },
      customer_date: date,
      promised_date: date,
    });
  });

  it('give a parcel that is late a window that is not over', async () => {
    const out = join(folder, 'late.json');
    await run((write, writeError) =>
      eddTrain({ data: train, out, seed: 1, withoutCoordinates: false }, write, writeError),
    );
    const late = parcels.slice(-1).map((parcel) => ({ ...parcel, deliveredAt: null }));
    const parcelsFile = file('late.csv', toParcelCsv(late));
    const at = '2026-06-01T12:00:00Z';
    const scored = await run((write, writeError) =>
      eddScore({ model: out, parcels: parcelsFile, at }, write, writeError),
    );
    const { window } = JSON.parse(scored.out.join('')) as { window: { from: string } };
    expect(window.from >= '2026-06-01').toBe(true);
    expect(readFileSync(out, 'utf8')).toContain('waybill-edd-1');
  });

  it.each([
    ['no JSON', '{"format"', /: is not JSON; train a model/],
    ['half a model', '{"format":"waybill-edd-1"}', /model-.+: card: /],
  ])('refuse a model that is %s', async (name, text, complaint) => {
    const model = file(`model-${name.replaceAll(' ', '-')}.json`, text);
    const scored = await run((write, writeError) =>
      eddScore({ model, parcels: file('some.csv', testRows), at: null }, write, writeError),
    );
    expect(scored.code).toBe(2);
    expect(scored.complaints.join('\n')).toMatch(complaint);
  });
});
