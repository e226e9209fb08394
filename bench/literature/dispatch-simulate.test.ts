import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type DispatchSimulateArgs, dispatchSimulate } from './dispatch-simulate.ts';

const folder = mkdtempSync(join(tmpdir(), 'waybill-dispatch-'));
afterAll(() => rmSync(folder, { recursive: true }));

const EXAMPLES = join(import.meta.dirname, '../../examples/dispatch');
const lunch = join(EXAMPLES, 'lunch');
const evening = {
  orders: join(EXAMPLES, 'evening-orders.csv'),
  couriers: join(EXAMPLES, 'evening-couriers.csv'),
};

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A copy of the lunch, with one file changed. */
function lunchWith(name: string, change: (text: string) => string): string {
  const copy = mkdtempSync(join(folder, 'lunch-'));
  cpSync(lunch, copy, { recursive: true });
  writeFileSync(join(copy, name), change(readFileSync(join(copy, name), 'utf8')));
  return copy;
}

async function run(changes: Partial<DispatchSimulateArgs>) {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await dispatchSimulate(
    {
      folders: [],
      orders: null,
      couriers: null,
      every: 1,
      policy: 'rolling',
      out: null,
      json: true,
      ...changes,
    },
    () => 0,
    (line) => void out.push(line),
    (line) => void complaints.push(line),
  );
  return { code, out, complaints };
}

describe('dispatch simulate', () => {
  it('scores instances of MDRPLib', async () => {
    const { code, out } = await run({ folders: [lunch, lunch] });
    expect(code).toBe(0);
    const json = JSON.parse(out[0] ?? '');
    expect(json.instances[0]).toEqual({
      name: 'lunch',
      orders: 5,
      delivered: 5,
      click_to_door_min: { mean: expect.any(Number), p90: expect.any(Number) },
      tick_ms: { p50: 0, p99: 0 },
    });
    expect(json.instances).toHaveLength(2);
    expect(json.mean_click_to_door_min).toBe(json.instances[0].click_to_door_min.mean);
  });

  it('scores a day of a city, without orders that were promised before they were placed', async () => {
    const to = join(folder, 'evening.csv');
    const { out } = await run({ ...evening, out: to });
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      instances: [{ orders: 4, delivered: 4 }],
      delivered_share: 1,
      ready_to_door_min: { mean: expect.any(Number), p90: expect.any(Number) },
      assignment_wait_min: { mean: expect.any(Number), p95: expect.any(Number) },
    });
    const [head, ...rows] = readFileSync(to, 'utf8').trim().split('\n');
    expect(head).toBe('order,courier,assigned,pickup,dropoff');
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row).toMatch(/^\d,\d(,\d\d:\d\d:\d\d){3}$/);
  });

  it('uses every other courier on request', async () => {
    const to = join(folder, 'even.csv');
    await run({ ...evening, every: 2, out: to });
    const couriers = readFileSync(to, 'utf8').trim().split('\n').slice(1);
    expect(new Set(couriers.map((row) => Number(row.split(',')[1]) % 2))).toEqual(new Set([0]));
  });

  it('writes times in minutes as the instance has them, and which instance', async () => {
    const to = join(folder, 'lunch.csv');
    await run({ folders: [lunch, lunch], out: to });
    const rows = readFileSync(to, 'utf8').trim().split('\n');
    expect(rows[0]).toBe('order,courier,assigned,pickup,dropoff,instance');
    expect(rows[1]).toMatch(/^o\d,c\d(,\d{3}){3},lunch$/);
    expect(rows).toHaveLength(11);
  });

  it('says in words how it went', async () => {
    const { out } = await run({ folders: [lunch], json: false });
    expect(out[0]).toMatch(/^lunch: 5 of 5 orders delivered, click to door [\d.]+ min \(p90 /);
  });

  it.each([
    ['nothing', {}, /pass either folders/],
    ['both', { folders: [lunch], ...evening }, /pass either folders/],
    ['orders alone', { orders: evening.orders }, /pass either folders/],
    ['no folder', { folders: [join(folder, 'none')] }, /orders\.txt: no such file or folder/],
    [
      'a restaurant that is missing',
      { folders: [lunchWith('restaurants.txt', (text) => text.replace('r2', 'r9'))] },
      /orders\.txt:4: restaurant r2 is not in restaurants\.txt/,
    ],
    [
      'a word for a number',
      { folders: [lunchWith('couriers.txt', (text) => text.replace('900', 'late'))] },
      /couriers\.txt:2: off_time is "late"; expected a number/,
    ],
    [
      'no speed',
      { folders: [lunchWith('instance_parameters.txt', (text) => text.replace('320', '0'))] },
      /instance_parameters\.txt:2: meters_per_minute is 0/,
    ],
    [
      'a missing column',
      { folders: [lunchWith('orders.txt', (text) => text.replace('ready_time', 'ready'))] },
      /orders\.txt:1: column ready_time is missing/,
    ],
    [
      'a short row',
      { folders: [lunchWith('couriers.txt', (text) => `${text}c3\t1\n`)] },
      /couriers\.txt:4: has 2 cells; expected 5/,
    ],
    [
      'an unknown vehicle',
      {
        orders: evening.orders,
        couriers: file(
          'boat.csv',
          'courier_id,vehicle,on_lat,on_lng,on_time,off_time\n1,boat,1,1,10:00:00,11:00:00\n',
        ),
      },
      /boat\.csv:2: vehicle is "boat"; expected motorcycle/,
    ],
    [
      'a time that is none',
      {
        orders: evening.orders,
        couriers: file(
          'noon.csv',
          'courier_id,vehicle,on_lat,on_lng,on_time,off_time\n1,car,1,1,noon,11:00:00\n',
        ),
      },
      /noon\.csv:2: on_time is "noon"; expected HH:MM:SS/,
    ],
    [
      'a place off the globe',
      {
        orders: evening.orders,
        couriers: file(
          'far.csv',
          'courier_id,vehicle,on_lat,on_lng,on_time,off_time\n1,car,91,1,10:00,11:00\n',
        ),
      },
      /far\.csv:2: on_lat, on_lng are 91, 1; expected degrees/,
    ],
  ])('ends with 2 and says where and what to do for %s', async (_, changes, complaint) => {
    const { code, out, complaints } = await run(changes);
    expect({ code, out }).toEqual({ code: 2, out: [] });
    expect(complaints.join('\n')).toMatch(complaint);
  });
});
