import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type DispatchSimulateArgs, dispatchSimulate } from './dispatch-simulate.ts';

/**
 * Public days, in a folder next to the repository. The test judges the output by its own
 * arithmetic.
 */
const SHARED = process.env['WAYBILL_SHARED'] ?? join(import.meta.dirname, '../../../shared');
const MDRPLIB = join(SHARED, 'data/mdrplib');
const CITIES = join(SHARED, 'data/colombia-days');
const missing = [MDRPLIB, CITIES].filter((path) => !existsSync(path));
if (missing.length > 0) {
  process.stdout.write(
    `SKIPPED: nothing at ${missing.join(', ')}; set WAYBILL_SHARED to the folder above data/.\n`,
  );
}
const folder = mkdtempSync(join(tmpdir(), 'waybill-dispatch-shared-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Row = Readonly<Record<string, string>>;

function table(text: string, separator: string): Row[] {
  const [head = '', ...lines] = text.trim().split(/\r?\n/);
  const names = head.split(separator);
  return lines.map((line) =>
    Object.fromEntries(line.split(separator).map((cell, index) => [names[index] ?? '', cell])),
  );
}

async function simulate(changes: Partial<DispatchSimulateArgs>) {
  const out = join(folder, 'out.csv');
  const printed: string[] = [];
  const cpuMs = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
  const code = await dispatchSimulate(
    {
      folders: [],
      orders: null,
      couriers: null,
      every: 1,
      policy: 'rolling',
      json: true,
      out,
      ...changes,
    },
    cpuMs,
    (line) => void printed.push(line),
    (line) => void process.stderr.write(`${line}\n`),
  );
  expect(code).toBe(0);
  return { json: JSON.parse(printed[0] ?? ''), rows: table(readFileSync(out, 'utf8'), ',') };
}

const num = (row: Row | undefined, name: string): number => Number(row?.[name] ?? Number.NaN);

/** The faults of one courier's day by the rules of MDRPLib, in minutes. */
function faultsOf(
  rows: readonly Row[],
  courier: Row,
  orders: Map<string, Row>,
  at: Map<string, Row>,
  speed: number,
) {
  const faults: string[] = [];
  const point = (row: Row | undefined): [number, number] => [num(row, 'x'), num(row, 'y')];
  const leg = (from: [number, number], to: [number, number]) =>
    Math.ceil(Math.hypot(from[0] - to[0], from[1] - to[1]) / speed);
  const stops = rows.flatMap((row) => {
    const order = orders.get(row['order'] ?? '');
    const restaurant = at.get(order?.['restaurant'] ?? '');
    if (num(row, 'assigned') < num(order, 'placement_time')) faults.push('assigned before placed');
    if (num(row, 'pickup') < num(order, 'ready_time')) faults.push('picked up before ready');
    if (num(row, 'pickup') > num(courier, 'off_time')) faults.push('picked up off shift');
    const from = Math.max(num(row, 'assigned'), num(courier, 'on_time'));
    return [
      { time: num(row, 'pickup'), place: point(restaurant), from },
      { time: num(row, 'dropoff'), place: point(order), from: 0 },
    ];
  });
  let place = point(courier);
  let left = num(courier, 'on_time');
  let last = Number.NaN;
  for (const stop of stops.sort((one, other) => one.time - other.time)) {
    if (stop.time === last && String(stop.place) === String(place)) continue;
    // Two minutes from arriving until the pickup or the handover, and two more until leaving.
    if (stop.time < Math.max(left, stop.from) + leg(place, stop.place) + 2)
      faults.push('too early');
    place = stop.place;
    last = stop.time;
    left = stop.time + 2;
  }
  return faults;
}

describe.skipIf(missing.length > 0)('dispatch on public days', () => {
  it('of MDRPLib keeps every rule, delivers all that can be, in 32.5 minutes on average', async () => {
    const names = readdirSync(MDRPLIB).filter((name) => !name.includes('.'));
    const means: number[] = [];
    const greedy: number[] = [];
    for (const name of names) {
      const read = (file: string) =>
        table(readFileSync(join(MDRPLIB, name, `${file}.txt`), 'utf8'), '\t');
      const { json, rows } = await simulate({ folders: [join(MDRPLIB, name)] });
      const orders = new Map(read('orders').map((row) => [row['order'] ?? '', row]));
      const at = new Map(read('restaurants').map((row) => [row['restaurant'] ?? '', row]));
      const speed = num(read('instance_parameters')[0], 'meters_per_minute');
      const couriers = read('couriers');
      const faults = couriers.flatMap((courier) =>
        faultsOf(
          rows.filter((row) => row['courier'] === courier['courier']),
          courier,
          orders,
          at,
          speed,
        ),
      );
      expect([name, faults]).toEqual([name, []]);
      expect(new Set(rows.map(({ order }) => order)).size).toBe(rows.length);
      const lastOff = Math.max(...couriers.map((courier) => num(courier, 'off_time')));
      const possible = [...orders.values()].filter((row) => num(row, 'ready_time') <= lastOff);
      expect(rows.length).toBe(possible.length);
      const waits = rows.map(
        (row) => num(row, 'dropoff') - num(orders.get(row['order'] ?? ''), 'placement_time'),
      );
      const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
      expect(json.mean_click_to_door_min).toBeCloseTo(mean, 2);
      // 4 to 13 ms on the measured machine (docs/benchmarks.md); on other machines several times as
      // much.
      expect(json.instances[0].tick_ms.p99).toBeLessThanOrEqual(100);
      means.push(mean);
      const compared = await simulate({ folders: [join(MDRPLIB, name)], policy: 'greedy' });
      greedy.push(compared.json.mean_click_to_door_min);
    }
    const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
    expect(mean(means)).toBeLessThanOrEqual(32.5);
    expect(mean(means)).toBeLessThan(0.85 * mean(greedy));
  }, 600_000);

  it('of a city with every fourth courier brings orders to the door in time', async () => {
    for (const day of ['03', '05']) {
      const { json } = await simulate({
        orders: join(CITIES, `${day}-orders.csv.gz`),
        couriers: join(CITIES, `${day}-couriers.csv.gz`),
        every: 4,
      });
      expect(json.ready_to_door_min.mean).toBeLessThanOrEqual(12);
      expect(json.delivered_share).toBeGreaterThanOrEqual(0.998);
      expect(json.assignment_wait_min.p95).toBeLessThanOrEqual(13);
    }
  }, 600_000);
});
