import type { AdapterManifest } from '../../sdk.ts';
import { REPLAY_WINDOW_S, SIGNATURE_HEADER } from './webhook.ts';

export const manifest: AdapterManifest = {
  name: 'trackingmore',
  displayName: 'TrackingMore',
  role: 'bridge',
  capabilities: ['push', 'pull'],
  limits: {
    batchMax: 40,
    callsPerSecond: 3,
    callsPerHour: null,
    callsPerDay: null,
    source:
      'Response codes of the SDK: 40 shipments in a call (4103). "Real-time API": 3 calls a second ' +
      'when creating, and after a 429 no call for 120 s; taken for all calls.',
  },
  matchKeys: ['substatus', 'status', 'raw'],
  matchOrder: [['substatus'], ['status']],
  categoryKeys: ['status'],
  codeKinds: { substatus: [{ key: 'substatus' }], status: [{ key: 'status' }] },
  codeShown: ['substatus', 'status'],
  zonePolicy:
    'checkpoint_date is the carrier’s local time without a zone. An offset is used where there is ' +
    'one, but not UTC, which is also written where the zone is unknown; then the place decides.',
  pullsFullHistory: false,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: ['update_at', 'update_date', 'transit_time'],
  push: {
    trust: 'secret',
    secretHeaders: [SIGNATURE_HEADER],
    header: SIGNATURE_HEADER,
    headerConfigurable: true,
    replayWindowS: REPLAY_WINDOW_S,
  },
  retention: {
    deleteDaysAfterDelivery: null,
    note: 'No term on storing tracking data was found in the documents below (read 2026-11-28).',
  },
  publicTrackingUrl: 'https://www.trackingmore.com/track/en/{number}',
  docs: [
    {
      title: 'SDK for Node.js 1.0.8, with endpoints and response codes',
      url: 'https://github.com/TrackingMore-API/trackingmore-sdk-nodejs',
      readOn: '2026-11-28',
    },
    {
      title: '9 Main Statuses & Sub-Statuses of Shipments',
      url: 'https://support.trackingmore.com/en/article/9-main-statuses-sub-statuses-of-shipments-in-trackingmore-tlkfjm/',
      readOn: '2026-11-28',
    },
    {
      title: 'Tracking Webhook',
      url: 'https://github.com/clooney/fedex-tracking-api/blob/cc8524adb6a65e49da18dc0a842258e9bfbe8e10/webhook.md',
      readOn: '2026-11-28',
    },
    {
      title: 'TrackingMore Real-time API',
      url: 'https://support.trackingmore.com/en/article/trackingmore-real-time-api-1o2xa32/',
      readOn: '2026-11-28',
    },
  ],
};
