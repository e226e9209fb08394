import type { AdapterManifest } from '../../sdk.ts';

export const manifest: AdapterManifest = {
  name: 'aftership',
  displayName: 'AfterShip',
  role: 'bridge',
  capabilities: ['pull', 'push'],
  limits: {
    batchMax: 50,
    callsPerSecond: 5,
    callsPerHour: null,
    callsPerDay: null,
    source:
      'Rate limit: 20 calls a second to create trackings, 6 to list them, 5 to delete one; the hub uses ' +
      'one pace for all. Get trackings: up to 50 numbers in a call.',
  },
  matchKeys: ['subtag', 'tag', 'raw_tag'],
  matchOrder: [['subtag', 'raw_tag'], ['subtag'], ['tag']],
  categoryKeys: ['tag'],
  codeKinds: { tag: [{ key: 'tag' }], subtag: [{ key: 'subtag' }] },
  codeShown: ['subtag', 'tag'],
  zonePolicy:
    'The time of the checkpoint as the carrier gives it: a day, or a local time with or without an ' +
    'offset. Without an offset the zone is unknown.',
  pullsFullHistory: false,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: ['tracked_count', 'updated_at'],
  push: {
    trust: 'signed',
    secretHeaders: [],
    header: 'aftership-hmac-sha256',
    headerConfigurable: false,
    replayWindowS: null,
  },
  retention: {
    deleteDaysAfterDelivery: null,
    note:
      'AfterShip itself stores trackings for 120 days (Get trackings). No term for others was found in ' +
      'the pages about trackings and webhooks (read 2026-11-28).',
  },
  publicTrackingUrl: null,
  docs: [
    {
      title: 'Official client: objects, calls and errors (@aftership/tracking-sdk 17.0.0)',
      url: 'https://www.npmjs.com/package/@aftership/tracking-sdk',
      readOn: '2026-11-28',
    },
    {
      title: 'Overview Tracking API 2026-07 (OpenAPI, copy of 2026-08-27)',
      url: 'https://github.com/api-evangelist/aftership/blob/165aa58ca013120dbb0a03485675b3049cc72b89/openapi/aftership-tracking-api-openapi.yml',
      readOn: '2026-11-28',
    },
    {
      title: 'Delivery sub-statuses',
      url: 'https://www.aftership.com/docs/tracking/2026-07/enum/delivery-sub-statuses',
      readOn: '2026-11-28',
    },
    {
      title: 'Learn About Delivery Sub-Status (the newest codes)',
      url: 'https://tracking-helpcenter.aftership.com/en/article/learn-about-delivery-sub-status-1b0hdlx',
      readOn: '2026-11-28',
    },
    {
      title: 'Rate limit',
      url: 'https://www.aftership.com/docs/tracking/2025-01/quickstart/rate-limit',
      readOn: '2026-11-28',
    },
    {
      title: 'Webhook signature',
      url: 'https://www.aftership.com/docs/tracking/webhook/webhook-signature',
      readOn: '2026-11-28',
    },
  ],
};
