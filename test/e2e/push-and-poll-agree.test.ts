import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tenant } from '../../src/kernel/tenant.ts';
import { withTransaction } from '../../src/platform/database/database.ts';
import { PROJECT_ROOT } from '../../src/platform/settings/yaml-settings.ts';
import { explainShipment } from '../../src/tracking/ports/shipments.ts';
import { type Corridor, openCorridor } from './corridor.ts';

/**
 * A carrier's push and its poll answer spell the same scan differently (offset, place, text, order
 * of members). Received from both sources it is one fact with two observations, whichever came
 * first.
 */
const PAIRS = [
  ['fedex', '122816215025810', 'push-delivered', 'track-delivered'],
  ['ups', '1Z023E2X0214323462', 'alert-out-for-delivery', 'track-out-for-delivery'],
  ['usps', '9400100000000000000006', 'push-delivered', 'v3-delivered'],
  ['dhl', '9356579890', 'push-express-words', 'unified-express-words'],
] as const;

let corridor: Corridor;
let tenant: Tenant;
beforeAll(async () => {
  corridor = await openCorridor();
  ({ tenant } = await corridor.hub.newKey());
});
afterAll(() => corridor.close());

function fixture(carrier: string, name: string): string {
  return readFileSync(`${PROJECT_ROOT}src/adapters/${carrier}/fixtures/${name}.json`, 'utf8');
}

async function pull(carrier: string, number: string, text: string): Promise<void> {
  const { hub } = corridor;
  hub.clock.advance(1_000);
  await withTransaction(hub.db.pipeline, (tx) =>
    hub.inbox.storeWithin(tx, [
      {
        source: 'poll',
        carrier,
        owner: { ...tenant, accountId: crypto.randomUUID() },
        trust: 'pulled',
        headers: { ':number': number, ':status': '200' },
        body: Buffer.from(text),
      },
    ]),
  );
  hub.inbox.announce();
}

/** Facts by the number of sources that reported them, and how often each did. */
async function sequencesOf(id: string): Promise<number[]> {
  await corridor.hub.settled();
  const explained = await explainShipment(corridor.hub.tracking, tenant, id);
  return (explained?.explanation.facts ?? []).map(({ observations }) => observations).sort();
}

describe.each(PAIRS)('%s: the same scan by push and by pull', (carrier, number, pushed, pulled) => {
  const orders = [
    ['push', 'pull'],
    ['pull', 'push'],
  ] as const;

  it.each(orders)('is one fact with two observations: %s first, then %s', async (...sources) => {
    const id = await corridor.register(carrier, number);
    for (const source of sources) {
      if (source === 'pull') await pull(carrier, number, fixture(carrier, pulled));
      else expect(await corridor.post(carrier, fixture(carrier, pushed))).toBeLessThan(300);
      await corridor.hub.settled();
    }
    const alone = await pulledAlone(carrier, number, pulled);
    const both = await sequencesOf(id);
    expect(both).toHaveLength(alone);
    expect(both.filter((observations) => observations > 1).length).toBeGreaterThan(0);
    expect(Math.max(...both)).toBe(2);
    await corridor.forget(id);
  });
});

/** How many facts the poll answer alone contains. */
async function pulledAlone(carrier: string, number: string, name: string): Promise<number> {
  const adapter = corridor.hub.adapters.get(carrier);
  const outcome = adapter?.parse({ text: fixture(carrier, name), kind: 'track', httpStatus: 200 });
  if (outcome?.outcome !== 'reports') throw new Error(`${name} is not a report`);
  const report = outcome.reports.find(({ trackingNumber }) => trackingNumber === number);
  return report?.facts.length ?? 0;
}
