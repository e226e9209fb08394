import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEST_WEBHOOK_SECRET } from '../../src/http/testing/test-hub.ts';
import { fedexPush, pushHeaders } from '../support/fedex-push.ts';
import { type Journey, openJourney, type Row } from '../support/hubs/journey.ts';

/**
 * One merchant, one parcel with FedEx and one in its own van, over the same days: API, tracking
 * page, webhooks, messages, delivery dates and cases treat both alike. Nothing after intake
 * depends on the carrier.
 */
const HOUR_MS = 3_600_000;
/** A Monday, 8 o'clock in Memphis. */
const START_MS = Date.UTC(2026, 3, 13, 13);
const STEPS = [
  { atH: 1, fedex: { code: 'PU' }, van: { code: 'PICKUP' } },
  { atH: 8, fedex: { code: 'AR' }, van: { code: 'ARRIVE', facility_code: 'MEM-1' } },
  { atH: 24, fedex: { code: 'OD' }, van: { code: 'LOAD' } },
  {
    atH: 28,
    fedex: { code: 'DE', exception: '08' },
    van: { code: 'ATTEMPT', reason_code: 'NOT_HOME' },
  },
  { atH: 48, fedex: { code: 'OD' }, van: { code: 'LOAD' } },
  {
    atH: 51,
    fedex: { code: 'DE', exception: '07' },
    van: { code: 'EXCEPTION', reason_code: 'REFUSED' },
  },
  { atH: 72, fedex: { code: 'OD' }, van: { code: 'LOAD' } },
  { atH: 76, fedex: { code: 'DL' }, van: { code: 'DELIVERED' } },
] as const;
const FEDEX_NUMBER = '794644790132';

let journey: Journey;
beforeAll(async () => {
  journey = await openJourney({ startMs: START_MS });
});
afterAll(async () => {
  await journey?.close();
});

test('a parcel in an own van is treated as one with FedEx', async () => {
  const fedex = await register({ carrier: 'fedex', tracking_number: FEDEX_NUMBER });
  const van = await register({ carrier: 'fleet' });
  for (const { atH, ...step } of STEPS) {
    await journey.runUntil(START_MS + atH * HOUR_MS);
    const at = new Date(START_MS + atH * HOUR_MS).toISOString();
    await push({ ...step.fedex, date: at });
    const scan = { ...step.van, tracking_number: van.number, scanned_at: at };
    expect((await journey.merchant('POST', '/v1/scans', [scan])).body).toMatchObject({
      accepted: 1,
    });
    await journey.react();
    // A date that becomes due through this step is predicted in the next turn.
    await journey.react();
    expect(await parcel(van)).toEqual(await parcel(fedex));
  }
  const { webhooks, messages, cases, shipment, headline } = await parcel(van);
  expect(headline).toContain('Delivered');
  expect(shipment).toMatchObject({ status: 'delivered', confirmed: true });
  expect(webhooks.map(({ type }) => type)).toEqual(
    expect.arrayContaining([
      'shipment.created',
      'shipment.status_changed',
      'shipment.edd_changed',
      'shipment.exception_opened',
      'shipment.exception_resolved',
      'shipment.delivered',
    ]),
  );
  expect(messages.filter((each) => each.endsWith('sent')).length).toBeGreaterThan(3);
  expect(cases).toEqual([expect.objectContaining({ kind: 'refused', state: 'closed' })]);
});

interface Parcel {
  readonly id: string;
  readonly number: string;
}

async function register(parcel: Row): Promise<Parcel> {
  const { body } = await journey.merchant('POST', '/v1/shipments', {
    ...parcel,
    recipient: { name: 'R', email: 'reader@customers.example', locale: 'en' },
    destination: { postal_code: '38103', country: 'US' },
    promised_date: '2026-04-15',
  });
  await journey.react();
  return { id: String(body['id']), number: String(body['tracking_number']) };
}

async function push(scan: { code: string; date: string; exception?: string }): Promise<void> {
  const body = fedexPush({ number: FEDEX_NUMBER, scans: [scan] });
  const answer = await fetch(`${journey.virtual.hub.url}/webhooks/carrier/fedex`, {
    method: 'POST',
    headers: pushHeaders(body, TEST_WEBHOOK_SECRET),
    body,
  });
  expect(answer.status).toBe(200);
}

/** Everything visible about a parcel, except its numbers, ids and the carrier's own words. */
async function parcel({ id, number }: Parcel) {
  const { body } = await journey.merchant('GET', `/v1/shipments/${id}`);
  const { status, sub_status, confirmed, estimated_delivery, delivered_at, events } = body;
  const page = await journey.anybody('GET', `/track/${number}`);
  return {
    shipment: { status, sub_status, confirmed, estimated_delivery, delivered_at },
    timeline: (events as Row[]).map(({ occurred_at, status, sub_status, milestone }) => ({
      occurred_at,
      status,
      sub_status,
      milestone,
    })),
    headline: textOf(/<h1[^>]*>(.*?)<\/h1>/s.exec(page.text)?.[1] ?? ''),
    sequences: journey.events(id).map(({ sequence }) => sequence),
    // Dates and cases consume the log independently: for one scan either may come first.
    webhooks: journey
      .events(id)
      .map(({ type, data }) => ({ type, status: data['status'], sub_status: data['sub_status'] }))
      .sort((a, b) => PARTS.indexOf(partOf(a.type)) - PARTS.indexOf(partOf(b.type))),
    // Simultaneous messages have no order.
    messages: (await journey.decided(id))
      .map(({ rule, channel, state }) => `${rule} by ${channel}: ${state}`)
      .sort(),
    cases: (await journey.cases(id)).map(({ kind, reason, state, outcome }) => ({
      kind,
      reason,
      state,
      outcome,
    })),
  };
}

const PARTS = ['tracking', 'dates', 'cases'] as const;

/** The source of an event; events of one source are in order. */
function partOf(type: string): (typeof PARTS)[number] {
  if (type === 'shipment.edd_changed') return 'dates';
  return type.startsWith('shipment.exception_') ? 'cases' : 'tracking';
}

function textOf(html: string): string {
  return html.replaceAll(/<[^>]+>/g, ' ').trim();
}
