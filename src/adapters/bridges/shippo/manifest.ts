import type { AdapterManifest } from '../../sdk.ts';
import { HEADER, REPLAY_WINDOW_S } from './webhook.ts';

const DOCS = 'https://docs.goshippo.com';
const READ_ON = '2026-11-28';

export const manifest: AdapterManifest = {
  name: 'shippo',
  displayName: 'Shippo',
  role: 'bridge',
  capabilities: ['pull', 'push'],
  limits: {
    batchMax: 1,
    callsPerSecond: null,
    callsPerHour: 30_000,
    callsPerDay: null,
    burst: { calls: 500, perS: 60 },
    source:
      'Rate limits, Tracking: 500 GETs and 750 POSTs a minute with a live token, 50 of each with a test ' +
      'token. The hub uses one pace for both. No hourly limit is documented; 30,000 is 60 such minutes.',
  },
  matchKeys: ['status', 'substatus'],
  matchOrder: [['status', 'substatus'], ['status']],
  categoryKeys: ['status'],
  codeKinds: {
    status: [{ key: 'status' }],
    ...Object.fromEntries(
      ['PRE_TRANSIT', 'TRANSIT', 'DELIVERED', 'RETURNED', 'FAILURE', 'UNKNOWN'].map((status) => [
        `substatus of ${status}`,
        [{ key: 'substatus', with: { status } }],
      ]),
    ),
  },
  codeShown: ['substatus', 'status'],
  zonePolicy:
    'Times of events are "displayed in UTC" (client shippo 2.18.0, TrackingStatus.statusDate), some ' +
    'of them without a Z.',
  pullsFullHistory: false,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: [],
  push: {
    trust: 'signed',
    secretHeaders: [],
    header: HEADER,
    headerConfigurable: false,
    replayWindowS: REPLAY_WINDOW_S,
  },
  retention: {
    deleteDaysAfterDelivery: null,
    note: 'The pages listed here contain no term on storing tracking data (read 2026-11-28).',
  },
  publicTrackingUrl: null,
  docs: [
    { title: 'Tracking', url: `${DOCS}/docs/tracking/tracking/`, readOn: READ_ON },
    { title: 'Webhooks', url: `${DOCS}/docs/tracking/webhooks`, readOn: READ_ON },
    { title: 'Webhook security', url: `${DOCS}/tracking/webhook-security`, readOn: READ_ON },
    { title: 'Rate limits', url: `${DOCS}/docs/API_Concepts/RateLimits.md`, readOn: READ_ON },
    {
      title: 'Official client: calls and the shape of answers (shippo 2.18.0)',
      url: 'https://www.npmjs.com/package/shippo',
      readOn: READ_ON,
    },
  ],
};
