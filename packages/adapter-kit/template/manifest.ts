import type { AdapterManifest } from 'waybill/adapter';
import { SIGNATURE_HEADER } from './webhook.ts';

export const manifest: AdapterManifest = {
  name: 'template',
  displayName: 'Template',
  capabilities: ['pull', 'push'],
  limits: {
    batchMax: 1,
    callsPerSecond: 2,
    callsPerHour: null,
    callsPerDay: 1_000,
    source: '⟨the document with the limits, and which are unverified⟩',
  },
  matchKeys: ['event'],
  matchOrder: [['event']],
  codeKinds: { event: [{ key: 'event' }] },
  codeShown: ['event'],
  zonePolicy: '⟨how the carrier writes times, and how their zone is determined⟩',
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: ['request_id'],
  push: {
    trust: 'signed',
    secretHeaders: [],
    header: SIGNATURE_HEADER,
    headerConfigurable: false,
    replayWindowS: null,
  },
  retention: {
    deleteDaysAfterDelivery: null,
    note: '⟨the terms for storing tracking data⟩',
  },
  publicTrackingUrl: null,
  docs: [
    {
      title: '⟨tracking API⟩',
      url: 'https://developer.carrier.example/tracking',
      // The day on which you read it, such as '2026-11-20'; null if your copy of it bears none.
      readOn: null,
    },
  ],
};
