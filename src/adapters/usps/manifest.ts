import type { AdapterManifest } from '../contract/contract.ts';
import { LIFE_S } from './subscribe.ts';
import { BATCH_MAX } from './track.ts';
import { HEADER, REPLAY_WINDOW_S } from './webhook.ts';

const READ_ON = '2026-11-20';

/** Facts about the carrier; unverified ones are marked where a person will read it. */
export const manifest: AdapterManifest = {
  name: 'usps',
  displayName: 'USPS',
  capabilities: ['push', 'pull', 'pickup_points'],
  limits: {
    batchMax: BATCH_MAX,
    callsPerSecond: null,
    callsPerHour: 60,
    callsPerDay: null,
    source:
      'about 60 requests per hour and application (USPS/api-examples issue 107, a user’s comment); ' +
      '35 numbers per v3r2 call (one public client quoting the 3.2 spec, unverified)',
  },
  matchKeys: ['text', 'code', 'attribute', 'category'],
  // The category matters for a code without a known meaning.
  matchOrder: [['text'], ['code', 'attribute'], ['code', 'category'], ['code'], ['category']],
  categoryKeys: ['category'],
  // Not a code of facts: usps_error_code is the answer for a number without an update
  // (reading/errors.ts).
  codeKinds: {
    usps_event_text: [{ key: 'text' }],
    usps_event_code: [{ key: 'code' }],
    usps_delivery_attribute_code: [{ key: 'attribute' }],
    usps_status_category: [{ key: 'category' }],
  },
  codeShown: ['code', 'text', 'category'],
  zonePolicy:
    'Local time, with GMTOffset on most scans; without it the zone of ZIP or state, where that ' +
    'is certain. GMTTimestamp is ignored: its date is often the local one.',
  pullsFullHistory: true,
  historyCap: { maxEvents: 99, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: [],
  push: {
    trust: 'signed',
    secretHeaders: [],
    header: HEADER,
    headerConfigurable: false,
    replayWindowS: REPLAY_WINDOW_S,
    // For a Mailer ID. By number, a subscription would cost more calls than polling.
    subscription: { scope: 'account', numbersPerCall: 1, lifetimeS: LIFE_S },
  },
  retention: { deleteDaysAfterDelivery: null, note: 'No term on storing tracking data was found.' },
  publicTrackingUrl: 'https://tools.usps.com/go/TrackConfirmAction?tLabels={number}',
  docs: [
    {
      title: 'Tracking 3.0 and 3.2',
      url: 'https://developers.usps.com/trackingv3',
      readOn: READ_ON,
    },
    {
      title: 'Subscriptions – Tracking',
      url: 'https://developers.usps.com/subscriptions-trackingv3',
      readOn: READ_ON,
    },
    {
      title: 'Locations 3.0',
      url: 'https://developers.usps.com/locationsv3',
      readOn: READ_ON,
    },
    {
      title: 'USPS API examples and error inventory',
      url: 'https://github.com/USPS/api-examples',
      readOn: READ_ON,
    },
  ],
};
