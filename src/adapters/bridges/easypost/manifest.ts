import type { AdapterManifest } from '../../sdk.ts';

export const manifest: AdapterManifest = {
  name: 'easypost',
  displayName: 'EasyPost',
  role: 'bridge',
  capabilities: ['pull', 'push'],
  limits: {
    batchMax: 50,
    callsPerSecond: 5,
    callsPerHour: null,
    callsPerDay: null,
    source:
      'Rate Limiting and Backoff Guide: five requests a second for lists; other calls are limited by ' +
      'load. No maximum of a batch of trackers was found; 50 is our own.',
  },
  matchKeys: ['status', 'status_detail', 'carrier_code'],
  matchOrder: [
    ['status', 'status_detail', 'carrier_code'],
    ['status', 'status_detail'],
    ['status'],
    ['status_detail'],
  ],
  categoryKeys: ['status'],
  codeKinds: {
    status: [{ key: 'status' }],
    status_detail: [
      { key: 'status_detail' },
      { key: 'status_detail', with: { status: 'in_transit' } },
    ],
  },
  codeShown: ['status_detail', 'status'],
  zonePolicy:
    'UTC where the event has a postal code, or a city with a state or country. Otherwise the zone is ' +
    'unknown, although the time ends in Z.',
  pullsFullHistory: false,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: ['updated_at'],
  push: {
    trust: 'signed',
    secretHeaders: [],
    header: 'x-hmac-signature',
    headerConfigurable: false,
    replayWindowS: null,
  },
  retention: {
    deleteDaysAfterDelivery: null,
    note:
      'No term on storing tracking data was found in the pages about trackers, webhooks and rate ' +
      'limits (read 2026-11-28).',
  },
  publicTrackingUrl: null,
  docs: [
    {
      title: 'Tracker',
      url: 'https://docs.easypost.com/docs/trackers',
      readOn: '2026-11-28',
    },
    {
      title: 'Understanding Trackers (what the statuses mean)',
      url: 'https://support.easypost.com/hc/en-us/articles/360044353091-Understanding-Trackers',
      readOn: '2026-11-28',
    },
    {
      title: 'Failed deliveries, second attempts, final details',
      url: 'https://www.easypost.com/how-do-you-handle-failed-deliveries-second-attempts-final-details',
      readOn: '2026-11-28',
    },
    {
      title: 'Official client: statuses, calls and the signature of webhooks (@easypost/api 8.9.0)',
      url: 'https://www.npmjs.com/package/@easypost/api',
      readOn: '2026-11-28',
    },
    {
      title: 'Recorded answers of the service (commit ac2a7329)',
      url: 'https://github.com/EasyPost/easypost-node/tree/ac2a73296fe0ca520a90f007942935be4d210e6b/test/cassettes',
      readOn: '2026-11-28',
    },
    {
      title: 'Rate Limiting and Backoff Guide',
      url: 'https://docs.easypost.com/guides/rate-limiting-guide',
      readOn: '2026-11-28',
    },
  ],
};
