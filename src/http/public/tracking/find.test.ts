import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPublic, type TestPublic } from './test-public.ts';

let site: TestPublic;
beforeAll(async () => {
  site = await openTestPublic();
  await site.track({ number: 'ONE1', order: 'A-1', merchant: 'open-shop' });
  await site.track({ number: 'TWO1', order: 'A-2', merchant: 'open-shop' });
  await site.track({ number: 'TWO2', order: 'A-2', merchant: 'open-shop' });
  await site.track({ number: 'SHY1', order: 'B-1', merchant: 'shy-shop', postalCode: '10115' });
  await site.track({ number: 'OFF1', order: 'C-1', merchant: 'closed-shop' });
  for (const number of ['PK7946120431', 'PK7946120442']) await site.track({ number });
  for (const merchant of ['open-shop', 'other-shop', 'shy-shop', 'closed-shop']) {
    await site.track({ number: `D-${merchant}`, order: 'D-1', merchant, postalCode: '75001' });
  }
  await site.hub.db.owner.query(
    `update merchants set order_lookup = case slug when 'shy-shop' then 'with_postal_code'
       when 'closed-shop' then 'off' else 'open' end,
     name = case slug when 'open-shop' then 'Pretty shop' else 'Shop name' end`,
  );
});
afterAll(() => site.close());

const json = { accept: 'application/json' };
const html = { accept: 'text/html' };
const get = (path: string, headers: Record<string, string> = json) =>
  site.call('GET', path, undefined, headers);
const numbersOf = (body: Readonly<Record<string, unknown>>) =>
  (body['parcels'] as { tracking_number: string }[]).map((each) => each.tracking_number).sort();

describe('the lookup page', () => {
  it('links to no other lookup', async () => {
    for (const path of ['/track', '/track/NONE1']) {
      const { text } = await site.call('GET', path, undefined, { accept: 'text/html' });
      expect(text, path).not.toContain('Track another parcel');
    }
  });
});

describe('GET /track', () => {
  it('without a query is a form for browsers and an error for programs', async () => {
    const page = await get('/track', html);
    expect(page.status).toBe(200);
    expect(page.text).toMatch(/<form[^>]*action="\/track"/);
    for (const path of ['/v1/track', '/v1/track?order=', '/v1/track?order=%20']) {
      const { status, body } = await get(path);
      expect([status, body['errors']]).toMatchObject([422, [{ pointer: '?order' }]]);
    }
  });

  it('with a number redirects to its URL and keeps the language', async () => {
    const { status, headers } = await get('/track?number=%20a%2Fb%20&lang=de', html);
    expect([status, headers.get('location')]).toEqual([303, '/track/a%2Fb?lang=de']);
    expect((await get(`/track?number=${'x'.repeat(65)}`, html)).status).toBe(404);
  });
});

describe('the box for a number', () => {
  const pasted = (text: string, headers = html) =>
    get(`/track?number=${encodeURIComponent(text)}`, headers);

  it.each([
    '#PK7946120431',
    'pk7946120431',
    'ＰＫ７９４６１２０４３１',
    'PK٧٩٤٦١٢٠٤٣١',
    'Tracking number: PK7946120431',
    'Sendungsnummer Nº PK7946120431, danke!',
    'FedEx PK7946120431',
    'PK7946120431 (FedEx)',
    '追跡番号：PK7946120431',
    'https://www.fedex.com/fedextrack/?trknbr=PK7946120431&locale=de_DE',
    'see www.acme.example/track/PK7946120431?lang=de',
  ])('finds the parcel in %s', async (text) => {
    const { status, headers } = await pasted(text);
    expect([status, headers.get('location')]).toEqual([303, '/track/PK7946120431']);
  });

  it('shows the parcels of several numbers, each once', async () => {
    for (const text of [
      'PK7946120431, pk7946120442',
      'https://acme.example/track?nr=PK7946120431,PK7946120442',
      'PK7946120431 PK7946120442 PK7946120431',
    ]) {
      expect(numbersOf((await pasted(text, json)).body), text).toEqual([
        'PK7946120431',
        'PK7946120442',
      ]);
      const { status, text: page } = await pasted(text);
      expect([status, page.match(/<h1>[^<]*/)?.[0]]).toEqual([200, '<h1>2 parcels']);
    }
    const { headers } = await pasted('PK7946120431; PK0000000000');
    expect(headers.get('location')).toBe('/track/PK7946120431');
  });

  it('accepts a text as long as registration does', async () => {
    const { text } = await get('/track', html);
    expect(text).toMatch(/<input id="number"[^>]*maxLength="512"/i);
    expect((await pasted(`PK7946120431 ${'x'.repeat(500)}`)).status).toBe(404);
  });
});

describe('the lookup by order', () => {
  it('finds an order by its name, however it is typed', async () => {
    await site.track({ number: 'G-1', order: '#SoHo-1015', merchant: 'open-shop' });
    await site.track({ number: 'G-2', order: 'GRÜN 7', merchant: 'open-shop' });
    await site.track({ number: 'G-3', order: '1016', merchant: 'open-shop' });
    const cases = {
      'G-1': ['#SoHo-1015', 'soho-1015', '＃soho-１０１５', 'Order no. SOHO-1015', '“#SoHo-1015”.'],
      'G-2': ['grün 7', 'GRU\u0308N 7', '#Grün 7'.toUpperCase()],
      'G-3': ['#1016', '١٠١٦', 'Bestellung: 1016 (Acme)'],
    };
    for (const [number, names] of Object.entries(cases)) {
      for (const name of names) {
        const { body } = await get(`/v1/track?order=${encodeURIComponent(name)}`);
        expect([name, body['parcels'] && numbersOf(body)]).toEqual([name, [number]]);
      }
    }
  });

  it('shows the parcels of one order of a shop, that of the name as typed first', async () => {
    for (const [number, order] of Object.entries({
      'H-1': '#20',
      'H-2': '20',
      'H-3': 'a-21',
      'H-4': 'A-21',
    }))
      await site.track({ number, order, merchant: 'open-shop' });
    for (const [order, number] of Object.entries({
      '%2320': 'H-1',
      '20': 'H-2',
      'a-21': 'H-3',
      'A-21': 'H-4',
    }))
      expect(numbersOf((await get(`/track?order=${order}`)).body), order).toEqual([number]);
    await site.track({ number: 'H-5', order: '#22', merchant: 'open-shop' });
    await site.track({ number: 'H-6', order: '22', merchant: 'other-shop' });
    expect((await get('/track?order=22')).status).toBe(300);
  });

  it.each(['NOPE', 'x'.repeat(201), 'a%0Ab', "' or 1=1", '%F0%9F%93%A6'])(
    'finds nothing for %s',
    async (order) => {
      expect((await get(`/track?order=${order}`)).status).toBe(404);
      expect((await get(`/track?order=${order}`, html)).status).toBe(404);
    },
  );

  it('lists the parcels of an order of a shop with open lookup', async () => {
    const one = await get('/track?order=A-1');
    expect(one.status).toBe(200);
    expect(one.body).toMatchObject({ order_id: 'A-1', merchant: 'open-shop' });
    expect(numbersOf(one.body)).toEqual(['ONE1']);
    expect(numbersOf((await get('/v1/track?order=A-2')).body)).toEqual(['TWO1', 'TWO2']);
    const { status, text, headers } = await get('/track?order=A-2', html);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    for (const number of ['TWO1', 'TWO2']) {
      expect(text).toContain(`href="/track/${site.carriers[0]}/${number}"`);
    }
  });

  it('treats an order the visitor may not see like one that does not exist', async () => {
    const missing = await get('/track?order=NOPE');
    for (const path of [
      '/track?order=B-1',
      '/track?order=B-1&postal_code=10116',
      `/track?order=B-1&postal_code=${'1'.repeat(300)}`,
      '/track?order=C-1',
      '/track?order=C-1&merchant=closed-shop&postal_code=75001',
      '/track?order=A-1&merchant=other-shop',
    ]) {
      const { status, body } = await get(path);
      expect([status, body['detail']]).toEqual([404, missing.body['detail']]);
      const page = await get(path, html);
      expect([page.status, page.text.includes('name="postal_code"')]).toEqual([404, true]);
    }
  });

  it('shows the order when the postal code matches and the shop requires one', async () => {
    expect(numbersOf((await get('/track?order=B-1&postal_code=10115')).body)).toEqual(['SHY1']);
    expect(numbersOf((await get('/track?order=B-1&postal_code=10-115')).body)).toEqual(['SHY1']);
  });

  it('asks which shop when several match, and names none', async () => {
    const shops = ['open-shop', 'other-shop', 'shy-shop', 'closed-shop'];
    for (const path of [
      '/v1/track?order=D-1',
      '/track?order=D-1&postal_code=75001',
      '/track?order=D-1&merchant=sHop%20NAME',
    ]) {
      const { status, body, text } = await get(path);
      expect([status, body['order_id'], body['needed']]).toEqual([300, 'D-1', 'merchant']);
      expect(body['detail']).toContain('merchant={slug}');
      for (const shop of shops) expect(text).not.toContain(shop);
      const page = await get(path.replace('/v1', ''), html);
      expect(page.status).toBe(300);
      expect(page.text).toMatch(/<input[^>]*name="merchant"/);
      expect(page.text).toMatch(/<input type="hidden" name="order" value="D-1"/);
      for (const shop of shops) expect(page.text).not.toContain(shop);
    }
    for (const name of ['open-shop', 'pretty%20Shop']) {
      const { body } = await get(`/track?order=D-1&merchant=${name}`);
      expect([body['merchant'], ...numbersOf(body)]).toEqual(['open-shop', 'D-open-shop']);
    }
    const shy = await get('/track?order=D-1&merchant=shy-shop&postal_code=75001');
    expect(numbersOf(shy.body)).toEqual(['D-shy-shop']);
  });

  it('stays with its shop, however many newer parcels another registers with its id', async () => {
    const { tenant } = await site.track({ number: 'E-1', order: 'E-1', merchant: 'open-shop' });
    const thief = await site.track({ number: 'E-1', order: 'E-1', merchant: 'other-shop' });
    await site.track({ number: 'F-1', order: 'F-1', merchant: 'shy-shop', postalCode: '10115' });
    await site.track({ number: 'F-2', order: 'F-1', merchant: 'other-shop' });
    await site.hub.db.owner.query(
      `insert into shipments (id, merchant_id, mode, shard, carrier, tracking_number, facts_from,
                              order_ids, created_at, updated_at)
       select gen_random_uuid(), $1, $2, 0, 'acme', 'THEFT' || nr, now(), '{E-1,F-1}', now(), now()
       from generate_series(1, 250) as nr`,
      [thief.tenant.merchantId, thief.tenant.mode],
    );
    for (const path of [
      '/track?order=E-1',
      '/track?order=F-1',
      '/track?order=F-1&postal_code=10115',
    ])
      expect((await get(path)).status, path).toBe(300);
    expect(numbersOf((await get('/track?order=E-1&merchant=open-shop')).body)).toEqual(['E-1']);
    const shy = await get('/track?order=F-1&merchant=shy-shop&postal_code=10115');
    expect(numbersOf(shy.body)).toEqual(['F-1']);
    await site.brandings.store(tenant, { name: 'Shop of me' }, null);
    const { text } = await get('/track?order=E-1&merchant=SHOP%20of%20me', html);
    expect(text).toContain('Shop of me');
  });

  it('never repeats a postal code in links to other languages', async () => {
    const { text } = await get('/track?order=B-1&postal_code=10115', html);
    expect(text).toContain('hreflang="de"');
    expect(text).not.toContain('10115');
  });
});
