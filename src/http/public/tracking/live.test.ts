import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { listenTo } from '../../testing/test-stream.ts';
import { openTestPublic, type TestPublic } from './test-public.ts';

let site: TestPublic;
beforeAll(async () => {
  site = await openTestPublic();
});
afterAll(() => site.close());

const open: { cancel(): void }[] = [];
afterEach(() => {
  for (const stream of open.splice(0)) stream.cancel();
});

async function listen(path: string, headers: Record<string, string> = {}) {
  const stream = await listenTo(site.hub.url + path, headers);
  open.push(stream);
  return stream;
}

describe('GET /v1/track/:tracking_number/live', () => {
  it('rejects a client that already has the maximum number of streams', async () => {
    await site.track({ number: 'MANY1' });
    const all = await Promise.all(Array.from({ length: 30 }, () => listen('/v1/track/MANY1/live')));
    expect(all.every(({ response }) => response.status === 200)).toBe(true);
    const refused = await site.call('GET', '/v1/track/MANY1/live');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    for (const stream of open.splice(0)) stream.cancel();
    await vi.waitFor(async () => {
      const again = await listen('/v1/track/MANY1/live');
      expect(again.response.status).toBe(200);
    });
  });

  it('begins with the state and sends each change until the parcel is gone', async () => {
    const { move, remove } = await site.track({ number: 'LIVE1' });
    const { response, events, over } = await listen('/v1/track/LIVE1/live');
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toContain('no-store');
    const statuses = () =>
      events()
        .filter(({ event }) => event === 'status')
        .map(({ data }) => data['status']);
    await vi.waitFor(() => expect(statuses()).toEqual(['created']));
    expect(events().map(({ event }) => event)).toEqual(['status', 'edd']);
    await move('picked_up');
    await vi.waitFor(() => expect(statuses()).toEqual(['created', 'picked_up']));
    await move('out_for_delivery');
    await vi.waitFor(() => expect(statuses().at(-1)).toBe('out_for_delivery'));
    const answer = await site.call('GET', '/v1/track/LIVE1');
    expect(answer.headers.get('etag')).toBe(`"${events().at(-1)?.id}"`);
    await remove();
    await vi.waitFor(() => expect(over()).toBe(true));
    expect(events().at(-1)?.event).toBe('gone');
  });

  it('sends watchers of one parcel nothing about another', async () => {
    await site.track({ number: 'QUIET1' });
    const { move: moveOther } = await site.track({ number: 'LOUD1' });
    const quiet = await listen('/track/QUIET1/live');
    const loud = await listen(`/track/${site.carriers[0]}/LOUD1/live`);
    await vi.waitFor(() => expect(quiet.events()).toHaveLength(2));
    await moveOther('picked_up');
    await vi.waitFor(() => expect(loud.text()).toContain('picked_up'));
    expect(quiet.events()).toHaveLength(2);
  });

  it('sends no repeats to a client that reconnects with the last event id', async () => {
    const { move } = await site.track({ number: 'BACK1' });
    const first = await listen('/track/BACK1/live');
    await vi.waitFor(() => expect(first.events()).toHaveLength(2));
    const seen = first.events()[0]?.id ?? '';
    const again = await listen('/track/BACK1/live', { 'last-event-id': seen });
    await move('picked_up');
    await vi.waitFor(() => expect(again.text()).toContain('picked_up'));
    expect(again.text()).not.toContain('"created"');
  });

  it('ends when the hub stops; a HEAD request opens no stream', async () => {
    await site.track({ number: 'STOP1' });
    const head = await site.call('HEAD', '/track/STOP1/live');
    expect([head.status, head.text]).toEqual([200, '']);
    const { over, events } = await listen('/track/STOP1/live');
    await vi.waitFor(() => expect(events()).toHaveLength(2));
    await site.face.close();
    await vi.waitFor(() => expect(over()).toBe(true));
    expect((await site.call('GET', '/track/STOP1/live')).status).toBe(503);
  });
});
