import type { AdapterManifest, CodeKind } from '../contract/contract.ts';
import { NUMBERS_MAX } from './subscribe.ts';
import { DEFAULT_HEADER } from './webhook.ts';

const READ_ON = '2026-11-20';
const READ_LATER_ON = '2026-11-21';

/** Facts about the carrier; unverified ones are marked where a person will read it. */
export const manifest: AdapterManifest = {
  name: 'dhl',
  displayName: 'DHL',
  capabilities: ['push', 'pull', 'proof_of_delivery', 'pickup_points'],
  limits: {
    batchMax: 1,
    callsPerSecond: 0.2,
    callsPerHour: null,
    callsPerDay: 250,
    burst: { calls: 1, perS: 5 },
    dayEnds: 'midnight_utc',
    source:
      'Shipment Tracking – Unified: 250 calls a day, one in 5 s, one number per call; the day ends ' +
      'at midnight GMT (developer.dhl.com). Other DHL APIs differ; MyDHL’s quota is not public.',
  },
  matchKeys: ['ice_ric', 'service', 'status', 'text', 'statusCode'],
  // `delivered` is wrong for some services, so the coarse code is matched by service first.
  matchOrder: [
    ['ice_ric'],
    ['service', 'status'],
    ['service', 'text'],
    ['text'],
    ['service', 'statusCode'],
    ['statusCode'],
  ],
  categoryKeys: ['service', 'statusCode'],
  // Not codes of facts: dhl_parcel_de_query_code is the answer to a query (parcel-de-xml.ts), even
  // without a parcel; dhl_parcel_de_recipient_id says who accepted the whole piece, which the
  // event's own reason says, too (DLVRD/SPOUS, FAMLY, NGHBR, OTHER).
  codeKinds: {
    dhl_unified_status_code: [{ key: 'statusCode' }],
    dhl_parcel_de_ice_ric: [{ key: 'ice_ric' }],
    dhl_express_checkpoint: statusOf('express'),
    dhl_express_shipment_level: statusOf('express'),
    dhl_parcel_de_standard_event: statusOf('parcel-de'),
    dhl_ecommerce_event_id: statusOf('ecommerce'),
    dhl_ecommerce_europe_event: statusOf('ecommerce-europe'),
    dhl_ppl_event: statusOf('ecommerce-ppl'),
    dhl_parcel_nl_status: statusOf('parcel-nl'),
    dhl_parcel_pl_status: statusOf('parcel-pl'),
    dhl_svb_status: statusOf('svb'),
    dhl_dgf_status: statusOf('dgf'),
    dhl_freight_event: statusOf('freight'),
  },
  codeShown: ['status', 'ice_ric', 'statusCode', 'text'],
  zonePolicy:
    'By service. An offset takes precedence; parcel-de, svb: Europe/Berlin; parcel-nl: ' +
    'Europe/Amsterdam; parcel-pl: Europe/Warsaw, its Z means local time (unverified); dgf: dates ' +
    'only; eCommerce Americas: the zone of the event; others: the zone of the event’s place ' +
    'where country, state or postal code determine it.',
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: 90 },
  corrections: [],
  returnCancelled: [],
  volatileFields: ['url', 'prevUrl', 'nextUrl', 'firstUrl', 'lastUrl'],
  push: {
    trust: 'secret',
    secretHeaders: [DEFAULT_HEADER],
    header: DEFAULT_HEADER,
    headerConfigurable: true,
    replayWindowS: null,
    // How long a subscription lasts is not published; the answer or the push may say it.
    subscription: { scope: 'number', numbersPerCall: NUMBERS_MAX, lifetimeS: null },
  },
  retention: {
    deleteDaysAfterDelivery: 30,
    note:
      'Terms of Shipment Tracking – Unified: delete tracking data 30 days after delivery unless ' +
      'agreed otherwise, show "Delivered by Deutsche Post DHL Group", pass nothing to third parties.',
  },
  publicTrackingUrl:
    'https://www.dhl.com/global-en/home/tracking/tracking-parcel.html?tracking-id={number}',
  docs: [
    {
      title: 'Shipment Tracking – Unified',
      url: 'https://developer.dhl.com/api-reference/shipment-tracking',
      readOn: READ_ON,
    },
    {
      title: 'Shipment Tracking – Unified Push',
      url: 'https://developer.dhl.com/api-reference/shipment-tracking-unified-push',
      readOn: READ_ON,
    },
    {
      title: 'Location Finder – Unified',
      url: 'https://developer.dhl.com/api-reference/location-finder',
      readOn: READ_ON,
    },
    {
      title: 'MyDHL API (DHL Express)',
      url: 'https://developer.dhl.com/api-reference/dhl-express-mydhl-api',
      readOn: READ_ON,
    },
    {
      title: 'MyDHL API XML (DHL Express)',
      url: 'https://developer.dhl.com/api-reference/dhl-express-xml',
      readOn: READ_LATER_ON,
    },
    {
      title: 'Tracking webhooks, DHL eCommerce Americas',
      url: 'https://developer.dhl.com/api-reference/tracking-webhooks-dhl-ecommerce-americas',
      readOn: READ_ON,
    },
    {
      title: 'DHL eCommerce Asia API',
      url: 'https://api.dhlecommerce.dhl.com/API/docs/v2/overview.html',
      readOn: READ_LATER_ON,
    },
    {
      title: 'DHL Parcel DE Tracking (Post & Parcel Germany)',
      url: 'https://developer.dhl.com/api-reference/dhl-parcel-de-shipment-tracking-post-parcel-germany',
      readOn: READ_LATER_ON,
    },
    {
      title: 'Parcel EU (BE – LU – NL)',
      url: 'https://developer.dhl.com/api-reference/parcel-eu',
      readOn: READ_LATER_ON,
    },
    {
      title: 'DHL24 WebAPI v2, getTrackAndTraceInfo',
      url: 'https://dhl24.com.pl/webapi2/doc/info.html?id=getTrackAndTraceInfo',
      readOn: READ_ON,
    },
  ],
};

/** The kind of a service's codes, which mean something within their service only. */
function statusOf(service: string): readonly CodeKind[] {
  return [{ key: 'status', with: { service } }];
}
