import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, type Caller, callerOf } from '../testing/test-client.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
let carrier: string;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  carrier = hub.adapters.carriers()[0]?.manifest.name ?? '';
});
afterAll(() => hub.close());

const pointers = ({ body }: Answered) =>
  (body['errors'] as { pointer: string }[]).map(({ pointer }) => pointer);

describe('the reserved path segment', () => {
  it.each(['live', 'LIVE', ' Live '])('is no tracking number: %s', async (number) => {
    const sent = { carrier, tracking_number: number };
    const alone = await call('POST', '/shipments', sent);
    expect([alone.status, pointers(alone)]).toEqual([422, ['/tracking_number']]);
    expect(alone.text).toMatch(/own URLs.*as the carrier printed it/);
    const { body } = await call('POST', '/shipments/batch', { shipments: [sent] });
    expect(body['data']).toMatchObject([
      { status: 422, problem: { errors: [{ pointer: '/tracking_number' }] } },
    ]);
  });

  it('is rejected for what it is when no carrier is named', async () => {
    const answer = await call('POST', '/shipments', { tracking_number: 'live' });
    expect([answer.status, pointers(answer)]).toEqual([422, ['/tracking_number']]);
  });
});

describe('control characters', () => {
  const characters = ['\n', '\r', '\t', '\u0001', '\u001b', '\u007f', '\u0085', '\u009f'];

  it.each(characters.map((each) => [JSON.stringify(each), each]))(
    'are rejected in every short text: %s',
    async (_, character) => {
      const odd = `a${character}b`;
      const answer = await call('POST', '/shipments', {
        carrier,
        tracking_number: odd,
        order_id: odd,
        order_ids: ['fine', odd],
        tags: [odd],
        sender_id: odd,
        service_level: odd,
        recipient: { name: odd, phone: odd, email: `a${character}@example.com` },
        destination: { city: odd },
        metadata: { [odd]: 1 },
      });
      expect(answer.status).toBe(422);
      expect(pointers(answer).sort()).toEqual(
        [
          '/destination/city',
          `/metadata/${odd}`,
          '/order_id',
          '/order_ids/1',
          '/recipient/email',
          '/recipient/name',
          '/recipient/phone',
          '/sender_id',
          '/service_level',
          '/tags/0',
          '/tracking_number',
        ].sort(),
      );
    },
  );

  it('are allowed in a note as line breaks only', async () => {
    const made = await call('POST', '/shipments', { carrier, tracking_number: '2000000001' });
    const command = (note: string) =>
      call('POST', `/shipments/${made.body['id']}/status`, { status: 'picked_up', note });
    for (const note of ['a\rb', 'a\tb', 'a\u0000b', 'a\u009bb']) {
      const answer = await command(note);
      expect([answer.status, pointers(answer)]).toEqual([422, ['/note']]);
    }
    expect((await command('two\nlines')).status).toBe(200);
  });

  it('are rejected in names of keys and accounts', async () => {
    expect((await call('POST', '/api-keys', { name: 'a\nb' })).status).toBe(422);
    const account = { carrier, label: 'a\u001b[2Jb', webhook_secrets: ['s'] };
    expect((await call('POST', '/carrier-accounts', account)).status).toBe(422);
  });
});

it('an unknown carrier in a filter is rejected like an unknown status', async () => {
  const answer = await call('GET', '/shipments?carrier=nope');
  expect([answer.status, pointers(answer)]).toEqual([422, ['?carrier']]);
  for (const { manifest } of hub.adapters.carriers()) expect(answer.text).toContain(manifest.name);
  expect((await call('GET', `/shipments?carrier=${carrier}`)).status).toBe(200);
});
