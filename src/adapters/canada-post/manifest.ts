import type { AdapterManifest } from '../sdk.ts';

const PAGES = 'https://www.canadapost-postescanada.ca/info/mc/business/productsservices/developers';

export const manifest: AdapterManifest = {
  name: 'canada-post',
  displayName: 'Canada Post',
  capabilities: ['pull', 'proof_of_delivery', 'pickup_points'],
  limits: {
    batchMax: 1,
    callsPerSecond: null,
    callsPerHour: 1_200,
    callsPerDay: null,
    burst: { calls: 20, perS: 60 },
    source:
      'API Throttle Limits, group E (Get Tracking Summary, Get Tracking Details): 20 calls in a ' +
      'rolling minute for each API key, 500 for upgraded ones. Group F (signatures, certificates) ' +
      'has 6 and group H (post offices) 468; the hub uses one pace for all. No hourly or daily ' +
      'limit is documented; 1,200 an hour is 60 such minutes.',
  },
  matchKeys: ['event', 'turn'],
  matchOrder: [['event', 'turn'], ['event']],
  codeKinds: { event: [{ key: 'event' }] },
  codeShown: ['event'],
  zonePolicy:
    'Local time with the abbreviation of its zone (EST, PDT), which within Canada is an offset. ' +
    'Abroad the zone is empty or a country; a country with one time zone decides.',
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: [],
  push: null,
  retention: {
    deleteDaysAfterDelivery: null,
    note:
      'No term on storing tracking data was found in the public pages of the Developer Program ' +
      '(fundamentals, throttle limits, tracking, messages); the agreement accepted at sign-up is ' +
      'not public and was not read.',
  },
  publicTrackingUrl:
    'https://www.canadapost-postescanada.ca/track-reperage/en#/resultList?searchFor={number}',
  docs: [
    {
      title: 'Get Tracking Details (REST)',
      url: `${PAGES}/services/tracking/trackingdetails.jsf`,
      readOn: null,
    },
    {
      title: 'Get Delivery Confirmation Certificate (REST)',
      url: `${PAGES}/services/tracking/deliveryconfirmation.jsf`,
      readOn: null,
    },
    {
      title: 'Get Signature Image (REST)',
      url: `${PAGES}/services/tracking/signatureimage.jsf`,
      readOn: null,
    },
    {
      title: 'Get Nearest Post Office (REST)',
      url: `${PAGES}/services/findpostoffice/nearestpostoffice.jsf`,
      readOn: null,
    },
    {
      title: 'Messages and Code Tables',
      url: `${PAGES}/messagescodetables.jsf`,
      readOn: null,
    },
    { title: 'API Throttle Limits', url: `${PAGES}/throttlelimits.jsf`, readOn: null },
    {
      title: 'REST Fundamentals',
      url: `${PAGES}/services/fundamentals.jsf`,
      readOn: null,
    },
  ],
};
