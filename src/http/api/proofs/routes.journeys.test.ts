import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eraseProofsBefore, sweepErasedProofs } from '../../../intake/index.ts';
import { aJpeg, anExifJpeg, aPng } from '../../../platform/images/test-images.ts';
import { ObjectStoreUnavailable } from '../../../platform/objects/object-store.ts';
import { eraseDeliveryProofsBefore } from '../../../tracking/ports/running.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { proofForm, SIGNED, sendProof } from './test-proof-form.ts';

let hub: TestHub;
let key: string;
let call: Caller;
let other: Caller;
let live: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  key = (await hub.newKey({ scopes: ['admin'] })).text;
  call = callerOf(hub, key);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other', scopes: ['admin'] })).text);
  live = callerOf(hub, (await hub.newKey({ mode: 'live', scopes: ['admin'] })).text);
  // Cases consume events from now on.
  await hub.workExceptions();
});
afterAll(() => hub.close());

const DESTINATION = {
  line1: 'Grosse Bergstrasse 1',
  city: 'Hamburg',
  postal_code: '22767',
  country: 'DE',
  lat: 53.5511,
  lng: 9.9937,
};

async function newParcel(more: Record<string, unknown> = {}): Promise<string> {
  const made = await call('POST', '/shipments', {
    carrier: 'fleet',
    destination: DESTINATION,
    ...more,
  });
  expect(made.text).toContain('"id"');
  return String(made.body['id']);
}

const added = (body: Record<string, unknown>) =>
  body['proofs'] as readonly {
    readonly id: string;
    readonly duplicate: boolean;
    readonly kinds: readonly string[];
    readonly missing: readonly string[];
    readonly pin: { readonly outcome: string; readonly attempts_left: number } | null;
  }[];

interface Listed {
  readonly missing: readonly string[];
  readonly proofs: readonly {
    readonly received_by: string | null;
    readonly place: { readonly distance_m: number | null } | null;
    readonly signature: { readonly strokes: unknown } | null;
    readonly erased: boolean;
    readonly files: readonly { readonly kind: string; readonly url: string }[];
  }[];
}

async function listed(id: string, by = call): Promise<Listed> {
  return JSON.parse((await by('GET', `/shipments/${id}/proof`)).text) as Listed;
}

async function deliver(id: string) {
  for (const status of ['picked_up', 'out_for_delivery']) {
    await call('POST', `/shipments/${id}/status`, { status });
  }
  return call('POST', `/shipments/${id}/status`, { status: 'delivered' });
}

async function download(url: string, by = key) {
  return fetch(`${hub.url}${url}`, { headers: { authorization: `Bearer ${by}` } });
}

async function pinOf(id: string): Promise<string> {
  return String((await call('POST', `/shipments/${id}/pin`)).body['pin']);
}

const blobFiles = () =>
  readdirSync(`${hub.blobFolder}/blobs`, { recursive: true, withFileTypes: true }).filter((each) =>
    each.isFile(),
  ).length;

describe('proof of delivery', () => {
  it('is stored without metadata, listed with its place, and downloaded', async () => {
    const id = await newParcel();
    const sent = await sendProof(hub, key, id, {
      photo: await anExifJpeg(),
      signature: SIGNED,
      fields: {
        id: 'p-1',
        received_by: 'B. Neighbour',
        lat: '53.5511',
        lng: '9.9957',
        accuracy_m: '8',
        at: '2026-03-10T11:58:00Z',
      },
    });
    expect(sent.status, sent.text).toBe(201);
    expect(added(sent.body)[0]).toMatchObject({ duplicate: false, missing: [], pin: null });
    expect(added(sent.body)[0]?.kinds).toEqual(['photo', 'signature', 'name']);
    const {
      proofs: [proof],
    } = await listed(id);
    expect(proof).toMatchObject({ received_by: 'B. Neighbour', place: { distance_m: 132 } });
    expect(proof?.signature?.strokes).toHaveLength(1);
    expect(proof?.files.map(({ kind }) => kind).sort()).toEqual(['photo', 'signature']);
    const photo = await download(proof?.files.find((each) => each.kind === 'photo')?.url ?? '');
    expect(photo.headers.get('content-type')).toBe('image/jpeg');
    expect(photo.headers.get('content-disposition')).toMatch(/^attachment/);
    const bytes = Buffer.from(await photo.arrayBuffer());
    expect(bytes.includes('PlantedCamera')).toBe(false);
    const shown = await call('GET', `/shipments/${id}`);
    expect((shown.body['proofs'] as unknown[]).length).toBe(2);
    const log = await call('GET', '/events?type=shipment.proof_added&limit=500');
    expect(log.text).toContain('"kinds":["photo","signature","name"]');
    expect(log.text).not.toContain('Neighbour');
  });

  it('sent again with its id changes nothing, at once or later', async () => {
    const id = await newParcel();
    const parts = { photo: await aJpeg(), fields: { id: 'same' } };
    const both = await Promise.all([1, 2, 3].map(() => sendProof(hub, key, id, parts)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(new Set(both.map(({ body }) => added(body)[0]?.id)).size).toBe(1);
    expect((await listed(id)).proofs).toHaveLength(1);
    expect((await listed(id)).proofs[0]?.files).toHaveLength(1);
  });

  it('for several parcels is stored with each, or with none if one is another merchant’s', async () => {
    const [one, two] = [await newParcel(), await newParcel()];
    const stranger = String((await other('POST', '/shipments', { carrier: 'fleet' })).body['id']);
    const refused = await sendProof(hub, key, one, {
      photo: await aJpeg(),
      fields: { shipment_ids: `${two},${stranger}` },
    });
    expect(refused.status).toBe(404);
    expect((await listed(one)).proofs).toHaveLength(0);
    const sent = await sendProof(hub, key, one, {
      photo: await aJpeg(),
      fields: { shipment_ids: two },
    });
    expect(sent.status).toBe(201);
    expect((await listed(two)).proofs[0]?.files).toHaveLength(1);
  });

  it('is only for own couriers’ parcels, and only they can require it', async () => {
    const foreign = await call('POST', '/shipments', {
      carrier: 'fedex',
      tracking_number: '123456789012',
    });
    const refused = await sendProof(hub, key, String(foreign.body['id']), { photo: await aJpeg() });
    expect(refused.status).toBe(409);
    expect(refused.body['type']).toContain('not_offered');
    const wanted = await call('POST', '/shipments', {
      carrier: 'fedex',
      tracking_number: '123456789012',
      require_proof: ['photo'],
    });
    expect(wanted.status).toBe(422);
    expect(wanted.text).toContain('/require_proof');
  });

  it('that is empty, or has half a place, is rejected with the reason', async () => {
    const id = await newParcel();
    const empty = await sendProof(hub, key, id, { fields: { id: 'x' } });
    expect([empty.status, empty.text.includes('photo')]).toEqual([422, true]);
    const half = await sendProof(hub, key, id, { photo: await aJpeg(), fields: { lat: '1' } });
    expect([half.status, half.text.includes('/lat')]).toEqual([422, true]);
  });
});

describe('a delivery that needs proof', () => {
  it('is rejected until the proof exists, and lists what is missing', async () => {
    const id = await newParcel({ require_proof: ['signature', 'photo', 'name'] });
    const refused = await deliver(id);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ missing: ['photo', 'signature', 'name'] });
    expect(refused.body['type']).toContain('proof_missing');
    const half = await sendProof(hub, key, id, { photo: await aPng() });
    expect(added(half.body)[0]?.missing).toEqual(['signature', 'name']);
    expect((await deliver(id)).body).toMatchObject({ missing: ['signature', 'name'] });
    await sendProof(hub, key, id, { signature: SIGNED, fields: { received_by: 'A. Example' } });
    const done = await deliver(id);
    expect([done.status, done.body['status']]).toEqual([200, 'delivered']);
    const { body } = await call('GET', `/shipments/${id}`);
    const reasons = (body['commands'] as { refused: string | null }[]).map((each) => each.refused);
    expect(reasons).toContain('proof_missing');
  });

  it('scanned without it opens a case, which the proof closes', async () => {
    const id = await newParcel({ require_proof: ['photo'] });
    const number = String((await call('GET', `/shipments/${id}`)).body['tracking_number']);
    const scan = (code: string, minute: string) => ({
      tracking_number: number,
      code,
      scanned_at: `2026-03-10T11:${minute}:00Z`,
    });
    await call('POST', '/scans', [scan('LOAD', '10'), scan('DELIVERED', '20')]);
    await hub.settled();
    await hub.workExceptions();
    const cases = async () =>
      (await call('GET', `/exceptions?shipment_id=${id}`)).body['data'] as {
        kind: string;
        state: string;
      }[];
    expect(await cases()).toMatchObject([{ kind: 'proof_missing', state: 'open' }]);
    await sendProof(hub, key, id, { photo: await aJpeg() });
    await hub.workExceptions();
    expect(await cases()).toMatchObject([{ kind: 'proof_missing', state: 'closed' }]);
  });
});

const sayer = (id: string) => async (said: string, clientId: string) =>
  added((await sendProof(hub, key, id, { fields: { pin: said, id: clientId } })).body)[0];
const wrongOnes = (pin: string, count: number) =>
  ['0000', '0001', '0002', '0003', '0004', '0005'].filter((each) => each !== pin).slice(0, count);

describe('a PIN', () => {
  it('that is right counts, and a wrong one loses nothing else and is reported', async () => {
    const id = await newParcel({ require_proof: ['pin', 'photo'] });
    const pin = await pinOf(id);
    const wrong = pin === '0000' ? '0001' : '0000';
    const first = await sendProof(hub, key, id, { photo: await aJpeg(), fields: { pin: wrong } });
    expect(added(first.body)[0]).toMatchObject({
      kinds: ['photo'],
      missing: ['pin'],
      pin: { outcome: 'wrong', attempts_left: 4 },
    });
    const second = await sendProof(hub, key, id, { fields: { pin } });
    expect(added(second.body)[0]).toMatchObject({ missing: [], pin: { outcome: 'matched' } });
    expect((await deliver(id)).status).toBe(200);
    const everything = [
      (await call('GET', `/shipments/${id}`)).text,
      (await call('GET', '/events?limit=500')).text,
      hub.log(),
    ].join();
    expect(everything).not.toContain(`"${pin}"`);
  });

  it('is not compared after five wrong ones, until it is renewed', async () => {
    const id = await newParcel({ require_proof: ['pin'] });
    const pin = await pinOf(id);
    const wrong = wrongOnes(pin, 5);
    const say = sayer(id);
    for (const [index, each] of wrong.entries()) await say(each, `w${index}`);
    expect((await say(wrong[4] ?? '', 'w4'))?.pin).toEqual({ outcome: 'wrong', attempts_left: 0 });
    expect((await say(pin, 'right'))?.pin?.outcome).toBe('locked');
    const renewed = await pinOf(id);
    expect((await say(renewed, 'renewed'))?.pin?.outcome).toBe('matched');
  });

  it('that is wrong counts once, however often it is sent, and again once there is a new PIN', async () => {
    const id = await newParcel({ require_proof: ['pin'] });
    const [one = '', two = ''] = wrongOnes(await pinOf(id), 2);
    const say = sayer(id);
    const left = async (said: string, clientId: string) =>
      (await say(said, clientId))?.pin?.attempts_left;
    expect(await left(one, 'tried')).toBe(4);
    expect(await left(`${one.slice(0, 2)} ${one.slice(2)}`, 'handed-in')).toBe(4);
    expect(await left(two, 'another')).toBe(3);
    expect(await left(one, 'once-more')).toBe(3);
    const renewed = await pinOf(id);
    const isWrongAgain = renewed !== one;
    if (isWrongAgain) expect(await left(one, 'after')).toBe(4);
  });

  it('of one parcel opens another for the same door, and no other door', async () => {
    const recipient = { name: 'A. Example' };
    const [one, two, far] = [
      await newParcel({ recipient, require_proof: ['pin'] }),
      await newParcel({ recipient, require_proof: ['pin'] }),
      await newParcel({
        recipient,
        require_proof: ['pin'],
        destination: { ...DESTINATION, line1: 'Elsewhere 9' },
      }),
    ];
    const pin = await pinOf(one);
    const sent = await sendProof(hub, key, one, {
      fields: { pin, shipment_ids: `${two},${far}` },
    });
    const outcomes = added(sent.body).map((each) => each.pin?.outcome);
    expect(outcomes.slice(0, 2)).toEqual(['matched', 'matched']);
    const isSameByChance = (await pinOf(far)) === pin;
    if (!isSameByChance) expect(outcomes[2]).toBe('wrong');
  });
});

describe('a proof document', () => {
  it('is a PDF in the recipient’s language, or the requested one', async () => {
    const id = await newParcel({ recipient: { name: 'Łukasz Müller', locale: 'de-AT' } });
    const none = await call('GET', `/shipments/${id}/proof.pdf`);
    expect([none.status, none.text.includes('missing')]).toEqual([404, true]);
    await sendProof(hub, key, id, {
      photo: [await aJpeg(400, 300), await aPng(50, 50)],
      signature: SIGNED,
      fields: { received_by: 'Łukasz Müller', lat: '53.5511', lng: '9.9957' },
    });
    const proofDocument = async (query: string) => {
      const answer = await download(`/v1/shipments/${id}/proof.pdf${query}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/pdf');
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="proof-WB/);
      return Buffer.from(await answer.arrayBuffer()).toString('latin1');
    };
    const own = await proofDocument('');
    expect(own.startsWith('%PDF-')).toBe(true);
    expect(own.trimEnd().endsWith('%%EOF')).toBe(true);
    expect(own).toContain('/Lang (de)');
    expect(own.match(/\/Subtype \/Image/g)?.length).toBe(2);
    expect(await proofDocument('?language=fr')).toContain('/Lang (fr)');
    expect((await call('GET', `/shipments/${id}/proof.pdf?language=xx`)).status).toBe(422);
    expect((await other('GET', `/shipments/${id}/proof.pdf`)).status).toBe(404);
  });
});

it('asks the client to retry while a file cannot be stored or read, and leaves nothing behind', async () => {
  const id = await newParcel();
  const before = blobFiles();
  const { put } = hub.blobs;
  let puts = 0;
  const away = vi.spyOn(hub.blobs, 'put').mockImplementation(async (bytes) => {
    puts += 1;
    if (puts === 2) throw new ObjectStoreUnavailable('s3://bucket/: cut off');
    return put(bytes);
  });
  const parts = { photo: await aJpeg(), signature: SIGNED };
  const refused = await fetch(`${hub.url}/v1/shipments/${id}/proof`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: proofForm(parts),
  });
  away.mockRestore();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await refused.text()).not.toContain('bucket');
  expect([puts, blobFiles()]).toEqual([2, before]);
  expect((await sendProof(hub, key, id, parts)).status).toBe(201);
  const { files = [] } = (await listed(id)).proofs[0] ?? {};
  const lost = vi.spyOn(hub.blobs, 'get').mockResolvedValue(null);
  const unread = await download(files[0]?.url ?? '');
  lost.mockRestore();
  expect([unread.status, unread.headers.get('retry-after')]).toEqual([503, '5']);
});

describe('an Idempotency-Key', () => {
  it('repeats the answer to the same form, and rejects a different one', async () => {
    const id = await newParcel();
    const send = async (photo: Uint8Array) => {
      const answer = await fetch(`${hub.url}/v1/shipments/${id}/proof`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'idempotency-key': `proof-of-${id}` },
        body: proofForm({ photo }),
      });
      return [answer.status, answer.headers.get('idempotent-replayed'), await answer.text()];
    };
    const photo = await aJpeg();
    const first = await send(photo);
    expect(first[0]).toBe(201);
    expect(await send(photo)).toEqual([201, 'true', first[2]]);
    expect(await send(await aPng())).toEqual([
      ...[409, null, expect.stringContaining('idempotency_conflict')],
    ]);
    expect((await listed(id)).proofs).toHaveLength(1);
  });
});

describe('a courier', () => {
  let phone: string;
  let courierId: string;
  beforeAll(async () => {
    const made = await call('POST', '/couriers', { name: 'Ada', vehicle: 'van' });
    courierId = String(made.body['id']);
    const offered = await call('POST', `/couriers/${courierId}/enrolments`);
    const enrolled = await callerOf(hub, null)('POST', '/driver/enrol', {
      code: offered.body['code'],
      device: { name: 'Pixel' },
    });
    phone = String(enrolled.body['device_key']);
  });

  /** Has the effect of a scan at the van. */
  async function load(id: string): Promise<void> {
    await hub.db.pipeline.query(
      `insert into courier_parcels (id, merchant_id, mode, courier_id, shipment_id,
         tracking_number, stop_id, assigned_at, held_since)
       select gen_random_uuid(), s.merchant_id, s.mode, c.id, s.id, s.tracking_number,
         gen_random_uuid(), now(), now()
       from shipments s join couriers c using (merchant_id, mode) where s.id = $1`,
      [id],
    );
  }

  const prove = async (fields: Record<string, string>, by = phone, headers = {}) => {
    const answer = await fetch(`${hub.url}/v1/driver/proofs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${by}`, ...headers },
      body: proofForm({ photo: await aJpeg(), fields }),
    });
    const text = await answer.text();
    return { status: answer.status, text, body: JSON.parse(text) as Record<string, unknown> };
  };

  it('can add proof for parcels in the courier’s custody, and no others', async () => {
    const [mine, not] = [await newParcel({ require_proof: ['photo'] }), await newParcel()];
    await load(mine);
    const both = await prove({ shipment_ids: `${mine},${not}`, id: 'd-1' });
    expect([both.status, both.text.includes('Scan the parcel in first')]).toEqual([409, true]);
    const sent = await prove({ shipment_ids: mine, id: 'd-2', at: '2026-03-10T12:29:00Z' }, phone, {
      'waybill-sent-at': '2026-03-10T12:30:00Z',
    });
    expect(sent.status, sent.text).toBe(201);
    expect(added(sent.body)[0]).toMatchObject({ missing: [], kinds: ['photo'] });
    expect((await prove({ shipment_ids: mine, id: 'd-2' })).status).toBe(200);
    const shown = await call('GET', `/shipments/${mine}/proof`);
    expect(shown.text).toContain(`"giver_id":"${courierId}"`);
    // Half an hour fast: it was recorded a minute before it was sent.
    expect(shown.text).toContain('"captured_at":"2026-03-10T11:59:00.000Z"');
    expect((await prove({ id: 'd-3' })).status).toBe(422);
  });

  it('whose phone was revoked, or who has none, can add none', async () => {
    const id = await newParcel();
    await load(id);
    expect((await prove({ shipment_ids: id }, 'wbd_made_up')).status).toBe(401);
    expect((await prove({ shipment_ids: id }, key)).status).toBe(401);
    const devices = await call('GET', `/couriers/${courierId}/devices`);
    const [device] = devices.body['data'] as { id: string }[];
    await call('DELETE', `/couriers/${courierId}/devices/${device?.id}`);
    const refused = await prove({ shipment_ids: id });
    expect([refused.status, (await listed(id)).proofs.length]).toEqual([401, 0]);
  });
});

describe('access to a proof', () => {
  it('is limited to its merchant, in its mode', async () => {
    const id = await newParcel();
    await sendProof(hub, key, id, { photo: await aJpeg() });
    const url = (await listed(id)).proofs[0]?.files[0]?.url ?? '';
    for (const stranger of [other, live]) {
      expect((await stranger('GET', `/shipments/${id}/proof`)).status).toBe(404);
      expect((await stranger('GET', url.replace('/v1', ''))).status).toBe(404);
      expect((await stranger('POST', `/shipments/${id}/pin`)).status).toBe(404);
    }
    const strangersKey = (await hub.newKey({ merchant: 'third', scopes: ['admin'] })).text;
    const sent = await sendProof(hub, strangersKey, id, { photo: await aJpeg() });
    expect(sent.status).toBe(404);
    const reader = (await hub.newKey({ scopes: ['shipments:read'] })).text;
    expect((await sendProof(hub, reader, id, { photo: await aJpeg() })).status).toBe(403);
    expect((await fetch(`${hub.url}${url}`)).status).toBe(401);
  });
});

describe('erasure', () => {
  it('of a shipment erases its proofs and their bytes', async () => {
    const id = await newParcel({ require_proof: ['pin'] });
    const before = blobFiles();
    await sendProof(hub, key, id, {
      photo: await aJpeg(),
      signature: SIGNED,
      fields: { pin: '1' },
    });
    expect(blobFiles()).toBe(before + 2);
    const url = (await listed(id)).proofs[0]?.files[0]?.url ?? '';
    expect((await call('DELETE', `/shipments/${id}`)).status).toBe(204);
    expect((await download(url)).status).toBe(404);
    await sweepErasedProofs(hub.db.pipeline, hub.blobs, 100);
    expect(blobFiles()).toBe(before);
    const { rows } = await hub.db.pipeline.query(
      `select 1 from delivery_proofs where shipment_id = $1
       union all select 1 from pin_failures where shipment_id = $1`,
      [id],
    );
    expect(rows).toHaveLength(0);
    expect((await sendProof(hub, key, id, { photo: await aJpeg() })).status).toBe(404);
  });

  it('by age deletes pictures, names and places, and keeps the fact that there was proof', async () => {
    const id = await newParcel({ require_proof: ['photo'] });
    const files = blobFiles();
    await sendProof(hub, key, id, { photo: await aJpeg(), fields: { received_by: 'A. Example' } });
    expect(blobFiles()).toBe(files + 1);
    const later = hub.clock.nowMs() + 1;
    await eraseProofsBefore(hub.db.pipeline, later, 100);
    await eraseDeliveryProofsBefore(hub.db.pipeline, later, 100);
    const { missing, proofs } = await listed(id);
    expect(missing).toEqual([]);
    expect(proofs[0]).toMatchObject({ erased: true, received_by: null, files: [] });
    // All proofs sent before are older still.
    await sweepErasedProofs(hub.db.pipeline, hub.blobs, 1_000);
    expect(blobFiles()).toBeLessThanOrEqual(files);
  });
});
