import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PostalCodes } from '../../kernel/places/postal-codes.ts';
import type { Lookup, SoughtAddress } from '../../platform/geocoding/address.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createKeyring, KEY_BYTES } from '../../platform/sealing/sealing.ts';
import { placesOf } from '../../tracking/ports/predictions.ts';
import { deleteShipment, patchShipment, viewShipment } from '../../tracking/ports/shipments.ts';
import { startAcme } from '../../tracking/test-acme.ts';
import type { TestTracking } from '../../tracking/test-tracking.ts';
import { startPlaces } from './places.ts';

const HOUSE = { lat: 47.139, lng: 9.522, precision: 'rooftop' } as const;
/** The number of places whose sealing fails next. */
let unsealed = 0;
const keyring = createKeyring([new Uint8Array(KEY_BYTES).fill(7)], (length) => {
  unsealed -= 1;
  if (unsealed >= 0) throw new Error('cannot be sealed');
  return new Uint8Array(length).fill(3);
});
const postalCodes: PostalCodes = {
  count: 1,
  find: (country, code) => (`${country}${code}` === 'LI9490' ? { lat: 47.14, lng: 9.52 } : null),
};

let hub: TestTracking;
let places: ReturnType<typeof startPlaces>;
let said: Lookup = { kind: 'unknown' };
/** A function that runs while the geocoder is being asked; null: none. */
let meanwhile: (() => Promise<void>) | null = null;
const addresses: SoughtAddress[] = [];
const notified: string[] = [];
beforeAll(async () => {
  hub = await startAcme();
  places = startPlaces({
    tracking: hub.deps,
    keyring,
    recognition: async () => new Uint8Array(32).fill(1),
    ownCarrier: 'acme',
    geocoder: {
      async find(address) {
        addresses.push(address);
        const answer = said;
        const happens = meanwhile;
        meanwhile = null;
        await happens?.();
        return answer;
      },
    },
    postalCodes,
    log: createLog({ level: 'silent' }),
    listener: { on: () => () => {} },
    onUnknown: async (_, shipmentId) => void notified.push(shipmentId),
  });
});
afterEach(() => {
  addresses.length = 0;
  notified.length = 0;
});
afterAll(async () => {
  await places.stop();
  await hub.close();
});

let index = 0;
async function sent(destination: Record<string, unknown> | null) {
  index += 1;
  const trackingNumber = `ACME-P${index}`;
  const personal = { recipient: null, origin: null, destination };
  const { shipment } = await hub.register({ carrier: 'acme', trackingNumber, personal });
  return shipment.id;
}
async function registered(destination: Record<string, unknown> | null) {
  const id = await sent(destination);
  await places.idle();
  return id;
}
const placeOf = async (id: string) => (await placesOf(hub.db.pipeline, keyring, [id])).get(id);
const street = (line1: string) => ({ line1, postal_code: '9490', city: 'Vaduz', country: 'LI' });

describe('where a parcel goes', () => {
  it('is what its merchant says; nobody is asked', async () => {
    const id = await registered({ ...street('Städtle 1'), lat: 47.1, lng: 9.5 });
    expect(await placeOf(id)).toEqual({ lat: 47.1, lng: 9.5, precision: 'rooftop' });
    const nowhere = await registered(null);
    expect(await placeOf(nowhere)).toBeUndefined();
    expect(addresses).toEqual([]);
  });

  it('is asked for once an address, however it is spelled, and without anybody’s name', async () => {
    said = { kind: 'found', place: HOUSE };
    const first = await registered({ ...street('Städtle 49'), name: 'A. Example' });
    const second = await registered(street('STÄDTLE 49.'));
    expect(await placeOf(first)).toEqual(HOUSE);
    expect(await placeOf(second)).toEqual(HOUSE);
    expect(addresses).toHaveLength(1);
    expect(JSON.stringify(addresses)).not.toContain('Example');
    // The place is sealed in the table.
    const { rows } = await hub.db.pipeline.query('select place from shipment_places');
    expect(JSON.stringify(rows)).not.toContain('47.139');
  });

  it('that is not found becomes the middle of its postal code, and is reported until it is corrected', async () => {
    said = { kind: 'unknown' };
    const id = await registered(street('Nowhere 3'));
    expect(await placeOf(id)).toEqual({ lat: 47.14, lng: 9.52, precision: 'postal_code' });
    expect(notified).toEqual([id]);
    expect((await viewShipment(hub.deps, hub.tenant, id))?.unknownAddress).toMatch(
      /^[0-9a-f]{32}$/,
    );
    said = { kind: 'found', place: HOUSE };
    await patchShipment(hub.deps, hub.tenant, id, {
      personal: { destination: street('Somewhere 3') },
    });
    await places.idle();
    expect(notified).toEqual([id, id]);
    expect((await viewShipment(hub.deps, hub.tenant, id))?.unknownAddress).toBeNull();
    expect(await placeOf(id)).toEqual(HOUSE);
  });

  it('is asked for again when the geocoder was away', async () => {
    said = { kind: 'unavailable', detail: 'timeout' };
    const id = await registered(street('Later 5'));
    expect(await placeOf(id)).toMatchObject({ precision: 'postal_code' });
    expect(notified).toEqual([]);
    said = { kind: 'found', place: HOUSE };
    await places.idle();
    expect(addresses).toHaveLength(1);
    hub.clock.advance(61_000);
    await places.idle();
    expect(addresses).toHaveLength(2);
    expect(await placeOf(id)).toEqual(HOUSE);
  });

  it('is known although another’s cannot be written or asked for, and that one’s when its turn comes', async () => {
    said = { kind: 'found', place: HOUSE };
    // Before the first parcel: its place may be looked up before the last one is registered.
    unsealed = 1;
    meanwhile = async () => {
      throw new Error('this one is unlucky');
    };
    const ids: string[] = [];
    for (const lat of [47.3, 47.4])
      ids.push(await sent({ ...street(`Given ${lat}`), lat, lng: 9 }));
    for (const destination of ['Asked 1', 'Asked 2']) ids.push(await sent(street(destination)));
    await places.idle();
    const known = async () => {
      const found = await placesOf(hub.db.pipeline, keyring, ids);
      return ids.map((id) => found.has(id));
    };
    const first = await known();
    expect(first.slice(0, 2)).toEqual([true, true]);
    expect(first.slice(2).sort()).toEqual([false, true]);
    hub.clock.advance(601_000);
    await places.idle();
    expect(await known()).toEqual([true, true, true, true]);
  });

  it('is that of the address as it was mended while the old one was looked up', async () => {
    said = { kind: 'found', place: HOUSE };
    const mended = { ...HOUSE, lat: 47.2 };
    const id = await registered(null);
    let noted: Promise<void> = Promise.resolve();
    meanwhile = async () => {
      said = { kind: 'found', place: mended };
      await patchShipment(hub.deps, hub.tenant, id, {
        personal: { destination: street('New door 9') },
      });
      noted = places.idle();
      let rowCount: number | null = 0;
      while (rowCount === 0) {
        ({ rowCount } = await hub.db.pipeline.query(
          'select from shipment_places where shipment_id = $1 and tries = 0',
          [id],
        ));
      }
    };
    await patchShipment(hub.deps, hub.tenant, id, {
      personal: { destination: street('Old door 9') },
    });
    await places.idle();
    await noted;
    await places.idle();
    expect(await placeOf(id)).toEqual(mended);
    expect(addresses).toHaveLength(2);
  });

  it('goes with the shipment', async () => {
    said = { kind: 'found', place: HOUSE };
    const id = await registered(street('Gone 7'));
    await deleteShipment(hub.deps, hub.tenant, id);
    await places.idle();
    expect(await placeOf(id)).toBeUndefined();
    const { rows } = await hub.db.pipeline.query(
      'select from shipment_places where shipment_id = $1',
      [id],
    );
    expect(rows).toEqual([]);
  });
});
