import type { AdapterManifest } from 'waybill/adapter';

const GUIDES = 'https://developer-docs.amazon.com';

export const manifest: AdapterManifest = {
  name: 'amazon-shipping',
  displayName: 'Amazon Shipping',
  capabilities: ['pull'],
  limits: {
    batchMax: 1,
    callsPerSecond: 5,
    callsPerHour: null,
    callsPerDay: null,
    source:
      'The newer copy of the API document states 5 requests per second for getTracking; the model ' +
      'of 2026-08-05 states 80, with bursts of 100. The lower figure is used.',
  },
  matchKeys: ['event', 'leg'],
  matchOrder: [['event', 'leg'], ['event']],
  codeKinds: { event: [{ key: 'event' }] },
  codeShown: ['event'],
  zonePolicy: 'Every event has its time in UTC (ISO 8601 with Z), whatever its place.',
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: [],
  push: null,
  retention: {
    deleteDaysAfterDelivery: null,
    note:
      "The Selling Partner API's Data Protection Policy has terms for personal data, which is not " +
      'read here. No term on storing tracking events was found in the public pages of the API.',
  },
  publicTrackingUrl: null,
  docs: [
    {
      title: 'Amazon Shipping API v2 (model)',
      url: 'https://github.com/amzn/selling-partner-api-models/blob/34dc93fe45f37c9a0b2e56823c808f68b4f81754/models/shipping-api-model/shippingV2.json',
      readOn: '2026-11-28',
    },
    {
      title: 'Amazon Shipping APIs v2 (newer copy)',
      url: 'https://github.com/karrioapi/community/blob/5522868b13752fe009b9c4c911c1ef4218f297d2/plugins/amazon_shipping/vendor/openapi.yaml',
      readOn: '2026-11-28',
    },
    {
      title: 'Connecting to the Selling Partner API',
      url: `${GUIDES}/amazon-shipping/docs/connecting-to-the-selling-partner-api`,
      readOn: '2026-11-28',
    },
  ],
};
