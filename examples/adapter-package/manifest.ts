import type { AdapterManifest } from 'waybill/adapter';
import { SIGNATURE_HEADER } from './webhook.ts';

export const manifest: AdapterManifest = {
  name: 'pigeon-post',
  displayName: 'Pigeon Post',
  capabilities: ['pull', 'push'],
  limits: {
    batchMax: 1,
    callsPerSecond: 2,
    callsPerHour: null,
    callsPerDay: 1_000,
    source: 'made up, like the courier: sandbox.ts beside this file counts the same limits',
  },
  matchKeys: ['event'],
  matchOrder: [['event']],
  codeKinds: { event: [{ key: 'event' }] },
  codeShown: ['event'],
  zonePolicy: 'Every event carries the offset of its place.',
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
    note: 'Nobody’s parcels: nothing has to be deleted.',
  },
  publicTrackingUrl: null,
  docs: [{ title: 'Made up', url: 'https://pigeon-post.example/api', readOn: '2026-11-20' }],
};
