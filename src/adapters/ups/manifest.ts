import type { AdapterManifest } from '../contract/contract.ts';
import { LIFE_S, SUBSCRIBE_MAX } from './subscribe.ts';
import { CREDENTIAL_HEADER } from './webhook.ts';

export const manifest: AdapterManifest = {
  name: 'ups',
  displayName: 'UPS',
  capabilities: ['push', 'pull', 'proof_of_delivery', 'pickup_points', 'redirect'],
  limits: {
    batchMax: 1,
    callsPerSecond: 5,
    callsPerHour: null,
    callsPerDay: null,
    source:
      'UPS publishes no limits (UPS-API/api-documentation issue 8) and sends no rate headers with ' +
      'a 429 (issue 123). One number per call (Tracking.yaml). Five a second is our own limit; ' +
      'an account’s caps lower it further.',
  },
  // `mail` and `freight`: codes of those lists, identified by number or service
  // (`reading/code-list.ts`).
  matchKeys: ['type', 'code', 'mail', 'freight', 'status3'],
  // The same two letters mean different things in different lists, so they never match without
  // their type. The letters of a customs hold occur again when it is over; only the status code
  // distinguishes the two (RZ 012/014).
  matchOrder: [
    ['type', 'code', 'status3'],
    // A few three digits say where the parcel is, whatever letters they come with.
    ['type', 'status3'],
    ['type', 'code'],
    ['mail'],
    ['freight'],
    ['status3'],
    ['type'],
  ],
  categoryKeys: ['type'],
  codeKinds: {
    status_type: [{ key: 'type' }],
    status_code_3digit: [{ key: 'status3' }],
    'activity_code_movement(type I)': [{ key: 'code', with: { type: 'I' } }],
    'activity_code_manifest(type M/MV)': [
      { key: 'code', with: { type: 'M' } },
      { key: 'code', with: { type: 'MV' } },
    ],
    'activity_code_update(type U)': [{ key: 'code', with: { type: 'U' } }],
    'activity_code_delivery(type D/X)': [
      { key: 'code', with: { type: 'D' } },
      { key: 'code', with: { type: 'X' } },
    ],
    'exception_code(type X)': [{ key: 'code', with: { type: 'X' } }],
    // Tracking.yaml: the Track API also answers for Mail Innovations and freight. Which type their
    // codes come with is not documented; within each list they are unambiguous. Old answers for
    // Mail Innovations repeat the type as the code: those are read by status code and type.
    'mail_innovations_event(source IC)': [{ key: 'mail' }],
    'mail_innovations_event(source VT)': [{ key: 'mail' }],
    'mail_innovations_event(source H6)': [{ key: 'mail' }],
    'mail_innovations_event(source A4)': [{ key: 'mail' }],
    freight_activity: [{ key: 'freight' }],
    freight_exception: [{ key: 'freight' }],
  },
  codeShown: ['code', 'mail', 'freight', 'status3', 'type'],
  zonePolicy:
    'Activities have local time and mostly the offset; without it, the difference to the GMT ' +
    'fields, else the zone of the place by postal code and state, else none.',
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: 120 },
  // "Incorrectly scanned as picked up": still waiting at the access point.
  corrections: [
    {
      match: { type: 'X', code: '8I' },
      source:
        'Tracking appendix, package exceptions, 8I: scanned as picked up by mistake, and the Access ' +
        'Point corrected it (sources.csv, appendix-exceptions); read 2026-11-20.',
    },
  ],
  returnCancelled: [],
  volatileFields: [],
  push: {
    trust: 'secret',
    secretHeaders: [CREDENTIAL_HEADER],
    header: CREDENTIAL_HEADER,
    headerConfigurable: true,
    replayWindowS: null,
    subscription: { scope: 'number', numbersPerCall: SUBSCRIBE_MAX, lifetimeS: LIFE_S },
  },
  retention: {
    deleteDaysAfterDelivery: null,
    note: 'UPS deletes tracking data after 120 days (Tracking.yaml); no term for us is known.',
  },
  publicTrackingUrl: 'https://www.ups.com/track?tracknum={number}',
  docs: [
    {
      title: 'Tracking API v1',
      url: 'https://github.com/UPS-API/api-documentation/blob/main/Tracking.yaml',
      readOn: null,
    },
    {
      title: 'OAuth client credentials',
      url: 'https://github.com/UPS-API/api-documentation/blob/main/OAuthClientCredentials.yaml',
      readOn: null,
    },
    {
      title: 'Track Alert API v2',
      url: 'https://github.com/UPS-API/api-documentation/blob/main/UPSTrackAlert.yaml',
      readOn: null,
    },
    {
      title: 'Locator API v3',
      url: 'https://github.com/UPS-API/api-documentation/blob/main/Locator.yaml',
      readOn: '2026-11-20',
    },
    {
      title: 'Delivery Intercept API v2',
      url: 'https://github.com/UPS-API/api-documentation/blob/main/DeliveryIntercept.yaml',
      readOn: '2026-11-20',
    },
  ],
};
