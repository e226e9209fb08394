import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { standardKey } from '../../../kernel/wire/standard-webhooks.ts';
import { newSecret } from '../endpoints/endpoint.ts';
import { countedBytes } from '../test-webhooks.ts';
import { bodyWriter, deliveryIdOf, eventBody, signedHeaders } from './body.ts';

const random = countedBytes();
const [secret, older, other] = [newSecret(random), newSecret(random), newSecret(random)];
const body = Buffer.from('{"id":"a","note":"ümläut"}', 'utf8');

describe('a signature', () => {
  it('is accepted by the official package under each live secret, and under no other', () => {
    const headers = signedHeaders('a', body, [secret, older], Date.now());
    for (const live of [secret, older]) {
      expect(new Webhook(live).verify(body, headers)).toEqual({ id: 'a', note: 'ümläut' });
    }
    expect(() => new Webhook(other).verify(body, headers)).toThrow();
  });

  it.each([
    ['a changed body', { bytes: Buffer.from('{"id":"b","note":"ümläut"}', 'utf8') }],
    ['another id', { 'webhook-id': 'b' }],
    ['another time', { 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 1) }],
    ['an old time', { nowMs: Date.now() - 3_600_000 }],
  ])('is refused with %s', (_, { bytes, nowMs, ...changed }: Record<string, unknown>) => {
    const headers = signedHeaders('a', body, [secret], (nowMs as number) ?? Date.now());
    const sent = { ...headers, ...(changed as Record<string, string>) };
    expect(() => new Webhook(secret).verify((bytes as Buffer) ?? body, sent)).toThrow();
  });

  it('is made with 24 to 64 bytes', () => {
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
    expect(standardKey(secret)).toHaveLength(32);
  });
});

describe('a body', () => {
  const entry = {
    type: 'shipment.status_changed',
    sequence: 7,
    occurredAtMs: Date.parse('2026-03-10T12:00:00Z'),
    data: { note: ',"occurred_at":"no" ümläut \u2028', list: [1, null] },
    previousAttributes: { status: 'created' },
  };

  it('is written for many endpoints as it would be for one', () => {
    const write = bodyWriter(entry);
    for (const previous of [null, 6]) {
      expect(write('some-id', previous).toString('utf8')).toBe(
        JSON.stringify(eventBody(entry, 'some-id', previous)),
      );
    }
  });

  it('has an id that is made of the event and the endpoint, and sorts by the event’s time', () => {
    const [one, two] = [
      '0190a6c2-1111-7abc-8def-000000000001',
      '0190a6c2-2222-7abc-8def-000000000001',
    ];
    const id = deliveryIdOf('endpoint', one ?? '');
    expect(id).toBe(deliveryIdOf('endpoint', one ?? ''));
    expect(id).toMatch(/^0190a6c2-1111-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(id < deliveryIdOf('endpoint', two ?? '')).toBe(true);
    expect(id).not.toBe(deliveryIdOf('another', one ?? ''));
  });
});
