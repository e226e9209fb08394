import type { AdapterManifest } from '../../sdk.ts';
import { HEADER, REPLAY_WINDOW_S } from './webhook.ts';

const DOCS = 'https://docs.shipstation.com/apis';
const READ_ON = '2026-11-28';

export const manifest: AdapterManifest = {
  name: 'shipengine',
  displayName: 'ShipEngine',
  role: 'bridge',
  capabilities: ['pull', 'push'],
  limits: {
    batchMax: 1,
    callsPerSecond: null,
    callsPerHour: 12_000,
    callsPerDay: null,
    burst: { calls: 200, perS: 60 },
    source:
      'Usage & Rate Limits: 200 requests a minute by default (20 with a key of the sandbox), and a 429 ' +
      'with Retry-After beyond. No hourly limit is documented; 12,000 is 60 such minutes.',
  },
  matchKeys: ['status', 'detail', 'event'],
  matchOrder: [['status', 'detail'], ['detail'], ['status']],
  categoryKeys: ['status'],
  codeKinds: {
    status: [{ key: 'status' }],
    detail: [{ key: 'detail' }],
    'detail of DE': [{ key: 'detail', with: { status: 'DE' } }],
  },
  codeShown: ['detail', 'status'],
  zonePolicy:
    'Each event has a time in UTC (occurred_at) and the local one (carrier_occurred_at), whose ' +
    'difference is the offset. If both are the same, the service knows no zone and the place decides.',
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
    { title: 'Track a Package', url: `${DOCS}/shipengine/docs/tracking/tracking`, readOn: READ_ON },
    {
      title: 'Start Tracking Updates',
      url: `${DOCS}/shipengine/docs/reference/start-tracking`,
      readOn: READ_ON,
    },
    {
      title: 'Stop Tracking Updates',
      url: `${DOCS}/shipengine/docs/reference/stop-tracking`,
      readOn: READ_ON,
    },
    {
      title: 'Usage & Rate Limits',
      url: `${DOCS}/shipengine/docs/guides/rate-limits`,
      readOn: READ_ON,
    },
    {
      title: 'Webhook Validation',
      url: `${DOCS}/docs/guides/webhooks-validation`,
      readOn: READ_ON,
    },
    {
      title: 'Webhook Payload Schemas',
      url: `${DOCS}/docs/guides/webhooks-schemas`,
      readOn: READ_ON,
    },
    {
      title: 'Statuses, as carriers report them to the service (connect-carrier-api 4.16.6)',
      url: 'https://app.unpkg.com/@shipengine/connect-carrier-api@4.16.6/files/lib/models/tracking/standardized-status-codes.js',
      readOn: READ_ON,
    },
    {
      title: 'Details of statuses, in a client of the API (shipstation-node 1.5.6)',
      url: 'https://www.npmjs.com/package/shipstation-node',
      readOn: READ_ON,
    },
    {
      title: 'Official client: calls and errors (shipengine 1.0.7)',
      url: 'https://www.npmjs.com/package/shipengine',
      readOn: READ_ON,
    },
  ],
};
