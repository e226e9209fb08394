import { localTime, type VisibleEvent, type VisibleInstance } from '../../sandbox-kit/index.ts';
import { documentOf, element } from './markup.ts';

/** A parcel as Get Tracking Details answers it: the newest event first. */
export function trackingDetail(pin: string, life: VisibleInstance): string {
  const { estimate, destination } = life;
  const expected = estimate === null ? '' : localTime(estimate.atMs, destination.zone).date;
  const promised = life.details['promised'] ?? expected;
  return documentOf(
    'tracking-detail',
    'track',
    element('pin', pin),
    element('active-exists', '1'),
    element('archive-exists', ''),
    element('changed-expected-date', promised === expected ? '' : expected),
    element('destination-postal-id', destination.postalCode),
    element('expected-delivery-date', promised),
    element('changed-expected-delivery-reason', ''),
    element('mailed-by-customer-number', '0000000000'),
    element('mailed-on-behalf-of-customer-number', '0000000000'),
    element('original-pin', ''),
    element('service-name', life.service),
    element('service-name-2', life.service),
    element('customer-ref-1', ''),
    element('customer-ref-2', ''),
    element('return-pin', ''),
    element('signature-image-exists', 'false'),
    element('suppress-signature', 'false'),
    element('delivery-options'),
    element('significant-events', ...[...life.events].reverse().map(occurrence)),
  );
}

function occurrence({ codes, text, atMs, place }: VisibleEvent) {
  const { date, time, offset } = localTime(atMs, place?.zone ?? 'America/Toronto');
  const isCanadian = place === null || place.country === 'CA';
  return element(
    'occurrence',
    element('event-identifier', codes['event'] ?? ''),
    element('event-date', date),
    element('event-time', time),
    element('event-time-zone', isCanadian ? (ABBREVIATIONS[offset] ?? '') : ''),
    element('event-description', text),
    element('signatory-name', ''),
    element('event-site', place?.city ?? ''),
    element('event-province', place?.region ?? ''),
    element('event-retail-location-id', place?.facility === undefined ? '' : '0000000000'),
    element('event-retail-name', place?.facility ?? ''),
  );
}

/** The scenarios play in Ontario, Quebec and British Columbia, where these are unambiguous. */
const ABBREVIATIONS: Readonly<Record<string, string>> = {
  '-04:00': 'EDT',
  '-05:00': 'EST',
  '-07:00': 'PDT',
  '-08:00': 'PST',
};
