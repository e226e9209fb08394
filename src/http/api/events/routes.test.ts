import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../../events/event-types.ts';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { event, webhookBody } from './event-schema.ts';
import { EVENT_CATALOGUE, eventPage } from './schema.ts';

let hub: TestHub;
let carrier: string;
beforeAll(async () => {
  hub = await createTestHub();
  carrier = hub.adapters.carriers()[0]?.manifest.name ?? '';
});
afterAll(() => hub.close());

interface Event {
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly previous_sequence: number | null;
  readonly data: Readonly<Record<string, unknown>>;
}

async function merchant(slug: string): Promise<Caller> {
  return callerOf(hub, (await hub.newKey({ merchant: slug })).text);
}

async function track(call: Caller, number: string): Promise<string> {
  const made = await call('POST', '/shipments', { carrier, tracking_number: number });
  expect(made.status).toBe(201);
  return String(made.body['id']);
}

async function page(call: Caller, query = '') {
  const answer = await call('GET', `/events${query}`);
  expect(answer.status).toBe(200);
  eventPage.parse(answer.body);
  return {
    data: answer.body['data'] as Event[],
    next: String(answer.body['next_cursor']),
    hasMore: answer.body['has_more'],
  };
}

describe('GET /events', () => {
  it('returns every event of the merchant, numbered for each shipment without a gap', async () => {
    const call = await merchant('reader');
    const other = await merchant('neighbour');
    await track(other, '3000000009');
    const ids = [await track(call, '3000000001'), await track(call, '3000000002')];
    for (const id of ids) {
      for (const status of ['picked_up', 'in_transit', 'at_facility']) {
        await call('POST', `/shipments/${id}/status`, { status });
        hub.clock.advance(60_000);
      }
    }
    const seen: Event[] = [];
    let after = '';
    for (let more = true; more; ) {
      const { data, next, hasMore } = await page(call, `?limit=3${after}`);
      seen.push(...data);
      after = `&after=${next}`;
      more = hasMore === true;
    }
    expect(seen).toHaveLength(8);
    for (const id of ids) {
      const mine = seen.filter(({ data }) => data['id'] === id);
      expect(mine.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
      expect(mine.map(({ previous_sequence }) => previous_sequence)).toEqual([null, 1, 2, 3]);
      expect(mine.map(({ data }) => data['status'])).toEqual([
        ...['created', 'picked_up', 'in_transit', 'at_facility'],
      ]);
    }
    for (const each of seen) {
      const type = EVENT_TYPES.find((known) => known === each.type);
      if (type === undefined) throw new Error(`${each.type} is in no catalogue`);
      webhookBody(type).parse(each);
    }
    expect(JSON.stringify(seen)).not.toContain('3000000009');
  });

  it('resumes at a cursor, or starts with new events', async () => {
    const call = await merchant('returning');
    const id = await track(call, '3000000003');
    const first = await page(call);
    expect(first.data.map(({ type }) => type)).toEqual(['shipment.created']);
    const now = await page(call, '?after=latest');
    expect(now.data).toEqual([]);
    await call('POST', `/shipments/${id}/status`, { status: 'picked_up' });
    for (const { next } of [first, now]) {
      const { data, hasMore } = await page(call, `?after=${next}`);
      expect(data.map(({ type }) => type)).toEqual(['shipment.status_changed']);
      expect(hasMore).toBe(false);
    }
  });

  it('returns only the requested types, and skips the others', async () => {
    const call = await merchant('choosy');
    const id = await track(call, '3000000004');
    await call('POST', `/shipments/${id}/status`, { status: 'picked_up' });
    await call('PATCH', `/shipments/${id}`, { tags: ['gift'] });
    const only = await page(call, '?type=shipment.updated,shipment.expired');
    expect(only.data.map(({ type }) => type)).toEqual(['shipment.updated']);
    const [updated] = only.data;
    // The previous event was filtered out, so it is not missing.
    expect([updated?.sequence, updated?.previous_sequence]).toEqual([3, null]);
    expect((await page(call, `?after=${only.next}`)).data).toEqual([]);
    expect((await page(call, '?type=shipment.*')).data).toHaveLength(3);
    expect((await page(call, '?type=carrier_account.*')).data).toEqual([]);
  });

  it('rejects an invalid cursor, type or limit, and says what to do', async () => {
    const call = await merchant('careless');
    const stranger = await page(await merchant('somebody'));
    for (const [query, pointer] of [
      ['after=nonsense', '?after'],
      ['after=', '?after'],
      [`after=${stranger.next}`, '?after'],
      ['type=shipment.exploded', '?type.0'],
      ['limit=0', '?limit'],
      ['limit=501', '?limit'],
      ['since=2026-01-01', '?since'],
    ]) {
      const answer = await call('GET', `/events?${query}`);
      expect([query, answer.status]).toEqual([query, 422]);
      expect(answer.body['errors']).toMatchObject([{ pointer }]);
    }
  });

  it('contains no personal data', async () => {
    const call = await merchant('discreet');
    await call('POST', '/shipments', {
      carrier,
      tracking_number: '3000000005',
      recipient: { name: 'Ada Marker', email: 'ada.marker@example.com', phone: '+4930123456' },
      destination: { line1: 'Markerstr. 1', city: 'Berlin', postal_code: '10115', country: 'DE' },
    });
    const answer = await call('GET', '/events');
    expect(answer.text).not.toMatch(/marker|4930123456|10115/i);
    for (const each of answer.body['data'] as unknown[]) event.parse(each);
  });
});

it('every type of event is in docs/webhooks.md with its sentence', () => {
  const text = readFileSync(`${PROJECT_ROOT}docs/webhooks.md`, 'utf8');
  for (const type of EVENT_TYPES) {
    expect(text).toContain(`| \`${type}\` | ${EVENT_CATALOGUE[type]} |`);
  }
});
