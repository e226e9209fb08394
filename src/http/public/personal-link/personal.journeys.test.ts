import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { someOf } from '../../../kernel/test-runs.ts';
import { patchShipment } from '../../../tracking/ports/shipments.ts';
import { openTestPublic, type Registered, type TestPublic } from '../tracking/test-public.ts';
import { NO_OFFERS, pickupPoint } from './test-self-service.ts';

let site: TestPublic;
let parcel: Registered;
let page: string;
let carrier: string;
beforeAll(async () => {
  site = await openTestPublic();
  [carrier] = site.carriers;
  parcel = await site.track({ number: 'MINE1', order: 'A-1001' });
  await parcel.move('picked_up');
  page = `/track/${carrier}/MINE1`;
});
afterAll(() => site.close());
beforeEach(() => {
  site.service.offered = NO_OFFERS;
  site.service.outcome = { outcome: 'accepted', by: 'carrier' };
  site.service.deliveryRequests.splice(0);
});

const html = { accept: 'text/html', 'accept-language': 'en' };
const get = (path: string, headers: Record<string, string> = html) =>
  site.call('GET', path, undefined, headers);
/** As a browser submits a form. */
const send = (path: string, fields: Record<string, string>, headers = {}) =>
  site.call('POST', path, new URLSearchParams(fields).toString(), {
    ...html,
    'content-type': 'application/x-www-form-urlencoded',
    ...headers,
  });
const post = (path: string, body: unknown) => site.call('POST', path, body);
const token = (changes?: Parameters<TestPublic['token']>[1]) => site.token(parcel.id, changes);
const textOf = (markup: string) =>
  markup
    .replace(/<(style|title|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('a personal link', () => {
  it('opens the parcel’s page with the actions of its holder, for this reader only', async () => {
    site.service.offered = {
      ...NO_OFFERS,
      reschedule: { dates: ['2026-03-12'], by: 'carrier' },
    };
    const { status, headers, text } = await get(`${page}?t=${token()}`);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('etag')).toBeNull();
    expect(headers.get('cache-tag')).toBeNull();
    expect(textOf(text)).toMatch(/Change the delivery .*A-1001.* Another day .*Thursday, March 12/);
  });

  it('shows what was ordered, to its holder only, with the brand of the shop', async () => {
    const brand = { name: 'Corner Shop', color: '#8a1c5b' };
    const items = [{ id: '1', name: 'Enamel mug', quantity: 2 }];
    const stranger = await get(page);
    site.orders.set('MINE1', { number: 'A-1001', items, brand });
    const own = await get(`${page}?t=${token()}`);
    expect(textOf(own.text)).toContain('2 × Enamel mug');
    expect(own.text).toContain('--button:#8a1c5b');
    const branded = await get(page);
    expect(branded.text).toContain('Corner Shop');
    expect(branded.text).not.toContain('mug');
    expect(branded.headers.get('etag')).not.toBe(stranger.headers.get('etag'));
    site.orders.clear();
  });

  it('is not needed for the page, which then does not mention one', async () => {
    site.service.offered = { ...NO_OFFERS, reschedule: { dates: ['2026-03-12'], by: 'carrier' } };
    const { headers, text } = await get(page);
    expect(headers.get('cache-control')).toMatch(/^public/);
    expect(text).not.toMatch(/A-1001|reschedule|name="t"/);
  });

  it.each<[string, () => string]>([
    ['made up', () => 'nonsense'],
    ['empty', () => ''],
    ['longer than any', () => 'x'.repeat(1_000)],
    ['cut short', () => token().slice(0, -1)],
    ['changed', () => token().replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['for another purpose', () => token({ purpose: 'unsubscribe' })],
  ])('that is %s is rejected with an explanation, and is never cached', async (_, made) => {
    const { status, headers, text } = await get(`${page}?t=${encodeURIComponent(made())}`);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(textOf(text)).toContain('This personal link is incomplete');
    expect(textOf(text)).not.toContain('Change the delivery');
    expect(text).not.toContain('A-1001');
  });

  it('for another parcel is rejected here, of the same merchant or not, expired or not', async () => {
    const foreign = await site.track({ number: 'OTHER1', merchant: 'somebody', order: 'B-2' });
    for (const expiresAtS of [0, 4e9]) {
      const other = site.token(foreign.id, { expiresAtS });
      const { text } = await get(`${page}?t=${other}`);
      expect(textOf(text)).toContain('is for another parcel');
      expect(text).not.toMatch(/A-1001|B-2|Change the delivery/);
      const deliveryRequest = await send(`${page}/reschedule`, { t: other, date: '2026-03-12' });
      expect(deliveryRequest.status).toBe(403);
    }
    expect(site.service.deliveryRequests).toEqual([]);
  });

  it('opens no other parcel of its order and recipient, at any URL', async () => {
    const sibling = await site.track({ number: 'SIBLING1', order: 'A-1001' });
    await patchShipment(site.hub.tracking, sibling.tenant, sibling.id, { requireProof: ['pin'] });
    const fields = { t: token(), consent: 'yes', date: '2026-03-12', point: 'P-1', window: 'any' };
    const open: string[] = [];
    let requests = 0;
    for (const { method, path } of site.hub.routes) {
      if (!/:(number|tracking_number)\b/.test(path)) continue;
      for (const number of ['SIBLING1', sibling.id]) {
        const at = path
          .replaceAll(':carrier', carrier)
          .replaceAll(/:(number|tracking_number)\b/g, number)
          .replaceAll(/:\w+/g, 'x');
        requests += 1;
        const isForm = method === 'POST';
        const answer = await fetch(`${site.hub.url}${at}?t=${token()}`, {
          method,
          redirect: 'manual',
          headers: { accept: 'text/html' },
          ...(isForm ? { body: new URLSearchParams(fields) } : {}),
        });
        const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream');
        const text = isStream ? '' : await answer.text();
        if (isStream) await answer.body?.cancel();
        const isOpen = isForm ? answer.status < 400 : /A-1001|Your PIN|name="t"/.test(text);
        if (isOpen) open.push(`${method} ${at} ${answer.status}`);
      }
    }
    expect(requests).toBeGreaterThan(10);
    expect(open).toEqual([]);
    expect(site.service.deliveryRequests).toEqual([]);
    await sibling.remove();
  });

  it('that has expired says so, on the page and in the response to a form', async () => {
    const old = token({ expiresAtS: 1 });
    expect(textOf((await get(`${page}?t=${old}`)).text)).toContain('has expired');
    const form = await send(`${page}/reschedule`, { t: old, date: '2026-03-12' });
    expect(form.status).toBe(410);
    expect(textOf(form.text)).toContain('has expired');
    const json = await post(`${page}/reschedule`, { t: old, date: '2026-03-12' });
    expect([json.status, json.body['title']]).toEqual([410, 'The personal link has expired']);
    expect(site.service.deliveryRequests).toEqual([]);
  });

  it('stops working when the merchant corrects the address it was sent to', async () => {
    const moved = await site.track({ number: 'WRONG1', order: 'A-2002' });
    const mine = site.token(moved.id);
    const at = `/track/${carrier}/WRONG1`;
    expect((await get(`${at}?t=${mine}`)).text).toContain('A-2002');
    const recipientNow = async (recipient: Record<string, unknown>) => {
      await patchShipment(site.hub.tracking, moved.tenant, moved.id, { personal: { recipient } });
    };
    await recipientNow({ email: 'Reader@Example.com ', phone: '+1 212 555 0123' });
    expect((await get(`${at}?t=${mine}`)).text, 'the same, spelled otherwise').toContain('A-2002');
    await recipientNow({ email: 'right@example.com', phone: null });
    const { text } = await get(`${at}?t=${mine}`);
    expect(textOf(text)).toContain('the sender has changed the address');
    expect(text).not.toContain('A-2002');
    for (const form of ['reschedule', 'redirect', 'confirm-address', 'proof']) {
      const deliveryRequest = await send(`${at}/${form}`, { t: mine, date: '2026-03-12' });
      expect(deliveryRequest.status, form).toBe(410);
    }
    expect(site.service.deliveryRequests).toEqual([]);
    expect((await get(`${at}?t=${site.token(moved.id, {}, 'right@example.com')}`)).text).toContain(
      'A-2002',
    );
    await recipientNow({ email: null });
    expect((await get(`${at}?t=${mine}`)).text).not.toContain('A-2002');
  });

  it('shows its own parcel even when another merchant has the number', async () => {
    const mine = await site.track({ number: 'TWICE1' });
    for (const status of ['picked_up', 'out_for_delivery'] as const) await mine.move(status);
    const at = `/track/${carrier}/TWICE1`;
    const headline = async (path: string) =>
      /<h1[^>]*>(.*?)<\/h1>/.exec((await get(path)).text)?.[1];
    const theirs = await site.track({ number: 'TWICE1', merchant: 'somebody' });
    expect(await headline(at), 'the public page is neutral').toBe('Being prepared');
    expect(await headline(`${at}?t=${site.token(mine.id)}`)).toBe('Out for delivery');
    expect(await headline(`${at}?t=${site.token(theirs.id)}`)).toBe('Being prepared');
    const mended = await send(`${at}/reschedule`, { t: site.token(mine.id), date: 'soon' });
    expect(mended.text, 'a form that is to be mended').toMatch(/<h1[^>]*>Out for delivery/);
    await theirs.remove();
  });

  it('that names no address is rejected', async () => {
    const { text } = await get(`${page}?t=${token({ subject: parcel.id })}`);
    expect(textOf(text)).toContain('has expired');
    expect(text).not.toContain('A-1001');
  });

  it.each([
    ['en', 'The sender has deleted the parcel this link was for'],
    ['de', 'Der Absender hat das Paket zu diesem Link gelöscht'],
  ])(
    'of a deleted parcel says so, even if another merchant has the number (%s)',
    async (lang, words) => {
      const number = `GONE${lang.toUpperCase()}`;
      const gone = await site.track({ number, order: 'A-3003' });
      const mine = site.token(gone.id);
      await gone.remove();
      const paths = [`/track/${carrier}/${number}`, `/track/${number}`];
      const expectGone = async (path: string) => {
        const { status, headers, text } = await get(`${path}?t=${mine}&lang=${lang}`);
        expect(status, path).toBe(410);
        expect(headers.get('cache-control')).toBe('private, no-store');
        expect(textOf(text)).toContain(words);
        expect(text).not.toMatch(/A-3003|undefined/);
      };
      for (const path of paths) await expectGone(path);
      const others = await site.track({ number, merchant: 'somebody' });
      for (const path of paths) await expectGone(path);
      const form = await send(`${paths[0]}/reschedule?lang=${lang}`, {
        t: mine,
        date: '2026-03-12',
      });
      expect([form.status, textOf(form.text).includes(words)]).toEqual([410, true]);
      expect((await post(`${paths[0]}/reschedule`, { t: mine, date: '2026-03-12' })).status).toBe(
        410,
      );
      expect((await get(`${paths[0]}?t=nonsense`)).status, 'who has no link').toBe(200);
      await others.remove();
      expect((await get(`${paths[0]}?t=nonsense`)).status, 'who has no link').toBe(404);
      expect((await get(`${paths[0]}?t=${token()}`)).status, 'who has another’s').toBe(404);
    },
  );

  it('that has expired says where to get a new one', async () => {
    const old = token({ expiresAtS: 1 });
    expect(textOf((await get(`${page}?t=${old}&lang=en`)).text)).toContain(
      'Every message about this parcel has a new link',
    );
    expect(textOf((await get(`${page}?t=${old}&lang=de`)).text)).toContain(
      'Jede Nachricht zu diesem Paket enthält einen neuen Link',
    );
  });

  it('appears in no response but its own page, and never in a URL of another site', async () => {
    const mine = token();
    const { text } = await get(`${page}?t=${mine}`);
    const addresses = [...text.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, url]) => url);
    const carrying = addresses.filter((url) => url?.includes(mine));
    expect(carrying.every((url) => url?.startsWith(`${page}?`))).toBe(true);
    expect(site.hub.log()).not.toContain(mine);
  });

  it('keeps the JSON at its URL out of caches too', async () => {
    const { headers, body } = await get(`${page}?t=${token()}`, { accept: 'application/json' });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ tracking_number: 'MINE1' });
  });

  it('shows the page without offers when they cannot be loaded', async () => {
    const { offers } = site.service;
    site.service.offers = async () => Promise.reject(new Error('out'));
    const { status, text } = await get(`${page}?t=${token()}`);
    site.service.offers = offers;
    expect(status).toBe(200);
    expect(textOf(text)).toContain('could not find out what can be changed');
  });
});

describe('a request', () => {
  it('asks only for the day when the carrier accepts nothing else', async () => {
    const shown = async (dayOnly: boolean) => {
      const offered = { dates: ['2026-03-12'], by: 'carrier' as const, dayOnly };
      site.service.offered = { ...NO_OFFERS, reschedule: offered };
      const { text } = await get(`${page}?t=${token()}`);
      return ['name="date"', 'name="window"', 'name="instructions"'].map((each) =>
        text.includes(each),
      );
    };
    expect(await shown(true)).toEqual([true, false, false]);
    expect(await shown(false)).toEqual([true, true, true]);
  });

  it('goes from the form to the use case and back to the page', async () => {
    const t = token();
    const fields = { t, date: '2026-03-12', window: 'morning', instructions: 'ring\r\ntwice ' };
    const { status, headers } = await send(`${page}/reschedule?lang=de`, fields);
    expect(status).toBe(303);
    expect(headers.get('location')).toBe(`${page}?t=${t}&lang=de#self`);
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(site.service.deliveryRequests).toEqual([
      ['reschedule', { date: '2026-03-12', window: 'morning', instructions: 'ring twice' }],
    ]);
  });

  it.each([
    [
      { kind: 'pickup_point', point_id: 'P-1' },
      { kind: 'pickup_point', pointId: 'P-1' },
    ],
    [{ kind: 'hold_at_facility' }, { kind: 'hold_at_facility' }],
  ])('for another place is one click: %o', async (fields, deliveryRequest) => {
    expect((await send(`${page}/redirect`, { t: token(), ...fields })).status).toBe(303);
    expect(site.service.deliveryRequests).toEqual([['redirect', deliveryRequest]]);
  });

  it('confirms the address, or corrects it', async () => {
    const t = token();
    await send(`${page}/confirm-address`, { t, action: 'confirm' });
    const corrected = { line1: '12 Example Street', city: 'Boulder', country: 'us', line2: '' };
    await send(`${page}/confirm-address`, { t, action: 'correct', ...corrected });
    expect(site.service.deliveryRequests).toEqual([
      ['confirm-address', { kind: 'confirm' }],
      [
        'confirm-address',
        {
          kind: 'correct',
          address: { line1: '12 Example Street', city: 'Boulder', country: 'US' },
        },
      ],
    ]);
  });

  it('may be JSON, with the token in the body or the query', async () => {
    const deliveryRequest = { date: '2026-03-12' };
    for (const answer of [
      await post(`${page}/reschedule`, { t: token(), ...deliveryRequest }),
      await post(`${page}/reschedule?t=${token()}`, deliveryRequest),
      await post(`/v1${page}/reschedule?t=${token()}`, deliveryRequest),
    ]) {
      expect([answer.status, answer.body]).toEqual([202, { outcome: 'accepted', by: 'carrier' }]);
      expect(answer.headers.get('cache-control')).toBe('private, no-store');
    }
    expect((await post(`${page}/reschedule`, deliveryRequest)).status).toBe(403);
  });

  it.each([
    ['en', 'Street and number Please fill this in.', 'Please choose a country.'],
    ['de', 'Straße und Hausnummer Bitte füllen Sie das aus.', 'Bitte wählen Sie ein Land.'],
  ])(
    'that is incomplete shows the filled-in form again, with the errors in words (%s)',
    async (lang, ...said) => {
      site.service.offered = { ...NO_OFFERS, address: { current: null, state: 'asked' } };
      const fields = { action: 'correct', line1: '', city: '<b>Boulder</b>', country: 'USA' };
      const { status, headers, text } = await send(
        `${page}/confirm-address`,
        { t: token(), ...fields },
        { 'accept-language': lang },
      );
      expect(status).toBe(422);
      expect(headers.get('cache-control')).toBe('private, no-store');
      for (const words of said) expect(textOf(text)).toContain(words);
      expect(text).toContain('value="&lt;b>Boulder&lt;/b>"');
      expect(site.service.deliveryRequests).toEqual([]);
    },
  );

  it.each([
    [{ outcome: 'refused', reason: 'not this one' }, 409, 'cannot do this for your parcel'],
    [
      { outcome: 'not_offered', reason: { 'values.verbatim': { text: 'no such thing' } } },
      409,
      'is not possible for your parcel',
    ],
    [
      { outcome: 'too_late', reason: { 'values.verbatim': { text: 'it was delivered' } } },
      409,
      'has already moved on',
    ],
    [
      {
        outcome: 'already_accepted',
        reason: { 'values.verbatim': { text: 'it agreed to another' } },
      },
      409,
      'another request of yours',
    ],
    [{ outcome: 'not_found' }, 404, 'has already moved on'],
    [{ outcome: 'unavailable', retryAfterS: 7 }, 503, 'did not answer. Nothing was changed'],
    [
      {
        outcome: 'invalid',
        pointer: '/date',
        reason: { 'values.verbatim': { text: 'It is gone.' } },
        fix: { 'values.verbatim': { text: 'Choose another.' } },
      },
      422,
      'This day cannot be chosen any more',
    ],
  ] as const)('that is %o says so to people and programs', async (outcome, status, words) => {
    site.service.outcome = outcome;
    site.service.offered = { ...NO_OFFERS, reschedule: { dates: ['2026-03-12'], by: 'carrier' } };
    const deliveryRequest = { t: token(), date: '2026-03-12' };
    const form = await send(`${page}/reschedule`, deliveryRequest);
    expect(form.status).toBe(422);
    expect(textOf(form.text)).toContain(words);
    expect(textOf(form.text)).not.toMatch(/not this one|no such thing|\{\w+\}/);
    const json = await post(`${page}/reschedule`, deliveryRequest);
    expect(json.status).toBe(status);
    expect(json.headers.get('retry-after')).toBe(status === 503 ? '7' : null);
  });

  it('sent twice at once is processed once: the second waits for the first', async () => {
    let asking = true;
    site.service.reschedule = async (_subject, deliveryRequest) => {
      site.service.deliveryRequests.push(['reschedule', deliveryRequest]);
      if (site.service.deliveryRequests.length > 2) asking = false;
      return asking
        ? { outcome: 'unavailable', retryAfterS: 5 }
        : { outcome: 'accepted', by: 'carrier' };
    };
    const standing = {
      kind: 'reschedule',
      date: null,
      window: null,
      pointId: null,
      atMs: 0,
    } as const;
    site.service.offered = { ...NO_OFFERS, deliveryRequests: [{ ...standing, state: 'asking' }] };
    const { status } = await send(`${page}/reschedule`, { t: token(), date: '2026-03-12' });
    expect(status).toBe(303);
  });

  it.each([
    ['text/plain', 'date=1', 415],
    ['application/x-www-form-urlencoded', `t=${'x'.repeat(40_000)}`, 413],
    ['application/x-www-form-urlencoded', 'a=1&'.repeat(60), 400],
    ['application/json', '{', 400],
    ['application/json', '[]', 403],
    ['application/x-www-form-urlencoded', '%00=%FF&t=%ED%A0%80', 400],
  ])('as %s %s is rejected, and causes no error', async (type, body, status) => {
    const answer = await site.call('POST', `${page}/reschedule`, body.slice(0, 50_000), {
      'content-type': type,
    });
    expect(answer.status).toBe(status);
  });
});

describe('hostile texts', () => {
  const file = createRequire(import.meta.url).resolve('big-list-of-naughty-strings/blns.json');
  const all = JSON.parse(readFileSync(file, 'utf8')) as readonly string[];
  const odd = all.filter((value) => value.length < 500);

  it('as token, as number and in every field get an answer, and cause no error', async () => {
    const t = token();
    site.service.offered = { ...NO_OFFERS, address: { current: null, state: 'asked' } };
    const broken: unknown[] = [];
    const expectSame = async (what: string, call: Promise<{ status: number }>) => {
      const { status } = await call;
      if (status >= 500) broken.push([what, status]);
    };
    for (const value of someOf(odd)) {
      const fields = { t, action: 'correct', line1: value, city: value, country: value };
      await Promise.all([
        expectSame(value, get(`${page}?t=${encodeURIComponent(value)}`)),
        expectSame(value, get(`/track/${carrier}/${encodeURIComponent(value || '-')}/subscribe`)),
        expectSame(value, send(`${page}/confirm-address`, fields)),
        expectSame(value, send(`${page}/redirect`, { t, kind: 'pickup_point', point_id: value })),
        expectSame(value, post(`${page}/reschedule`, { t, date: value, instructions: value })),
        expectSame(value, send(`${page}/subscribe`, { address: value })),
      ]);
    }
    expect(broken).toEqual([]);
  });
});

describe('the panel', () => {
  it('shows places with one click each, and none that are closed or full', async () => {
    site.service.offered = {
      ...NO_OFFERS,
      points: [pickupPoint(), pickupPoint({ id: 'P-2', name: 'Full Locker', capacity: 'full' })],
      redirect: {
        by: 'carrier',
        options: [
          {
            kind: 'pickup_point',
            eligibility: 'eligible',
            dates: null,
            reasons: null,
            charge: null,
            needsContact: false,
          },
        ],
      },
    };
    const { text } = await get(`${page}?t=${token()}`);
    expect(text.match(/name="point_id"/g)).toHaveLength(1);
    expect(text).toContain('aria-label="Have it delivered to Corner Shop"');
    expect(textOf(text)).toMatch(
      /430 m away 1 Main Street, Boulder, CO 80301 Mon–Fri 9:00.AM–6:00.PM Sat/,
    );
  });

  it('shows a day open around the clock as 24 hours', async () => {
    const hours = (['monday', 'tuesday'] as const).map((weekday, i) => ({
      weekday,
      opens: '00:00',
      closes: i === 0 ? '24:00' : '00:00',
    }));
    site.service.offered = { ...NO_OFFERS, points: [pickupPoint({ hours, kind: 'locker' })] };
    const read = async (lang: string) =>
      textOf((await get(`${page}?t=${token()}&lang=${lang}`)).text);
    expect(await read('en')).toContain('Mon–Tue 24 hours');
    expect(await read('de')).toContain('Mo–Di rund um die Uhr');
  });

  it('does not deny other destinations when a depot can hold the parcel', async () => {
    site.service.offered = {
      ...NO_OFFERS,
      points: [pickupPoint()],
      redirect: {
        by: 'carrier',
        options: [
          {
            kind: 'hold_at_facility',
            eligibility: 'eligible',
            dates: null,
            reasons: null,
            charge: null,
            needsContact: false,
          },
        ],
      },
    };
    const read = textOf((await get(`${page}?t=${token()}`)).text);
    expect(read).toContain('Hold it at a carrier depot');
    expect(read).not.toMatch(/cannot be redirected from this page|Corner Shop/);
  });

  it('says so when a carrier does not redirect parcels', async () => {
    site.service.offered = { ...NO_OFFERS, points: [pickupPoint()] };
    const { text } = await get(`${page}?t=${token()}`);
    expect(text).not.toContain('name="point_id"');
    expect(textOf(text)).toContain('cannot be redirected from this page. Ask');
  });

  it.each([
    ['en', 'asking', 'We are asking'],
    ['en', 'accepted', 'has accepted it.'],
    ['de', 'open', 'Acme hat Ihren Wunsch erhalten und kümmert sich darum.'],
    ['de', 'done', 'Erledigt.'],
    ['es', 'refused', 'Se ha rechazado.'],
  ] as const)('shows the state of a request (%s, %s)', async (lang, state, words) => {
    await site.brandings.store(parcel.tenant, { name: 'Acme' }, null);
    const deliveryRequest = {
      kind: 'pickup_point',
      date: null,
      window: null,
      pointId: 'P-9',
      atMs: 0,
    } as const;
    site.service.offered = { ...NO_OFFERS, deliveryRequests: [{ ...deliveryRequest, state }] };
    const { text } = await get(`${page}?t=${token()}&lang=${lang}`);
    expect(textOf(text)).toContain(words);
  });

  it('says so when nothing can be changed', async () => {
    expect(textOf((await get(`${page}?t=${token()}`)).text)).toContain(
      'Nothing about this delivery',
    );
  });
});

describe('the disputed address', () => {
  const shown = async (current: Record<string, string>, lang = 'en') => {
    site.service.offered = { ...NO_OFFERS, address: { current, state: 'asked' } };
    return (await get(`${page}?t=${token()}&lang=${lang}`)).text;
  };

  it('is formatted for its country, with a list of country names', async () => {
    const boulder = { line1: '1 Main St', city: 'Boulder', region: 'CO', postal_code: '80301' };
    const us = await shown({ ...boulder, country: 'US' });
    expect(textOf(us)).toContain('1 Main St Boulder, CO 80301 United States');
    expect(us).toMatch(/<option (selected value="US"|value="US" selected)>United States</);
    expect(us.indexOf('name="city"')).toBeLessThan(us.indexOf('name="postal_code"'));
    const hof = { line1: 'Ring 1', city: 'Hof', postal_code: '95028', country: 'DE' };
    const de = await shown(hof, 'de');
    expect(textOf(de)).toContain('Ring 1 95028 Hof Deutschland');
    expect(de.indexOf('name="postal_code"')).toBeLessThan(de.indexOf('name="city"'));
  });

  it('gets an explanation when the country does not exist', async () => {
    site.service.outcome = {
      ...({ outcome: 'invalid', pointer: '/address/country' } as const),
      reason: { 'values.verbatim': { text: 'There is none.' } },
      fix: { 'values.verbatim': { text: 'Send another.' } },
    };
    const fields = { action: 'correct', line1: 'Ring 1', city: 'Hof', country: 'ZZ' };
    await shown({ country: 'DE' });
    const { status, text } = await send(`${page}/confirm-address`, { t: token(), ...fields });
    expect(status).toBe(422);
    expect(textOf(text)).toContain('Please choose a country.');
  });
});

describe('a PIN for the door', () => {
  it('is shown by the personal link until delivery, and nowhere else', async () => {
    const requests = await site.track({ number: 'PIN1' });
    await patchShipment(site.hub.tracking, requests.tenant, requests.id, { requireProof: ['pin'] });
    const at = `/track/${carrier}/PIN1`;
    const shown = textOf((await get(`${at}?t=${site.token(requests.id)}`)).text);
    const pin = /Your PIN (\d{4}) Tell it to the courier/.exec(shown)?.[1];
    expect(pin).toBeDefined();
    for (const path of [at, `${at}?t=${token()}`, `${at}?t=nonsense`]) {
      expect(textOf((await get(path)).text)).not.toContain('Your PIN');
    }
    const old = site.token(requests.id, { expiresAtS: 1 });
    expect(textOf((await get(`${at}?t=${old}`)).text)).not.toContain('Your PIN');
    expect(site.hub.log()).not.toContain(`"${pin}"`);
    expect(textOf((await get(`${page}?t=${token()}`)).text)).not.toContain('Your PIN');
  });
});

describe('the proof of delivery', () => {
  const PNG = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
  let delivered: Registered;
  let at: string;
  const mine = () => site.token(delivered.id);
  beforeAll(async () => {
    delivered = await site.track({ number: 'PROOF1' });
    for (const status of ['picked_up', 'in_transit', 'out_for_delivery', 'delivered'] as const) {
      await delivered.move(status);
    }
    at = `/track/${carrier}/PROOF1`;
    const { tenant } = delivered;
    const account = { id: crypto.randomUUID(), ...tenant, carrier };
    await site.hub.proofs.store(account, 'PROOF1', [
      { kind: 'photo', mediaType: 'image/png', bytes: PNG },
    ]);
  });

  it('is shown to a reader who agrees, and stored nowhere', async () => {
    site.service.offered = { ...NO_OFFERS, proofAvailable: true };
    const { text } = await get(`${at}?t=${mine()}`);
    expect(text).toContain('name="consent"');
    expect(text, 'a part of its own, opened beside the page').toMatch(
      /<h2 id="proof-title">Proof of delivery<\/h2>.*target="_blank".*>Show the photo<\/button>/s,
    );
    const { status, headers } = await send(`${at}/proof`, { t: mine(), consent: 'yes' });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('image/png');
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(site.hub.log()).toContain('after consent');
  });

  it('is not shown without agreement, nor when the merchant does not offer it', async () => {
    site.service.offered = { ...NO_OFFERS, proofAvailable: true };
    const without = await send(`${at}/proof`, { t: mine() });
    expect(without.status).toBe(422);
    expect(textOf(without.text)).toContain('Please confirm this first.');
    site.service.offered = NO_OFFERS;
    const off = await send(`${at}/proof`, { t: mine(), consent: 'yes' });
    expect(off.status).toBe(422);
    expect(textOf(off.text)).toContain('no proof of delivery to show');
    expect((await post(`${at}/proof`, { t: mine(), consent: 'yes' })).status).toBe(404);
    expect((await send(`${page}/proof`, { t: token(), proof: 'x', consent: 'yes' })).status).toBe(
      422,
    );
  });
});
