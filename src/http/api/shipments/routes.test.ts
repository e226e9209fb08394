import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, TEST_NOW_MS, type TestHub } from '../../testing/test-hub.ts';
import { createdShipment, shipmentDetail, shipmentPage } from './output-schema.ts';

let hub: TestHub;
let call: Caller;
let carrier: string;
/**
 * Numbers that nothing else in this file uses: 12 digits, whose check digit does not matter here.
 */
let next = 100_000_000_000;
function freshNumber(): string {
  next += 7;
  return String(next);
}

beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  carrier = hub.adapters.carriers().find(({ webhook }) => webhook)?.manifest.name ?? '';
});
afterAll(() => hub.close());

async function created(extra: Record<string, unknown> = {}): Promise<Answered> {
  return call('POST', '/shipments', { carrier, tracking_number: freshNumber(), ...extra });
}

function pointers({ body }: Answered): unknown[] {
  const errors = body['errors'];
  return Array.isArray(errors) ? errors.map(({ pointer }) => pointer) : [];
}

describe('registering a shipment', () => {
  it('rejects a body that is not JSON, without quoting it', async () => {
    const answer = await call('POST', '/shipments', '{"recipient":{"name":"Secret Name"');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ type: '/docs/errors#unreadable_json', errors: [] });
    expect(answer.text).not.toContain('Secret');
  });

  it('rejects a body that is not UTF-8, by bytes or by name', async () => {
    const answer = await fetch(`${hub.url}/shipments`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${(await hub.newKey()).text}`,
        'content-type': 'application/json',
      },
      body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]),
    });
    expect(answer.status).toBe(400);
    const named = await call('POST', '/shipments', '{}', {
      'content-type': 'application/json; charset=latin1',
    });
    expect(named.status).toBe(415);
  });

  it('rejects another content type and a content encoding with 415', async () => {
    expect((await call('POST', '/shipments', '{}', { 'content-type': 'text/plain' })).status).toBe(
      415,
    );
    expect((await call('POST', '/shipments', '{}', { 'content-encoding': 'gzip' })).status).toBe(
      415,
    );
  });

  it('rejects more than 1 MiB with 413', async () => {
    const answer = await call('POST', '/shipments', `{"a":"${'x'.repeat(1_048_576)}"}`);
    expect(answer.status).toBe(413);
    expect(answer.headers.get('connection')).toBe('close');
  });

  it('names every invalid member and how to correct it', async () => {
    const answer = await call('POST', '/shipments', {
      tracking_number: '',
      weight_g: 1.5,
      promised_date: '2026-02-30',
      colour: 'red',
      recipient: { email: 'nobody' },
      tags: ['a', ''],
      metadata: { deep: { er: 1 } },
    });
    expect(answer.status).toBe(422);
    expect(pointers(answer).sort()).toEqual(
      [
        '/colour',
        '/metadata/deep',
        '/promised_date',
        '/recipient/email',
        '/tags/1',
        '/tracking_number',
        '/weight_g',
      ].sort(),
    );
    for (const error of answer.body['errors'] as Record<string, string>[]) {
      expect(error['reason']).toMatch(/\.$/);
      expect(error['fix']).toMatch(/\.$/);
    }
  });

  it('rejects NUL characters and unpaired surrogates anywhere', async () => {
    const answer = await call(
      'POST',
      '/shipments',
      String.raw`{"tracking_number":"1\u0000","metadata":{"a\u0000b":"\ud800"}}`,
    );
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ type: '/docs/errors#invalid' });
  });

  it('rejects nesting deeper than any valid body', async () => {
    const answer = await call('POST', '/shipments', `${'['.repeat(20_000)}${']'.repeat(20_000)}`);
    expect(answer.status).toBe(422);
  });

  it('treats __proto__ as an ordinary name', async () => {
    const answer = await call(
      'POST',
      '/shipments',
      `{"__proto__":{"carrier":"x"},"tracking_number":"1"}`,
    );
    expect(answer.status).toBe(422);
    expect(({} as Record<string, unknown>)['carrier']).toBeUndefined();
  });

  it('rejects a carrier that is not installed, and lists those that are', async () => {
    const answer = await call('POST', '/shipments', { carrier: 'nobody', tracking_number: '1' });
    expect(answer.status).toBe(422);
    expect(pointers(answer)).toEqual(['/carrier']);
    expect(answer.text).toContain(carrier);
  });

  it('says when no carrier has numbers of that form, and which carriers may be named', async () => {
    const answer = await call('POST', '/shipments', { tracking_number: '9X-9X-9X' });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      type: '/docs/errors#unknown_carrier',
      errors: [{ pointer: '/tracking_number', fix: expect.stringContaining('sandbox') }],
    });
    expect(answer.body['candidates']).toBeUndefined();
  });

  it('detects the carrier when only one is possible', async () => {
    // The example of UPU S10 for the United States, with its check digit.
    const answer = await call('POST', '/shipments', { tracking_number: 'RA 123 456 785 US' });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ tracking_number: 'RA123456785US', warnings: [] });
  });

  it('warns about an odd number of a named carrier and never rejects it', async () => {
    const answer = await created({ tracking_number: 'surely-77/12' });
    expect(answer.status).toBe(201);
    expect(answer.body['warnings']).toMatchObject([{ code: 'pattern_mismatch' }]);
  });

  it('adds an order of another customer only once somebody confirms that it is the same parcel', async () => {
    const of = (order: string, email: string, more = {}) =>
      call('POST', '/shipments', {
        carrier: 'sandbox',
        tracking_number: 'SHARED1000',
        order_id: order,
        recipient: { email },
        ...more,
      });
    expect((await of('1', 'a@example.com')).status).toBe(201);
    expect((await of('2', 'A@example.com')).body['order_ids']).toEqual(['1', '2']);
    const refused = await of('3', 'b@example.com');
    expect([refused.status, refused.body['detail']]).toEqual([
      409,
      expect.stringContaining('Order 1 '),
    ]);
    const confirmed = await of('3', 'b@example.com', { same_parcel: true });
    expect(confirmed.body['order_ids']).toEqual(['1', '2', '3']);
  });

  it('rejects two numbers in one field, and one that a spreadsheet rounded', async () => {
    const given = {
      '1Z999AA10123456784 1Z999AA10123456793': 'It holds 2 tracking numbers',
      '254899580324/254899580335': 'It holds 2 tracking numbers',
      '9,40551E+21': 'rounded',
      '340434161094015000': 'rounded',
    };
    for (const [number, says] of Object.entries(given)) {
      const { status, text } = await call('POST', '/shipments', {
        carrier: 'fedex',
        tracking_number: number,
      });
      expect([status, text], number).toEqual([422, expect.stringContaining(says)]);
    }
    const { body } = await call('POST', '/shipments', {
      carrier: 'fedex',
      tracking_number: '7035114477138470',
    });
    expect(JSON.stringify(body['warnings'])).toContain('looks_rounded');
  });

  it('rejects a note in the place of a number', async () => {
    for (const note of ['N/A', 'picked up on 24 December 2026 by Tom', 'a1234567@example.com']) {
      const refused = await call('POST', '/shipments', { carrier: 'fedex', tracking_number: note });
      const [error] = refused.body['errors'] as { pointer: string; reason: string }[];
      expect(error, note).toMatchObject({
        pointer: '/tracking_number',
        reason: expect.stringContaining('note'),
      });
    }
  });

  it('keeps the digits of a number without quotes', async () => {
    const [number, id] = ['9400111899223197428490', '996003263000037805'];
    const body = `{"carrier":"usps","tracking_number":${number},"metadata":{"erp":${id},"n":7}}`;
    const answer = await call('POST', '/shipments', body);
    expect(answer.body).toMatchObject({ tracking_number: number, metadata: { erp: id, n: 7 } });
  });

  it('reads the reserved code of a country as the assigned one, and rejects what is none', async () => {
    const send = (country: string) =>
      call('POST', '/shipments', {
        carrier,
        tracking_number: freshNumber(),
        destination: { country, postal_code: 'SW1A 1AA' },
      });
    for (const country of ['GB', 'uk', 'UK']) {
      expect((await send(country)).body).toMatchObject({ time_zone: 'Europe/London' });
    }
    for (const country of ['ZZ', 'EU', 'AA']) expect((await send(country)).status).toBe(422);
  });

  it('warns about an unusable phone number, and accepts one in national format', async () => {
    const send = async (phone: string, country: string | null) =>
      (
        (await created({ recipient: { phone }, destination: { country } })).body['warnings'] as {
          code: string;
          detail: string;
        }[]
      ).filter(({ code }) => code === 'phone_unusable');
    expect(await send('0151 12345678', 'DE')).toEqual([]);
    expect(await send('+49 151 12345678', null)).toEqual([]);
    for (const country of [null, 'IT']) {
      const warnings = await send('0151 12345678', country);
      expect(warnings).toMatchObject([{ code: 'phone_unusable' }]);
      expect(JSON.stringify(warnings)).toContain('recipient.phone is not an E.164 number');
      expect(JSON.stringify(warnings)).not.toContain('0151');
    }
  });

  it('answers 201 for a new shipment, and 200 with the same shipment the second time', async () => {
    const sent = {
      carrier,
      tracking_number: freshNumber(),
      order_ids: ['order-1'],
      service_level: 'express',
      weight_g: 1200,
      dimensions: { length_mm: 300, width_mm: 200, height_mm: 100 },
      promised_date: '2026-03-14',
      metadata: { shop: 'berlin', basket: 5, gift: true },
      tags: ['a', 'b', 'a'],
    };
    const first = await call('POST', '/v1/shipments', sent);
    expect(first.status).toBe(201);
    expect(createdShipment.parse(first.body)).toMatchObject({
      ...sent,
      tags: ['a', 'b'],
      status: 'created',
      sub_status: null,
      estimated_delivery: null,
      mode: 'test',
    });
    expect(first.headers.get('location')).toBe(`/v1/shipments/${first.body['id']}`);
    const second = await call('POST', '/shipments', sent);
    expect(second.status).toBe(200);
    expect(second.body['id']).toBe(first.body['id']);
  });
});

describe('a batch', () => {
  it('registers or rejects each item separately', async () => {
    const number = freshNumber();
    const answer = await call('POST', '/shipments/batch', {
      shipments: [
        { carrier, tracking_number: number },
        { carrier, tracking_number: number, colour: 'red' },
        7,
        { carrier, tracking_number: number },
        { carrier: 'nobody', tracking_number: number },
      ],
    });
    expect(answer.status).toBe(207);
    expect(answer.body['data']).toMatchObject([
      { index: 0, status: 201, body: { tracking_number: number } },
      { index: 1, status: 422, problem: { errors: [{ pointer: '/colour' }] } },
      { index: 2, status: 422 },
      { index: 3, status: 200 },
      { index: 4, status: 422 },
    ]);
  });

  it('rejects none and more than a hundred', async () => {
    expect((await call('POST', '/shipments/batch', { shipments: [] })).status).toBe(422);
    const many = Array.from({ length: 101 }, () => ({ carrier, tracking_number: '1' }));
    for (const [body, pointer] of [
      [{ shipments: many }, '/shipments'],
      [many, ''],
    ] as const) {
      const refused = await call('POST', '/shipments/batch', body);
      expect(refused.status).toBe(422);
      expect(refused.body['detail']).toContain('t holds 101 shipments.');
      expect(refused.body['errors']).toEqual([
        {
          pointer,
          reason: 'It holds 101 shipments.',
          fix: 'Send at most 100 shipments per request: these need 2 requests.',
        },
      ]);
    }
  });

  it('suggests the closest carrier for a mistyped name', async () => {
    const names = hub.adapters.carriers().map(({ manifest }) => manifest.name);
    for (const name of names.filter((known) => /^[a-z]{5,}$/.test(known))) {
      const typed = name.slice(0, 2) + name.slice(3);
      const refused = await call('POST', '/shipments', { carrier: typed, tracking_number: '1' });
      const [error] = refused.body['errors'] as { pointer: string; fix: string }[];
      expect(error).toMatchObject({ pointer: '/carrier' });
      expect(error?.fix).toContain(`Did you mean ${name}? Send one of `);
    }
    const refused = await call('POST', '/shipments', { carrier: 'zzzz', tracking_number: '1' });
    expect(refused.text).not.toContain('Did you mean');
  });
});

describe('reading shipments', () => {
  it('answers 404 for an invalid id, an unknown one and another merchant’s', async () => {
    const mine = await created();
    const others = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
    for (const path of ['/shipments/1', `/shipments/${crypto.randomUUID()}`]) {
      expect((await call('GET', path)).status).toBe(404);
    }
    expect((await others('GET', `/shipments/${mine.body['id']}`)).status).toBe(404);
    expect((await call('GET', `/shipments/${mine.body['id']}`)).status).toBe(200);
  });

  it('shows the recipient to the merchant, and events after a command', async () => {
    const number = freshNumber();
    const recipient = { name: 'A. Example', email: 'a@example.com' };
    const { body } = await created({ tracking_number: number, recipient });
    await call('POST', `/shipments/${body['id']}/status`, { status: 'picked_up' });
    const answer = await call('GET', `/shipments/${body['id']}`);
    const detail = shipmentDetail.parse(answer.body);
    expect(detail).toMatchObject({ recipient, destination: null, status: 'picked_up' });
    expect(detail.events).toMatchObject([
      { status: 'picked_up', code: 'command', zone_source: 'offset', time_zone: '+00:00' },
    ]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('rejects unknown and repeated parameters, and impossible values', async () => {
    for (const query of [
      'colour=red',
      'limit=0',
      'limit=201',
      'limit=1e2',
      'limit=1&limit=2',
      'status=lost',
      'status=created,lost',
      'status=created&status=lost',
      'status=created,',
      'updated_after=yesterday',
      'metadata[]=x',
      'cursor=%3F',
    ]) {
      const answer = await call('GET', `/shipments?${query}`);
      expect([query, answer.status]).toEqual([query, 422]);
      expect(pointers(answer)).toHaveLength(1);
    }
  });

  it.each(['00:00:00+01:00', '00%3A00%3A00+01%3A00', '00:00:00.5%2B01:00'])(
    'accepts the offset of %s, whether or not its + is encoded',
    async (time) => {
      const answer = await call('GET', `/shipments?updated_after=2026-11-30T${time}&limit=1`);
      expect(answer.status).toBe(200);
    },
  );

  it('finds by order, carrier, number, tag and metadata of any kind', async () => {
    const number = freshNumber();
    const { body } = await created({
      tracking_number: number,
      order_ids: ['order-9', 'order-10'],
      tags: ['rare'],
      metadata: { n: 42, flag: true, shop: 'a b' },
    });
    const wanted = [expect.objectContaining({ id: body['id'] })];
    for (const query of [
      'order_id=order-10',
      'tag=rare',
      `tracking_number=${number.slice(0, 4)}%20${number.slice(4)}&carrier=${carrier}`,
      'metadata[n]=42',
      'metadata[flag]=true&metadata[shop]=a+b',
      'order_id=order-9&status=created',
    ]) {
      const answer = await call('GET', `/shipments?${query}`);
      expect([query, shipmentPage.parse(answer.body).data]).toEqual([query, wanted]);
    }
    for (const query of ['order_id=order', 'metadata[n]=43', 'tag=rare&status=delivered']) {
      expect((await call('GET', `/shipments?${query}`)).body['data']).toEqual([]);
    }
  });

  it('finds by any of several statuses, in either notation, and pages through them', async () => {
    const ids: unknown[] = [];
    for (const moves of [[], ['picked_up'], ['picked_up', 'in_transit']]) {
      const { body } = await created({ tracking_number: freshNumber(), tags: ['moving'] });
      ids.push(body['id']);
      for (const status of moves) {
        const moved = await call('POST', `/shipments/${body['id']}/status`, { status });
        expect(moved.status).toBe(200);
        hub.clock.advance(60_000);
      }
    }
    const wanted = ids.slice(1).toSorted();
    const found = async (query: string) => {
      const { body } = await call('GET', `/shipments?tag=moving&${query}`);
      const { data, next_cursor: next } = shipmentPage.parse(body);
      return { ids: data.map(({ id }) => id).toSorted(), next };
    };
    for (const query of [
      'status=picked_up,in_transit',
      'status=picked_up&status=in_transit',
      'status=in_transit,%20picked_up&status=picked_up&sort=-updated_at',
      'status=picked_up,in_transit&sort=created_at',
    ]) {
      expect([query, (await found(query)).ids]).toEqual([query, wanted]);
    }
    const first = await found('status=picked_up,in_transit&limit=1');
    // A cursor belongs to the statuses, not to their notation.
    const rest = await found(`status=in_transit&status=picked_up&limit=1&cursor=${first.next}`);
    expect([...first.ids, ...rest.ids].toSorted()).toEqual(wanted);
    const other = `/shipments?tag=moving&status=in_transit&cursor=${first.next}`;
    expect((await call('GET', other)).status).toBe(422);
    hub.clock.set(TEST_NOW_MS);
  });

  it('pages through everything once, whatever is changed meanwhile', async () => {
    const other = callerOf(hub, (await hub.newKey({ merchant: 'pager' })).text);
    const ids = new Set<unknown>();
    for (let i = 0; i < 5; i += 1) {
      hub.clock.advance(1);
      ids.add(
        (await other('POST', '/shipments', { carrier, tracking_number: freshNumber() })).body['id'],
      );
    }
    const observed: unknown[] = [];
    let cursor = '';
    do {
      const page = await other('GET', `/shipments?limit=2${cursor && `&cursor=${cursor}`}`);
      observed.push(...(page.body['data'] as { id: string }[]).map(({ id }) => id));
      cursor = String(page.body['next_cursor'] ?? '');
    } while (cursor !== '');
    expect(observed).toHaveLength(5);
    expect(new Set(observed)).toEqual(ids);
    const later = await other(
      'GET',
      `/shipments?updated_after=${new Date(hub.clock.nowMs() + 15_000).toISOString()}`,
    );
    expect(later.body['data']).toEqual([]);
    hub.clock.set(TEST_NOW_MS);
  });

  async function found(q: string, as: Caller = call): Promise<unknown[]> {
    const { body } = await as('GET', `/shipments?q=${encodeURIComponent(q)}&limit=9`);
    return shipmentPage.parse(body).data.map((each) => each.id);
  }

  it('finds by number, order, reference, tag or id, from the beginning', async () => {
    const number = freshNumber();
    const extra = {
      tracking_number: number,
      order_ids: ['WEB 77/1'],
      tags: ['fragile-glass'],
      metadata: { reference: 'PO-4711', note: 'never looked at' },
    };
    const { id } = (await created(extra)).body;
    const other = (await created({ order_ids: ['WEB 77/2'] })).body['id'];
    const spaced = ` ${number.slice(0, 4)} ${number.slice(4)}`;
    for (const q of [
      number,
      spaced,
      number.slice(0, 11),
      'WEB 77/1',
      'web 77/1',
      'po-47',
      'Fragile',
      String(id),
    ]) {
      expect([q, await found(q)]).toEqual([q, [id]]);
    }
    expect((await found('WEB 77')).sort()).toEqual([id, other].map(String).sort());
    for (const q of ['never looked', 'lass', '%', '_', ':', '#', crypto.randomUUID()]) {
      expect([q, await found(q)]).toEqual([q, []]);
    }
    await call('PATCH', `/shipments/${String(id)}`, { tags: ['sturdy'], metadata: {} });
    expect([await found('fragile'), await found('po-47'), await found('sturdy')]).toEqual([
      [],
      [],
      [id],
    ]);
    expect((await call('GET', '/shipments?q=')).status).toBe(422);
  });

  it('finds the recipient by words of name or mail or by phone, within one tenant, until erased', async () => {
    const { id } = (
      await created({
        recipient: { name: 'Mika Überall', email: 'Mika@Example.com', phone: '0151 2345 6789' },
        destination: { country: 'DE' },
      })
    ).body;
    const ways = [
      ...['mika@example.COM', '+49 151 23456789', '(0151) 2345-6789', 'überall, mika'],
      ...['mika', 'mika@exam', 'UBER', 'mik über', 'überall m'],
    ];
    for (const q of ways) expect([q, await found(q)]).toEqual([q, [id]]);
    for (const q of ['ika', 'mik@example', '0151 2345', 'Mika Überallo', 'mika other']) {
      expect([q, await found(q)]).toEqual([q, []]);
    }
    const stranger = callerOf(hub, (await hub.newKey({ merchant: 'stranger' })).text);
    for (const q of ways) expect([q, await found(q, stranger)]).toEqual([q, []]);
    // Reading the table does not reveal the recipient.
    const stored = async () => {
      const { rows } = await hub.db.pipeline.query(
        'select * from shipment_terms left join shipment_people using (shipment_id) where shipment_id = $1',
        [id],
      );
      return rows;
    };
    expect(await stored()).not.toEqual([]);
    // A hash may contain some of the digits by chance.
    expect(JSON.stringify(await stored())).not.toMatch(/mika|1512345|23456789/i);
    await call('PATCH', `/shipments/${String(id)}`, { recipient: { name: 'Somebody Else' } });
    expect([await found('mika@example.com'), await found('else somebody')]).toEqual([[], [id]]);
    await call('DELETE', `/shipments/${String(id)}`);
    expect(await found('else somebody')).toEqual([]);
    expect(await stored()).toEqual([]);
    const people = 'select from shipment_people where shipment_id = $1';
    expect((await hub.db.pipeline.query(people, [id])).rowCount).toBe(0);
  });

  it('come in each order, without repetition, while others are registered and changed', async () => {
    const { text } = await hub.newKey({ merchant: 'sorter' });
    const sorter = callerOf(hub, text);
    const register = async () => {
      hub.clock.advance(1);
      const sent = { carrier, tracking_number: freshNumber() };
      return String((await sorter('POST', '/shipments', sent)).body['id']);
    };
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.push(await register());
    hub.clock.advance(1);
    await sorter('PATCH', `/shipments/${ids[1]}`, { tags: ['changed'] });
    const walk = async (sort: string, meanwhile = async () => {}) => {
      const observed: string[] = [];
      for (let cursor = ''; ; ) {
        const page = await sorter('GET', `/shipments?limit=2&sort=${sort}${cursor}`);
        const { data, next_cursor } = shipmentPage.parse(page.body);
        observed.push(...data.map((each) => each.id));
        if (next_cursor === null) return observed;
        cursor = `&cursor=${next_cursor}`;
        await meanwhile();
      }
    };
    const [a, b, c, d, e] = ids;
    expect(await walk('updated_at')).toEqual([a, c, d, e, b]);
    expect(await walk('-updated_at')).toEqual([b, e, d, c, a]);
    expect(await walk('created_at')).toEqual(ids);
    const late: string[] = [];
    const newestFirst = await walk('-created_at', async () => {
      late.push(await register());
      hub.clock.advance(1);
      await sorter('PATCH', `/shipments/${ids[2]}`, { tags: [`changed-${late.length}`] });
    });
    expect(newestFirst).toEqual(ids.toReversed());
    expect(await walk('created_at')).toEqual([...ids, ...late]);
    const first = await sorter('GET', '/shipments?limit=2&sort=created_at');
    const turned = `/shipments?sort=-created_at&cursor=${first.body['next_cursor']}`;
    expect(pointers(await sorter('GET', turned))).toEqual(['?cursor']);
    expect(pointers(await sorter('GET', '/shipments?sort=status'))).toEqual(['?sort']);
    hub.clock.set(TEST_NOW_MS);
  });

  it('rejects cursors not issued by the hub', async () => {
    const forgedAt = (at: string) =>
      Buffer.from(JSON.stringify({ at: { at, id: crypto.randomUUID() }, of: 'x' })).toString(
        'base64url',
      );
    const forged = [
      forgedAt('2026-99-99 00:00:00+00'),
      forgedAt('2026-02-30 00:00:00+00'),
      forgedAt('now()'),
      // A well-formed position, but not from a list of this key.
      forgedAt('2026-02-20 00:00:00+00'),
      Buffer.from('null').toString('base64url'),
      'x'.repeat(401),
    ];
    for (const cursor of forged) {
      expect((await call('GET', `/shipments?cursor=${cursor}`)).status).toBe(422);
    }
  });
});

describe('changing shipments', () => {
  it('changes only what was sent; null clears', async () => {
    const { body } = await created({ order_id: 'o', metadata: { a: 1 }, tags: ['t'], weight_g: 5 });
    const path = `/shipments/${body['id']}`;
    const changed = await call('PATCH', path, {
      metadata: { b: 2 },
      weight_g: null,
      destination: { postal_code: '10115', country: 'de' },
    });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      metadata: { b: 2 },
      weight_g: null,
      tags: ['t'],
      order_ids: ['o'],
    });
    const detail = await call('GET', path);
    expect(detail.body['destination']).toMatchObject({ postal_code: '10115', country: 'DE' });
  });

  it('rejects an empty change, and a change of the number', async () => {
    const { body } = await created();
    expect((await call('PATCH', `/shipments/${body['id']}`, {})).status).toBe(422);
    const answer = await call('PATCH', `/shipments/${body['id']}`, { tracking_number: '1' });
    expect(pointers(answer)).toEqual(['/tracking_number']);
  });

  it('does not find a deleted shipment', async () => {
    const { body } = await created();
    const path = `/shipments/${body['id']}`;
    expect(await call('DELETE', path)).toMatchObject({ status: 204, text: '' });
    expect((await call('DELETE', path)).status).toBe(404);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('PATCH', path, { tags: [] })).status).toBe(404);
  });
});

describe('commands', () => {
  it('refuses a forbidden transition, naming current, requested and allowed', async () => {
    const { body } = await created();
    const answer = await call('POST', `/shipments/${body['id']}/status`, { status: 'delivered' });
    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({
      type: '/docs/errors#forbidden_move',
      current: 'created',
      requested: 'delivered',
      allowed: ['picked_up', 'cancelled', 'exception'],
    });
  });

  it('refuses a time in the future, and one before a later event', async () => {
    const { body } = await created();
    const path = `/shipments/${body['id']}/status`;
    const future = await call('POST', path, {
      status: 'picked_up',
      occurred_at: '2026-03-10T13:00:00Z',
    });
    expect([future.status, pointers(future)]).toEqual([422, ['/occurred_at']]);
    await call('POST', path, { status: 'picked_up', occurred_at: '2026-03-10T11:00:00Z' });
    const late = await call('POST', path, {
      status: 'in_transit',
      occurred_at: '2026-03-10T10:00:00Z',
    });
    expect([late.status, late.body['type']]).toEqual([409, '/docs/errors#conflict']);
  });

  it('changes the status and explains it', async () => {
    const { body } = await created();
    const moved = await call('POST', `/shipments/${body['id']}/status`, {
      status: 'exception',
      sub_status: 'damaged',
      note: 'box crushed',
    });
    expect(moved.body).toMatchObject({ status: 'exception', sub_status: 'damaged' });
    const why = await call('GET', `/shipments/${body['id']}/explain`);
    expect(why.body).toMatchObject({ id: body['id'], status: 'exception' });
    expect(why.body['facts']).toMatchObject([{ source: 'command', verdict: expect.any(String) }]);
  });
});
