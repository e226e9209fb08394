import type { AdapterManifest } from 'waybill/adapter';

const PAGES = 'https://dokumentacja-inpost.atlassian.net/wiki/spaces/PL/pages';

export const manifest: AdapterManifest = {
  name: 'inpost',
  displayName: 'InPost',
  capabilities: ['pull'],
  limits: {
    batchMax: 1,
    callsPerSecond: 5,
    callsPerHour: null,
    callsPerDay: null,
    source:
      'No limit was found in the pages of ShipX about tracking, statuses and authorization (read ' +
      '2026-11-28). Five calls a second is our own choice.',
  },
  matchKeys: ['status'],
  matchOrder: [['status']],
  codeKinds: { status: [{ key: 'status' }] },
  codeShown: ['status'],
  zonePolicy:
    'Every change of status has a time with an offset (ISO 8601), that of Poland or Italy.',
  pullsFullHistory: true,
  // A client's documentation says that older parcels are not found.
  historyCap: { maxEvents: null, maxAgeDays: 45 },
  corrections: [],
  returnCancelled: [],
  volatileFields: [],
  push: null,
  retention: {
    deleteDaysAfterDelivery: null,
    note:
      'No term on storing tracking data was found in the pages of ShipX (general information, ' +
      'tracking, statuses; read 2026-11-28); the contract with the customer was not read.',
  },
  publicTrackingUrl: 'https://inpost.pl/sledzenie-przesylek?number={number}',
  docs: [
    {
      title: 'ShipX 1.23.0: Shipment Tracking',
      url: `${PAGES}/28639244`,
      readOn: '2026-11-28',
    },
    { title: 'ShipX 1.23.0: Statuses', url: `${PAGES}/28639245`, readOn: '2026-11-28' },
    {
      title: 'ShipX 1.23.0: API General Information',
      url: `${PAGES}/28639247`,
      readOn: '2026-11-28',
    },
    {
      title: 'Statuses in the Magento plugin by InPost',
      url: 'https://github.com/InPost-Magento/smartmage_inpost/blob/308d72594abe65d025fd9b04809b9be0572da016/Model/Config/Source/Status.php',
      readOn: '2026-11-28',
    },
  ],
};
