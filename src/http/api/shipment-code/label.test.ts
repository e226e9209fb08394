import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { barsOf } from './code-image.ts';

let hub: TestHub;
let call: Caller;
let key: string;
beforeAll(async () => {
  hub = await createTestHub();
  key = (await hub.newKey()).text;
  call = callerOf(hub, key);
});
afterAll(() => hub.close());

const PARCEL = {
  carrier: 'fleet',
  order_id: '2001',
  weight_g: 1_200,
  recipient: { name: 'Zoë Łukasiewicz', locale: 'de' },
  destination: {
    line1: 'Große Bergstraße 160',
    postal_code: '22767',
    city: 'Hamburg',
    country: 'DE',
  },
  origin: { company: 'Acme GmbH', line1: 'Lagerweg 1', postal_code: '20095', city: 'Hamburg' },
};

async function parcel(more: object = {}): Promise<{ id: string; number: string }> {
  const made = await call('POST', '/shipments', { ...PARCEL, ...more });
  expect(made.status).toBe(201);
  return { id: String(made.body['id']), number: String(made.body['tracking_number']) };
}

async function label(id: string, query = '') {
  const answer = await fetch(`${hub.url}/v1/shipments/${id}/label${query}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return { answer, pdf: Buffer.from(await answer.arrayBuffer()) };
}

/** The drawing operators of the pages. */
function drawn(pdf: Buffer): string {
  const text = pdf.toString('latin1');
  return [...text.matchAll(/stream\n([\s\S]*?)\nendstream/g)]
    .map(([, stream = '']) => {
      try {
        return inflateSync(Buffer.from(stream, 'latin1')).toString('latin1');
      } catch {
        return '';
      }
    })
    .join('\n');
}

describe('the label of a parcel of own couriers', () => {
  it('is an A6 page with bars and squares, the same each time', async () => {
    const { id, number } = await parcel();
    const { answer, pdf } = await label(id);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    expect(answer.headers.get('content-disposition')).toBe(
      `inline; filename="label-${number}.pdf"`,
    );
    expect(answer.headers.get('cache-control')).toContain('no-store');
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1')).toContain('/MediaBox [0 0 297.64 419.53]');
    const bars = barsOf(number)?.bars.length ?? 0;
    expect(bars).toBeGreaterThan(20);
    expect(drawn(pdf).match(/ re$/gm)?.length).toBe(bars);
    expect(drawn(pdf)).toContain('f*');
    expect((await label(id)).pdf.equals(pdf)).toBe(true);
  });

  it('has a page for each piece', async () => {
    const { id } = await parcel();
    const { pdf } = await label(id, '?pieces=3');
    expect(pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g)).toHaveLength(3);
    for (const pieces of ['0', '100', 'two']) {
      expect((await label(id, `?pieces=${pieces}`)).answer.status).toBe(422);
    }
  });

  it('shrinks long texts to fit, and prints numbers that bars cannot encode as squares alone', async () => {
    const long = 'Donaudampfschifffahrtsgesellschaft '.repeat(5).trim();
    const { id } = await parcel({
      tracking_number: 'ПОСЫЛКА-7',
      recipient: { name: long, locale: 'qq-nonsense' },
      destination: { company: long, line1: long, line2: long, city: 'Hamburg', country: 'DE' },
    });
    const { answer, pdf } = await label(id);
    expect(answer.status).toBe(200);
    expect(drawn(pdf).match(/ re$/gm)).toBeNull();
    expect(pdf.toString('latin1').match(/\/Type \/Page\b(?!s)/g)).toHaveLength(1);
  });

  it('is for own couriers’ parcels with an address, and for their merchant only', async () => {
    const { id } = await parcel({ carrier: 'fedex', tracking_number: '794644790138' });
    const of = await call('GET', `/shipments/${id}/label`);
    expect([of.status, of.text]).toEqual([409, expect.stringContaining('own couriers only')]);
    const bare = await parcel({ recipient: undefined, destination: undefined });
    expect((await call('GET', `/shipments/${bare.id}/label`)).status).toBe(409);
    const other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
    const { id: mine } = await parcel();
    expect((await other('GET', `/shipments/${mine}/label`)).status).toBe(404);
    expect((await call('GET', '/shipments/no-id/label')).status).toBe(404);
    const writer = callerOf(hub, (await hub.newKey({ scopes: ['scans:write'] })).text);
    expect((await writer('GET', `/shipments/${mine}/label`)).status).toBe(403);
  });
});
