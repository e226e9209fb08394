import type { AdapterManifest } from '../contract/contract.ts';
import { BATCH_MAX, BURST_WINDOW_S, SUBSCRIBE_MAX } from './errors.ts';
import { SIGNATURE_HEADER } from './webhook.ts';

export const manifest: AdapterManifest = {
  name: 'fedex',
  displayName: 'FedEx',
  capabilities: ['push', 'pull', 'proof_of_delivery', 'pickup_points'],
  limits: {
    batchMax: BATCH_MAX,
    // The burst limit spread evenly, because nothing is gained by a thousand calls at once.
    callsPerSecond: 140,
    callsPerHour: null,
    callsPerDay: 100_000,
    // The limit of a project; beyond it every call is answered with 429 for the rest of the window.
    burst: { calls: 1_400, perS: BURST_WINDOW_S },
    dayEnds: 'midnight_utc',
    source:
      'developer.fedex.com, guide to quotas and rate limits: 1,400 calls in 10 s and by default ' +
      '100,000 a day for a project; one localized copy says 400 in 10 s (unverified). Each call ' +
      'counts once, whatever its batch size.',
  },
  matchKeys: ['event', 'exception', 'derived'],
  // The summary code (rollup) comes last: that of a return scan is "delivered".
  matchOrder: [['event', 'exception'], ['event'], ['exception'], ['derived']],
  categoryKeys: ['derived'],
  // Not codes of facts: delay_detail_type and delay_detail_status annotate the estimate, next to a
  // scan that reports the delay itself; service_commit_message_type is a sentence about the result,
  // without time or place, which its scans report; event_description_text comes in the requested
  // language and was reworded in 2025, so words count only where there is no code at all.
  codeKinds: {
    'scan_event/status_code': [{ key: 'event' }],
    // Its table is one of those of the scans and uses the same letters.
    possession_code: [{ key: 'event' }],
    exception_code: [{ key: 'exception' }],
    derived_status_code: [{ key: 'derived' }],
  },
  codeShown: ['event'],
  zonePolicy:
    'Scans carry the offset of the place. Without it, the zone of the place by postal code and ' +
    'state, else none.',
  pullsFullHistory: true,
  historyCap: { maxEvents: null, maxAgeDays: null },
  corrections: [],
  returnCancelled: [],
  volatileFields: [
    'transactionId',
    'customerTransactionId',
    'customertransactionId',
    'outputMetaData',
  ],
  push: {
    trust: 'signed',
    secretHeaders: [],
    header: SIGNATURE_HEADER,
    headerConfigurable: false,
    replayWindowS: null,
    subscription: { scope: 'number', numbersPerCall: SUBSCRIBE_MAX, lifetimeS: null },
  },
  retention: {
    deleteDaysAfterDelivery: null,
    note: 'No public term on storing tracking data is known; the agreement with FedEx governs.',
  },
  publicTrackingUrl: 'https://www.fedex.com/fedextrack/?trknbr={number}',
  docs: [
    {
      title: 'Track API (Basic Integrated Visibility)',
      url: 'https://developer.fedex.com/api/en-us/catalog/track/v1/docs.html',
      readOn: null,
    },
    {
      title: 'Tracking Number Subscription',
      url: 'https://developer.fedex.com/api/en-us/catalog/tracking-number-subscription/docs.html',
      readOn: null,
    },
    {
      title: 'Locations Search API',
      url: 'https://github.com/ShipStream/fedex-rest-php-sdk/blob/main/resources/models/locations-search/v1.json',
      readOn: '2026-11-20',
    },
    {
      title: 'Quotas and rate limits',
      url: 'https://developer.fedex.com/api/en-us/guides/ratelimits.html',
      readOn: null,
    },
  ],
};
