import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { callerOf } from '../../testing/test-client.ts';
import { newDriver } from '../../testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
const NUMBER = '449044304137821';
/** Only prevents waiting for ever. */
const PATIENCE_MS = 240_000;

let hub: TestHub;
let desk: TestDesk;
let ours: string;
let theirs: string;
let changeTheirs: (order: string) => Promise<number>;

beforeAll(async () => {
  hub = await createTestHub({ listens: true });
  await bootstrap({ db: hub.db, clock: hub.clock, randomBytes: systemRandom }, KEY);
  desk = await openTestDesk(hub, hub.members);
  const parcel = { carrier: 'fedex', tracking_number: NUMBER };
  const made = await callerOf(hub, KEY)('POST', '/v1/shipments', { ...parcel, order_id: 'OURS' });
  ours = String(made.body['id']);
  const other = callerOf(hub, (await hub.newKey({ merchant: 'other', mode: 'test' })).text);
  const order = { order_id: 'THEIRS-1', tags: ['theirs'] };
  theirs = String((await other('POST', '/v1/shipments', { ...parcel, ...order })).body['id']);
  changeTheirs = async (tag) =>
    (await other('PATCH', `/v1/shipments/${theirs}`, { tags: [tag] })).status;
});
afterAll(() => hub?.close());

interface Watched {
  /** Everything received, once it contains this text so many times. */
  until(text: string, times?: number): Promise<string>;
  /** Everything received until the end. */
  ended(): Promise<string>;
  stop(): void;
}

async function watch(as: string, query: string, language = 'en'): Promise<Watched> {
  const aborting = new AbortController();
  const guard = setTimeout(() => aborting.abort(), PATIENCE_MS);
  const answer = await fetch(`${hub.url}/console/live?${query}`, {
    headers: { cookie: as, 'accept-language': language },
    redirect: 'manual',
    signal: aborting.signal,
  });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
  ]);
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let all = '';
  const more = async () => {
    const { done = true, value = '' } = (await reader?.read()) ?? {};
    all += value;
    return !done;
  };
  return {
    async until(text, times = 1) {
      while (all.split(text).length <= times)
        if (!(await more())) throw new Error(`it ended with: ${all}`);
      return all;
    },
    async ended() {
      while (await more());
      return all;
    },
    stop() {
      clearTimeout(guard);
      aborting.abort();
    },
  };
}

describe('live rows', () => {
  it('are sent as they change, and nothing about another merchant’s parcel with the same number', async () => {
    const page = await desk.visit('/console/shipments', desk.owner);
    expect(page.text).toContain(`data-live="/console/live?id=${ours}&amp;col=orders`);
    const query = `id=${ours}&id=${theirs}&id=nonsense&col=status&col=orders&col=tags`;
    const stream = await watch(desk.owner, query);
    try {
      const first = await stream.until(`"${theirs}","gone"`);
      const version = /data-version="([^"]+)"/.exec(page.text)?.[1];
      expect(first).toContain(`"version":"${version}"`);
      expect(first).toContain('>OURS</span>"');
      expect(await changeTheirs('THEIRS-2')).toBe(200);
      const path = `/console/shipments/${ours}`;
      expect((await desk.visit(`${path}/tags`, desk.owner, { tags: 'mended' })).status).toBe(303);
      await stream.until('>mended</span>"');
      const form = { status: 'picked_up' };
      expect((await desk.visit(`${path}/status`, desk.owner, form)).status).toBe(303);
      const all = await stream.until(`"says":"${NUMBER}: picked up"`);
      expect(all.toUpperCase()).not.toContain('THEIRS');
      expect(all).not.toContain(hub.url);
    } finally {
      stream.stop();
    }
  });

  it('read again only what has changed', async () => {
    const call = callerOf(hub, KEY);
    const added = await call('POST', '/v1/shipments', { carrier: 'fleet', tags: ['as-read'] });
    const other = String(added.body['id']);
    const stream = await watch(desk.owner, `id=${ours}&id=${other}&col=tags`);
    const change = async (tag: string) => {
      const { status } = await call('PATCH', `/v1/shipments/${ours}`, { tags: [tag] });
      expect(status).toBe(200);
      return stream.until(`>${tag}</span>`);
    };
    try {
      // Each parcel is read twice: when the page is opened, and when its watch begins.
      for (const tag of ['first', 'second', 'third']) await change(tag);
      const unannounced = "update shipments set tags = '{unannounced}' where id = $1";
      expect((await hub.db.pipeline.query(unannounced, [other])).rowCount).toBe(1);
      const all = await change('fourth');
      expect([all.includes('as-read'), all.includes('unannounced')]).toEqual([true, false]);
    } finally {
      stream.stop();
    }
  });

  it('say whether a delivery has a courier, in words of a parcel', async () => {
    const call = callerOf(hub, KEY);
    const courier = await newDriver(hub, call, 'Ada Example');
    const origin = { lat: 53.5436, lng: 9.9885 };
    const destination = { lat: 53.55, lng: 9.97 };
    const wanted = { origin, destination, package_size: 'small', phone: '+4930231250' };
    const { body } = await call('POST', '/v1/deliveries', wanted);
    const delivery = `/console/deliveries/${body['delivery_id']}`;
    const why = (await desk.visit(delivery, desk.owner)).text;
    const [, id = ''] = /\/console\/shipments\/([0-9a-f-]{36})/.exec(why) ?? [];
    const stream = await watch(desk.owner, `id=${id}&col=status`, 'es');
    const assign = (to: string) => desk.visit(`${delivery}/assign`, desk.owner, { courier: to });
    try {
      await stream.until('>buscando repartidor<');
      expect((await assign(courier.id)).status).toBe(303);
      await stream.until('>asignado<');
      expect((await assign('')).status).toBe(303);
      await stream.until('>buscando repartidor<', 2);
    } finally {
      stream.stop();
    }
  });

  it('end when the reader loses access', async () => {
    const support = await desk.member('sue@shop.example', 'support');
    const stream = await watch(support, `id=${ours}&col=status&col=tags`);
    try {
      await stream.until('"cells"');
      const { text } = await desk.visit('/console/members', desk.owner);
      const at = text.slice(text.indexOf('sue@shop.example'));
      const member = /\/console\/members\/[0-9a-f-]{36}/.exec(at)?.[0] ?? '';
      expect((await desk.visit(member, desk.owner, { role: 'none' })).status).toBe(303);
      const tags = { tags: 'after-she-left' };
      await desk.visit(`/console/shipments/${ours}/tags`, desk.owner, tags);
      expect(await stream.ended()).not.toContain('after-she-left');
    } finally {
      stream.stop();
    }
  });

  it('are of the merchant and mode that the page was opened for, or none', async () => {
    const { text } = await desk.visit('/console/shipments', desk.owner);
    const query = /data-live="\/console\/live\?([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    const [, merchant] = /&of=([0-9a-f-]{36})\.test$/.exec(query ?? '') ?? [];
    expect(merchant).toBeDefined();
    const stream = await watch(desk.owner, query ?? '');
    await stream.until('"cells"');
    stream.stop();
    for (const of of [`${merchant}.live`, `${theirs}.test`]) {
      const { status, body } = await fetch(`${hub.url}/console/live?id=${ours}&of=${of}`, {
        headers: { cookie: desk.owner },
      });
      expect([status, body]).toEqual([204, null]);
    }
  });

  it('are for signed-in users', async () => {
    const answer = await desk.visit(`/console/live?id=${ours}`, '');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/sign-in']);
  });
});
