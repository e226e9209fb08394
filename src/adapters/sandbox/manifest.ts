import type { AdapterManifest } from '../contract/contract.ts';

export const manifest: AdapterManifest = {
  name: 'sandbox',
  displayName: 'Sandbox',
  capabilities: ['pull'],
  limits: {
    batchMax: 1,
    callsPerSecond: 20,
    callsPerHour: null,
    callsPerDay: null,
    source: 'our own: sandbox.ts beside this file enforces the same limit',
  },
  matchKeys: ['status'],
  matchOrder: [['status']],
  codeKinds: { status: [{ key: 'status' }] },
  codeShown: ['status'],
  zonePolicy: 'Every event carries the offset of its place.',
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: ['request_id'],
  push: null,
  retention: { deleteDaysAfterDelivery: null, note: 'Its parcels are invented.' },
  publicTrackingUrl: null,
  docs: [
    {
      title: 'EasyPost trackers, whose test numbers it answers',
      url: 'https://docs.easypost.com/docs/trackers',
      readOn: null,
    },
  ],
};
