import type { AdapterManifest } from 'waybill/adapter';

export const manifest: AdapterManifest = {
  name: 'la-poste',
  displayName: 'La Poste',
  capabilities: ['pull'],
  limits: {
    batchMax: 1,
    callsPerSecond: 10,
    callsPerHour: null,
    callsPerDay: null,
    source:
      'The only plan of Suivi v2 in the portal allows 10 calls a second, as read by a third party on ' +
      '2026-09-02; an answer of 2024 states 100. The lower figure is used.',
  },
  matchKeys: ['event', 'group'],
  matchOrder: [['event', 'group'], ['event']],
  codeKinds: {
    event: [{ key: 'event' }],
    paid_at: [{ key: 'group', with: { event: 'DO4' } }],
  },
  codeShown: ['event'],
  zonePolicy:
    'Every event has a time with an offset (ISO 8601): that of France, even for events abroad.',
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: [],
  push: null,
  retention: {
    deleteDaysAfterDelivery: null,
    note:
      'No terms on storing tracking data were found in the OpenAPI document and the pages that clients ' +
      'quote (read 2026-11-28); the terms of the portal (developer.laposte.fr/cgu) were not readable.',
  },
  publicTrackingUrl: 'https://www.laposte.fr/outils/suivre-vos-envois?code={number}',
  docs: [
    {
      title: 'Swagger SUIVI (OpenAPI, copy of 2026-09-02)',
      url: 'https://raw.githubusercontent.com/api-evangelist/la-poste-groupe/refs/heads/main/openapi/la-poste-groupe-suivi-openapi.json',
      readOn: '2026-11-28',
    },
    {
      title: 'Codes of events, as quoted by a client',
      url: 'https://github.com/e-amzallag/laposte-suivi-api/blob/1f82e696f04eba6a366bc4c23013923c305a3117/src/main/java/org/dajlab/laposte/domaine/LPCodeEvenement.java',
      readOn: '2026-11-28',
    },
    {
      title: 'Plans and quotas of the portal (copy of 2026-09-02)',
      url: 'https://raw.githubusercontent.com/api-evangelist/la-poste-groupe/refs/heads/main/rate-limits/la-poste-groupe-rate-limits.yml',
      readOn: '2026-11-28',
    },
  ],
};
