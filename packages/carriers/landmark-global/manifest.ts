import type { AdapterManifest } from 'waybill/adapter';

const COPY =
  'https://github.com/karrioapi/karrio/blob/deea10f8568b2d48c71bbcc11ec11c62cdaf2a6a/modules/connectors/landmark/vendor';

export const manifest: AdapterManifest = {
  name: 'landmark-global',
  displayName: 'Landmark Global',
  capabilities: ['pull'],
  limits: {
    batchMax: 1,
    callsPerSecond: null,
    callsPerHour: null,
    callsPerDay: null,
    burst: { calls: 300, perS: 60 },
    parcelPauseS: 3_600,
    source:
      '"API Specifications": 300 requests a minute for each endpoint and user, and 3,000 within ' +
      'five minutes from one address. "Track API Request" allows one request an hour for each ' +
      'package.',
  },
  matchKeys: ['event'],
  matchOrder: [['event']],
  codeKinds: { event: [{ key: 'event' }] },
  codeShown: ['event'],
  zonePolicy:
    '"Track API Request": all times are in America/Chicago, whatever the place. In samples, scans ' +
    'of partners seem to be in local time.',
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: [],
  push: null,
  retention: {
    deleteDaysAfterDelivery: null,
    note:
      'The documents listed here contain no terms on storing tracking data (read 2026-11-28); the ' +
      'contract with the customer was not read.',
  },
  publicTrackingUrl: 'https://track.landmarkglobal.com/?search={number}',
  docs: [
    {
      title: 'Track API Request (2024-08-15)',
      url: `${COPY}/Track%20API%20Request.pdf`,
      readOn: '2026-11-28',
    },
    {
      title: 'API Errors (2024-06-03)',
      url: `${COPY}/API%20Errors.pdf`,
      readOn: '2026-11-28',
    },
    {
      title: 'API Specifications (2024-06-03)',
      url: `${COPY}/API%20Specifications.pdf`,
      readOn: '2026-11-28',
    },
  ],
};
