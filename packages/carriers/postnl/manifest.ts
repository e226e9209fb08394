import type { AdapterManifest } from 'waybill/adapter';

const SPEC =
  'https://github.com/maarten-brijker-postnl/apimatic-testbuild-v1/blob/17dc7a8eb000415f3b886db8ce2ec7e68c3b6fb4';

export const manifest: AdapterManifest = {
  name: 'postnl',
  displayName: 'PostNL',
  capabilities: ['pull'],
  limits: {
    batchMax: 1,
    callsPerSecond: null,
    callsPerHour: null,
    callsPerDay: null,
    burst: { calls: 1_000, perS: 60 },
    source:
      '"At what frequency can I call the APIs": 1,000 calls a minute for each key in production ' +
      'and 15 in the sandbox, for most services. The page of the service asks for calls "in useful ' +
      'intervals, and for relevant shipments only".',
  },
  matchKeys: ['event', 'status'],
  matchOrder: [['event'], ['status']],
  categoryKeys: ['status'],
  codeKinds: { event: [{ key: 'event' }], status: [{ key: 'status' }] },
  codeShown: ['event', 'status'],
  zonePolicy:
    'Local time without a zone (dd-MM-yyyy HH:mm:ss), and none is documented. If all addresses of ' +
    'the parcel are in countries with the same offset, that offset applies; otherwise the zone is ' +
    'unknown.',
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: 90 },
  corrections: [],
  returnCancelled: [],
  volatileFields: [],
  push: null,
  retention: {
    deleteDaysAfterDelivery: null,
    note:
      'No terms on storing tracking data were found on the pages of developer.postnl.nl about the ' +
      'service and the APIs in general (read 2026-11-28); the contract with the customer was not read.',
  },
  publicTrackingUrl: null,
  docs: [
    {
      title: 'ShippingStatus API V2 (OpenAPI)',
      url: `${SPEC}/spec/ShippingStatus/ShippingStatus.json`,
      readOn: '2026-11-28',
    },
    {
      title: 'T & T Status Codes',
      url: `${SPEC}/content/reference%20data/TTStatusCodes.md`,
      readOn: '2026-11-28',
    },
    {
      title: 'Why use the Shipping status API',
      url: 'https://developer.postnl.nl/api-overview/send-and-track/shippingstatus-webservice',
      readOn: '2026-11-28',
    },
    {
      title: "At what frequency can I call the API's?",
      url: 'https://developer.postnl.nl/support/api-general/at-what-frequency-can-i-call-the-apis/',
      readOn: '2026-11-28',
    },
  ],
};
