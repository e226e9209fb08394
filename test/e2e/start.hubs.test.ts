import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fedexPush, minuteScan, PUSH_SECRET, pushHeaders } from '../support/fedex-push.ts';
import {
  callApi,
  newDataFolder,
  type RunningHub,
  removeDataFolder,
  startHub,
} from '../support/hubs/hub-process.ts';

/**
 * Other promises about starting are tested beside `waybill start`; the time it took is only
 * printed.
 */
const ENV = { WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET };
const NUMBERS = ['794644790131', '794644790142', '794644790153'];
const SCANS = 3;
const TIMEOUT_MS = 300_000;

interface Parcel {
  readonly id: string;
  readonly tracking_number: string;
  readonly events: readonly { readonly occurred_local: string }[];
}

let data: string;
let hub: RunningHub | null = null;
beforeEach(() => {
  data = newDataFolder();
});
afterEach(async () => {
  await hub?.kill();
  hub = null;
  removeDataFolder(data);
});

async function start(): Promise<RunningHub> {
  hub = await startHub(data, ENV);
  return hub;
}

/** Posts each scan of the parcel separately; resolves when all were answered with 200. */
async function push(url: URL, number: string): Promise<void> {
  for (let index = 0; index < SCANS; index += 1) {
    const body = fedexPush({ number, scans: [minuteScan(index)] });
    const request = { method: 'POST', headers: pushHeaders(body), body };
    const { status } = await fetch(new URL('/webhooks/carrier/fedex', url), request);
    expect(status).toBe(200);
  }
}

const register = ({ url }: RunningHub, number: string) =>
  callApi<Parcel>(url, 'POST', '/v1/shipments', { carrier: 'fedex', tracking_number: number });

const find = ({ url }: RunningHub, id: string) =>
  callApi<Parcel>(url, 'GET', `/v1/shipments/${id}`);

test(
  'the next start finds everything that was acknowledged, after a clean stop and after kill -9',
  async () => {
    const first = await start();
    const before = await Promise.all(NUMBERS.slice(0, 2).map((number) => register(first, number)));
    await push(first.url, NUMBERS[0] ?? '');
    await first.stop();

    const second = await start();
    const last = await register(second, NUMBERS[2] ?? '');
    for (const number of NUMBERS.slice(1)) await push(second.url, number);
    // The last 200 has just been sent: nothing of it may have been processed yet.
    await second.kill();

    const third = await start();
    const tookMs = [second, third].map(({ readyMs }) => Math.round(readyMs));
    process.stdout.write(`ready after a stop and after kill -9: ${tookMs.join(' and ')} ms\n`);
    const known = [...before, last];
    await vi.waitFor(
      async () => {
        const found = await Promise.all(known.map(({ id }) => find(third, id)));
        expect(found.map((each) => each.tracking_number)).toEqual(NUMBERS);
        for (const { events } of found) {
          expect(new Set(events.map((event) => event.occurred_local)).size).toBe(SCANS);
        }
      },
      { timeout: 20_000, interval: 100 },
    );
    await third.stop();
  },
  TIMEOUT_MS,
);
