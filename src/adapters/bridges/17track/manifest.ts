import type { AdapterManifest } from '../../sdk.ts';
import { HEADER } from './webhook.ts';

export const manifest: AdapterManifest = {
  name: '17track',
  displayName: '17TRACK',
  role: 'bridge',
  capabilities: ['push', 'pull'],
  limits: {
    batchMax: 40,
    callsPerSecond: 3,
    callsPerHour: null,
    callsPerDay: null,
    source:
      'API document v2.4: 40 numbers in a call (error -18010014) and 3 calls a second; only ' +
      'registrations count against the quota, 100 a month in the free plan.',
  },
  matchKeys: ['sub_status', 'stage', 'status'],
  matchOrder: [['sub_status'], ['stage'], ['status']],
  categoryKeys: ['stage', 'status'],
  codeKinds: {
    sub_status: [{ key: 'sub_status' }],
    stage: [{ key: 'stage' }],
    status: [{ key: 'status' }],
  },
  codeShown: ['sub_status', 'stage', 'status'],
  zonePolicy:
    'time_raw is the carrier’s wall clock, its timezone the offset that the carrier gave, if any. ' +
    'Without it, the place of the event decides. The offset of time_iso is 17TRACK’s own guess, ' +
    'often the destination’s, and is not used.',
  pullsFullHistory: false,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: [
    'latest_sync_time',
    'days_after_order',
    'days_of_transit',
    'days_of_transit_done',
    'days_after_last_update',
  ],
  push: {
    trust: 'signed',
    secretHeaders: [],
    header: HEADER,
    headerConfigurable: false,
    replayWindowS: null,
  },
  retention: {
    deleteDaysAfterDelivery: null,
    note: 'No term on storing tracking data was found in the API document (read 2026-11-28).',
  },
  publicTrackingUrl: 'https://t.17track.net/en#nums={number}',
  docs: [
    {
      title: 'Tracking API v2.4',
      url: 'https://asset.17track.net/api/document/v2.4_en/index.html',
      readOn: '2026-11-28',
    },
    {
      title: 'Error Codes and Troubleshooting',
      url: 'https://help.17track.net/hc/en-us/articles/37570440168473-Error-Codes-and-Troubleshooting',
      readOn: '2026-11-28',
    },
    {
      title: 'Understanding Tracking Status: Main Status & Substatus',
      url: 'https://help.17track.net/hc/en-us/articles/37471096573337-Understanding-Tracking-Status-Main-Status-Substatus',
      readOn: '2026-11-28',
    },
  ],
};
