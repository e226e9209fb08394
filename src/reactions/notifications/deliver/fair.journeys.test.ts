import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import { ensureMerchant } from '../../../merchants/index.ts';
import { commandShipment, registerShipment } from '../../../tracking/ports/shipments.ts';
import type { SendOutcome } from '../contract.ts';
import { startTestNotifications, type TestNotifications } from '../test-notifications.ts';

let t: TestNotifications;
beforeAll(async () => {
  t = await startTestNotifications();
});
afterAll(() => t.close());

/** A long timeout for slow machines; nothing here waits for the clock. */
const PATIENCE = { timeout: 60_000 };
const SLOW = { timeout: 180_000 };

async function decided({ merchantId }: Tenant): Promise<boolean> {
  const sql = 'select from notifications where merchant_id = $1';
  return (await t.hub.db.pipeline.query(sql, [merchantId])).rowCount === 1;
}

let parcels = 0;
/** Creates parcels of a merchant that were picked up: as many mails are due. */
async function pickedUp(tenant: Tenant, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    parcels += 1;
    const recipient = { name: null, email: `r${parcels}@example.com`, phone: null, locale: null };
    const { shipment } = await registerShipment(t.hub.deps, tenant, {
      carrier: 'acme',
      trackingNumber: `FAIR-${parcels}`,
      personal: { recipient, origin: null, destination: null },
    });
    await commandShipment(t.hub.deps, tenant, shipment.id, {
      status: 'picked_up',
      subStatus: null,
      occurredAtMs: null,
      note: null,
      apiKeyId: null,
    });
  }
}

async function merchant(slug: string): Promise<Tenant> {
  const about = { id: crypto.randomUUID(), slug, name: slug };
  return { merchantId: (await ensureMerchant(t.hub.db.pipeline, about)).id, mode: 'test' };
}

it('a merchant whose mail server hangs holds up nobody else’s mail', SLOW, async () => {
  const hanging = await merchant('tarpit');
  const others = [await merchant('one'), await merchant('two')];
  let tries = 0;
  const waiting: ((outcome: SendOutcome) => void)[] = [];
  t.own(hanging.merchantId, 'email', {
    account: 'tarpit',
    send: () => {
      tries += 1;
      return new Promise((resolve) => void waiting.push(resolve));
    },
  });
  await pickedUp(hanging, 12);
  const done = t.running.idle();
  await vi.waitUntil(() => tries > 0, PATIENCE);
  for (const other of others) await pickedUp(other, 8);
  void t.running.idle();
  await vi.waitUntil(() => t.sent.length === 16, PATIENCE);
  expect(tries).toBe(4);

  // The channel times out, and gets fewer and fewer requests.
  t.hub.clock.advance(15_000);
  for (const answer of waiting.splice(0)) {
    answer({ outcome: 'retry', reason: 'no answer', retryAfterS: 3_600 });
  }
  await vi.waitUntil(() => tries === 5, PATIENCE);
  // The channel works again.
  t.own(hanging.merchantId, 'email', null);
  for (const answer of waiting.splice(0)) answer({ outcome: 'accepted', providerId: null });
  await done;
  await t.running.idle();
  expect(t.sent.length).toBe(16 + 7);
});

it('a merchant with very much to send lets others have their turn', SLOW, async () => {
  const [much, little] = [await merchant('much'), await merchant('little')];
  const answers: ((outcome: SendOutcome) => void)[] = [];
  const held = Array.from(
    { length: 120 },
    () => new Promise<SendOutcome>((resolve) => void answers.push(resolve)),
  );
  const before = t.sent.length;
  t.answer('email', ...held);
  await pickedUp(much, 50);
  const done = t.running.idle();
  await vi.waitUntil(() => t.sent.length === before + 32, PATIENCE);
  await pickedUp(little, 1);
  void t.running.idle();
  await vi.waitUntil(() => decided(little), PATIENCE);
  for (const answer of answers.splice(0, 2)) answer({ outcome: 'accepted', providerId: null });
  await vi.waitUntil(
    () =>
      t.sent.slice(before).some(({ message }) => message.tenant.merchantId === little.merchantId),
    PATIENCE,
  );
  expect(t.sent.length).toBeLessThanOrEqual(before + 40);
  for (const answer of answers) answer({ outcome: 'accepted', providerId: null });
  await done;
  await t.running.idle();
  expect(t.sent.length).toBe(before + 51);
  t.answer('email');
});
