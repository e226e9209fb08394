import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadAdapters } from '../../adapters/index.ts';
import { compileMapping } from '../mapping/mapping.ts';
import type { Mapping } from '../mapping/rule.ts';
import { type Reading, readFact } from '../read-fact.ts';

const adapters = await loadAdapters();
const mappings = new Map(
  adapters
    .list()
    .filter(({ manifest }) => manifest.role === 'bridge')
    .map(({ manifest }) => [manifest.name, mappingOf(manifest.name)]),
);

function mappingOf(name: string): Mapping {
  const manifest = adapters.get(name)?.manifest;
  const file = fileURLToPath(
    new URL(`../../../config/carrier-mappings/${name}.yaml`, import.meta.url),
  );
  if (manifest === undefined) throw new Error(`no adapter for ${name}`);
  const outcome = compileMapping(readFileSync(file, 'utf8'), file, manifest);
  if (!outcome.ok) throw new Error(`${name}.yaml does not compile`);
  return outcome.mapping;
}

function read(bridge: string, codes: Readonly<Record<string, string>>): Reading {
  const mapping = mappings.get(bridge);
  if (mapping === undefined) throw new Error(`no bridge ${bridge}`);
  return readFact(mapping, { codes, logical: false });
}

type Codes = Readonly<Record<string, string>>;

/** What the services describe alike, each in its own code, and how the hub reads it. */
const MEANINGS: readonly (readonly [string, Partial<Reading>, Readonly<Record<string, Codes>>])[] =
  [
    [
      'only data so far',
      { status: 'created', milestone: 'label_created', logical: true },
      {
        easypost: { status: 'pre_transit', status_detail: 'status_update' },
        aftership: { tag: 'InfoReceived', subtag: 'InfoReceived_001' },
        '17track': { sub_status: 'InfoReceived' },
        shipengine: { status: 'AC', detail: 'ELEC_ADVICE_RECD_BY_CARRIER' },
        shippo: { status: 'PRE_TRANSIT' },
        trackingmore: { substatus: 'inforeceived001' },
      },
    ],
    [
      'no update for long',
      { status: 'none', reason: null, logical: true },
      {
        aftership: { tag: 'Expired', subtag: 'Expired_001' },
        '17track': { sub_status: 'Expired_Other' },
        trackingmore: { status: 'expired', substatus: 'expired001' },
      },
    ],
    [
      'a call to the customer before the delivery',
      { status: 'none', reason: 'contacted', logical: true },
      {
        aftership: { tag: 'OutForDelivery', subtag: 'OutForDelivery_003' },
        trackingmore: { status: 'pickup', substatus: 'pickup003' },
      },
    ],
    [
      'waiting to be collected',
      { status: 'available_for_pickup', milestone: 'at_pickup_point' },
      {
        easypost: { status: 'delivered', status_detail: 'arrived_at_pickup_location' },
        aftership: { tag: 'AvailableForPickup', subtag: 'AvailableForPickup_001' },
        '17track': { sub_status: 'AvailableForPickup_Other' },
        shipengine: { status: 'DE', detail: 'DELIVERED_TO_LOCKER_COLLECTION_POINT' },
        shippo: { status: 'TRANSIT', substatus: 'pickup_available' },
        trackingmore: { status: 'pickup', substatus: 'pickup002' },
      },
    ],
    [
      'collected by the recipient',
      { status: 'delivered', reason: 'picked_up_by_recipient', milestone: 'collected' },
      {
        aftership: { tag: 'Delivered', subtag: 'Delivered_002' },
        shipengine: { status: 'DE', detail: 'PARCEL_COLLECTED_FROM_PICKUP_POINT' },
        trackingmore: { status: 'delivered', substatus: 'delivered002' },
      },
    ],
    [
      'left with a neighbour',
      { status: 'delivered', reason: 'neighbour', milestone: 'left_with_neighbour' },
      {
        aftership: { tag: 'Delivered', subtag: 'Delivered_005' },
        shipengine: { status: 'DE', detail: 'DELIVERED_TO_NEIGHBOUR' },
      },
    ],
    [
      'a failed delivery of which no more is said',
      { status: 'exception', reason: null },
      {
        easypost: { status: 'failure' },
        aftership: { tag: 'Exception', subtag: 'Exception_001' },
        '17track': { sub_status: 'Exception_Other' },
        shipengine: { status: 'EX' },
        shippo: { status: 'FAILURE' },
        trackingmore: { status: 'exception', substatus: 'exception005' },
      },
    ],
    [
      'cancelled, which is no scan',
      { status: 'cancelled', logical: true },
      {
        easypost: { status: 'cancelled', status_detail: 'cancelled' },
        aftership: { tag: 'Exception', subtag: 'Exception_020' },
        '17track': { sub_status: 'Exception_Cancel' },
        shipengine: { status: 'EX', detail: 'CANCELLED' },
        trackingmore: { status: 'exception', substatus: 'exception008' },
      },
    ],
    [
      'disposed of',
      { status: 'exception', reason: 'disposed' },
      {
        aftership: { tag: 'Exception', subtag: 'Exception_021' },
        '17track': { sub_status: 'Exception_Destroyed' },
        shipengine: { status: 'EX', detail: 'PARCEL_DISPOSED' },
        shippo: { status: 'FAILURE', substatus: 'package_disposed' },
      },
    ],
    [
      'on the way back',
      { status: 'returning' },
      {
        easypost: { status: 'failure', status_detail: 'return' },
        aftership: { tag: 'Exception', subtag: 'Exception_010' },
        '17track': { sub_status: 'Exception_Returning' },
        shipengine: { status: 'EX', detail: 'RETURN_TO_SENDER' },
        shippo: { status: 'RETURNED', substatus: 'return_to_sender' },
        trackingmore: { status: 'exception', substatus: 'exception011' },
      },
    ],
  ];

describe('the mappings of the bridges', () => {
  it.each(MEANINGS)('read “%s” alike', (_, reading, codesOf) => {
    for (const [bridge, codes] of Object.entries(codesOf)) {
      expect(read(bridge, codes), `${bridge} ${JSON.stringify(codes)}`).toMatchObject(reading);
    }
  });

  it('end a parcel only with a code that is an ending at the service', () => {
    const endings = [...mappings].flatMap(([bridge, { rules }]) =>
      rules
        .filter(({ status }) => status === 'returned_to_sender' || status === 'cancelled')
        .map(({ match }) => `${bridge} ${Object.values(match).join(' ')}`),
    );
    expect(endings.sort()).toEqual([
      '17track Exception_Cancel',
      '17track Exception_Returned',
      '17track Returned',
      'aftership Exception_011',
      'aftership Exception_020',
      'easypost cancelled',
      'shipengine CANCELLED',
      'shipengine CANCELLED_BEFORE_DESPATCH',
      'trackingmore exception008',
      'trackingmore exception010',
    ]);
  });
});
