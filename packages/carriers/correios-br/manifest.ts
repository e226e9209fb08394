import type { AdapterManifest } from 'waybill/adapter';

const TYPES =
  'BDE BDI BDR BLQ CAR CD CMR CMT CO CUN DO EST FC IDC LDE LDI OEC PAR PMT PO RO TRI'.split(' ');

export const manifest: AdapterManifest = {
  name: 'correios-br',
  displayName: 'Correios',
  capabilities: ['pull'],
  limits: {
    batchMax: 1,
    callsPerSecond: 5,
    callsPerHour: null,
    callsPerDay: null,
    source:
      'No limit was found in the pages of the carrier (read 2026-11-28), and no manual of the REST ' +
      'service. Five calls a second is our own choice.',
  },
  matchKeys: ['event', 'status'],
  matchOrder: [['event', 'status'], ['event']],
  categoryKeys: ['event'],
  // A status means something only together with the type of the event.
  codeKinds: Object.fromEntries(
    TYPES.map((event) => [event, [{ key: 'status', with: { event } }]]),
  ),
  codeShown: ['event', 'status'],
  zonePolicy:
    "Times have no zone, and none is documented. In states that have Brasília's time, that zone " +
    "applies, because local time and Brasília's are the same; elsewhere the zone is unknown.",
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [
    {
      match: { event: 'EST' },
      source:
        'Manual of the tracking web service (2017), type EST: the preceding information is to be ' +
        'disregarded (sources.csv, manual-2017); read 2026-11-28.',
    },
  ],
  returnCancelled: [],
  volatileFields: [],
  push: null,
  retention: {
    deleteDaysAfterDelivery: null,
    note:
      'The manual allows customers to store whole answers or some of their events (section 12), ' +
      'and names no period (read 2026-11-28).',
  },
  publicTrackingUrl: 'https://rastreamento.correios.com.br/app/index.php?objetos={number}',
  docs: [
    {
      title: 'Web Service de Rastreamento, Padrões Técnicos (2017-05-02)',
      url: 'https://github.com/olist/correios/blob/5494d7457665fa9a8dffbffa976cdbd2885c54e4/documentation/manual_rastreamentoobjetosws.pdf',
      readOn: '2026-11-28',
    },
    {
      title: 'Manual API Prazo (authentication of the REST services)',
      url: 'https://www.correios.com.br/atendimento/developers/manuais/manual-api-prazo',
      readOn: '2026-11-28',
    },
  ],
};
