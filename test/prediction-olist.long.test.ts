import { describe, expect, it } from 'vitest';
import { evaluate } from '../src/prediction/index.ts';
import { readParcels } from '../src/prediction/sample/read-open.ts';
import { hasOlist, OLIST_FILE, olistSplit } from './support/parcels/olist.ts';

if (!hasOlist()) {
  process.stderr.write(
    `SKIPPED: no orders at ${OLIST_FILE}; set WAYBILL_SHARED to the folder above data/olist.\n`,
  );
}

function parcelsOf(csv: string) {
  const read = readParcels(csv);
  if (!read.ok) throw new Error(`line ${read.line}: ${read.reason}`);
  return read.parcels;
}

/** A year of a marketplace's orders, of which the last quarter is predicted; bench/edd/splits.ts has more. */
describe.skipIf(!hasOlist())('dates of real parcels', () => {
  it('are closer than the promise and the medians of lanes, in windows with the promised coverage', () => {
    const { train, test } = olistSplit({ from: '2017-08-01', to: '2017-10-01' });
    const { figures, baselines } = evaluate(parcelsOf(train), parcelsOf(test), 1);
    expect(figures.n).toBeGreaterThan(2_900);
    expect(figures.maeDays).toBeLessThan(0.27 * baselines.promise.maeDays);
    expect(figures.maeDays).toBeLessThan(0.94 * baselines.laneStatic.maeDays);
    expect(figures.maeDays).toBeLessThan(0.94 * baselines.laneRolling.maeDays);
    expect(Math.abs(figures.biasDays)).toBeLessThan(0.8);
    expect(figures.coverage80).toBeGreaterThan(0.76);
    expect(figures.coverage80).toBeLessThan(0.86);
    expect(figures.customerDate.lateShare).toBeLessThan(0.08);
    expect(figures.customerDate.daysEarlierThanPromise).toBeGreaterThan(4);
  });
});
