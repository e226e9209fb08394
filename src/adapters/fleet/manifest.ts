import type { AdapterManifest } from '../contract/contract.ts';

export const manifest: AdapterManifest = {
  name: 'fleet',
  displayName: 'Own couriers',
  role: 'own',
  capabilities: ['scans'],
  limits: {
    batchMax: 1_000,
    callsPerSecond: null,
    callsPerHour: null,
    callsPerDay: null,
    source: 'own couriers: no carrier is polled; POST /v1/scans accepts 1,000 scans at once',
  },
  matchKeys: ['code', 'reason'],
  matchOrder: [['code', 'reason'], ['code']],
  codeKinds: {
    scan: [{ key: 'code' }],
    attempt_reason: [{ key: 'reason', with: { code: 'ATTEMPT' } }],
    exception_reason: [{ key: 'reason', with: { code: 'EXCEPTION' } }],
    delivered_reason: [{ key: 'reason', with: { code: 'DELIVERED' } }],
  },
  codeShown: ['code'],
  zonePolicy:
    'A scan carries its offset; without one it is local time at its facility. Times of a device with a known clock error are corrected.',
  pullsFullHistory: false,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [
    { match: { code: 'UNDELIVERED' }, source: 'docs/fleet.md, the scan UNDELIVERED; 2026-11-20.' },
  ],
  returnCancelled: [{ code: 'RETURN_CANCEL' }],
  volatileFields: [],
  push: null,
  retention: {
    deleteDaysAfterDelivery: null,
    note: 'The scans are the merchant’s own; a setting limits how long they are stored (docs/retention.md).',
  },
  publicTrackingUrl: null,
  docs: [
    {
      title: 'GS1 EPCIS and CBV, whose business steps the codes follow',
      url: 'https://ref.gs1.org/cbv/',
      readOn: null,
    },
    {
      title: 'ISO/IEC 7064, the check digits MOD 97-10',
      url: 'https://www.iso.org/standard/31531.html',
      readOn: null,
    },
  ],
};
