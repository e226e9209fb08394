import type { AdapterManifest } from 'waybill/adapter';

const COPY =
  'https://github.com/bring/developer-site/blob/fdc2931398459cd5d95282057f7cd7c963d104cd/content/api';

export const manifest: AdapterManifest = {
  name: 'posten-bring',
  displayName: 'Posten and Bring',
  capabilities: ['pull'],
  limits: {
    batchMax: 1,
    callsPerSecond: 5,
    callsPerHour: null,
    callsPerDay: null,
    source:
      'The page of the Tracking API names no figure: authenticated calls have "less strict" limits, ' +
      'and a 429 says that the limit is exceeded. Five calls a second is our own choice.',
  },
  matchKeys: ['status'],
  matchOrder: [['status']],
  codeKinds: { status: [{ key: 'status' }] },
  codeShown: ['status'],
  zonePolicy: 'The member dateIso is ISO 8601 with an offset, as in all samples.',
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: [],
  push: null,
  retention: {
    deleteDaysAfterDelivery: null,
    note:
      'The pages listed here contain no terms on storing tracking data (read 2026-11-28); the ' +
      'agreement with the customer was not read.',
  },
  publicTrackingUrl: 'https://sporing.posten.no/sporing/{number}',
  docs: [
    { title: 'Tracking API', url: `${COPY}/tracking/index.md`, readOn: '2026-11-28' },
    {
      title: 'Tracking API, change of 2024-05-13 (no calls without authentication)',
      url: `${COPY}/revision-history/tracking/2024-05-13.md`,
      readOn: '2026-11-28',
    },
    { title: 'Getting started (headers)', url: `${COPY}/_index.html`, readOn: '2026-11-28' },
    { title: 'Testing (test numbers)', url: `${COPY}/testing.html`, readOn: '2026-11-28' },
  ],
};
