import type { AdapterManifest } from 'waybill/adapter';

const STATUSES =
  'https://developers.auspost.com.au/content/apis/shipping-and-tracking/reference-statuses.html';
const COPY =
  'https://github.com/righttang/auspost-shipping-and-tracking-api-sdk-nodejs/blob/3c1f70516550d6755a074911d251717cd70011be/docs/13-track-items.md';

export const manifest: AdapterManifest = {
  name: 'australia-post',
  displayName: 'Australia Post',
  capabilities: ['pull'],
  limits: {
    batchMax: 1,
    callsPerSecond: null,
    callsPerHour: null,
    callsPerDay: null,
    burst: { calls: 10, perS: 60 },
    source: '"Track Items": ten requests per minute, as a client copied the page of the carrier.',
  },
  matchKeys: ['status'],
  matchOrder: [['status']],
  codeKinds: { status: [{ key: 'status' }] },
  codeShown: ['status'],
  zonePolicy:
    'ISO 8601 with an offset, which is that of Australia in samples, also for scans abroad; their ' +
    'order and hours show that the instants are right.',
  pullsFullHistory: false,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: [],
  push: null,
  retention: {
    deleteDaysAfterDelivery: null,
    note:
      'The pages listed here contain no terms on storing tracking data (read 2026-11-28); the ' +
      'contract with the customer was not read.',
  },
  publicTrackingUrl: 'https://auspost.com.au/mypost/track/details/{number}',
  docs: [
    { title: 'Shipping and Tracking: statuses', url: STATUSES, readOn: '2026-11-28' },
    { title: 'Track Items, a copy of the page', url: COPY, readOn: '2026-11-28' },
  ],
};
