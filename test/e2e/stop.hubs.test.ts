import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  fedexPush,
  minuteScan,
  PUSH_SECRET,
  parcelNumber,
  pushHeaders,
} from '../support/fedex-push.ts';
import { newDataFolder, removeDataFolder, startHub } from '../support/hubs/hub-process.ts';
import { callSteadily } from '../support/steady-caller.ts';

/** WAYBILL_STOPS=50: the whole drill, a quarter of an hour; the suite stops a hub once. */
const STOPS = Number(process.env['WAYBILL_STOPS'] ?? 1);
const PER_S = 500;
const STORED = 50;
const CALLS_BEFORE = 300;

let data: string;
beforeAll(() => {
  data = newDataFolder();
});
afterAll(() => removeDataFolder(data));

test(
  `SIGTERM at ${PER_S} pushes a second resets none that was accepted (${STOPS} times)`,
  async () => {
    const body = fedexPush({ number: parcelNumber(1), scans: [minuteScan(1)] });
    const total = { answered: 0, refused: 0, other: 0 };
    const reset: string[] = [];
    for (let index = 0; index < STOPS; index += 1) {
      const hub = await startHub(data, {
        WAYBILL_WEBHOOK_SECRET_FEDEX: PUSH_SECRET,
        WAYBILL_SANDBOX: 'off',
      });
      const caller = callSteadily({
        url: new URL('/webhooks/carrier/fedex', hub.url),
        perS: PER_S,
        responses: STORED,
        body,
        headers: pushHeaders(body, PUSH_SECRET),
      });
      const exited = once(hub.child, 'exit');
      await reached(() => caller.sent >= CALLS_BEFORE);
      await hub.stop();
      await exited;
      const called = await caller.stop();
      total.answered += called.answered[200] ?? 0;
      total.other += Object.keys(called.answered).filter((status) => status !== '200').length;
      total.refused += called.refused;
      reset.push(...called.reset.map((how) => `stop ${index}: ${how}`));
    }
    process.stdout.write(`${STOPS} stops: ${JSON.stringify({ ...total, reset: reset.length })}\n`);
    expect(reset).toEqual([]);
    expect(total.answered).toBeGreaterThan(0);
    expect(total.refused).toBeGreaterThan(0);
  },
  60_000 * STOPS,
);

async function reached(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('did not come about within a minute');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
