import {
  type CarrierReport,
  EMPTY_SNAPSHOT,
  type ReportedEstimate,
} from '../../contract/contract.ts';
import { numbers } from '../numbers.ts';
import type { TrackAlert } from '../schema.ts';
import { codesOrWords, factOf, placeOf } from './facts.ts';
import { clockOf, dateOf } from './time.ts';

/**
 * One Track Alert push: one event of one parcel. Its dialect differs from the Track API's in
 * nearly every name (`descriptionCode` for `statusCode`, `country` for `countryCode`). Null when
 * it carries neither a code nor an estimate.
 */
export function reportOfAlert(alert: TrackAlert, warnings: string[]): CarrierReport | null {
  const status = alert.activityStatus;
  const codes = codesOrWords(
    status?.type,
    status?.code,
    status?.descriptionCode,
    status?.description,
  );
  const estimatedDelivery = estimateOf(alert);
  const number = alert.trackingNumber;
  if (number === undefined || (codes === null && estimatedDelivery === null)) return null;
  if (codes === null) warnings.push('activityStatus: no code');
  const facts = codes === null ? [] : [factOf({ codes, ...eventOf(alert) })];
  if (facts[0]?.time.local === null) warnings.push('no readable activity date');
  return {
    trackingNumber: numbers.normalize(number),
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: false,
    facts,
    snapshot: {
      ...EMPTY_SNAPSHOT,
      estimatedDelivery,
      proofs: alert.deliveryPhoto === undefined ? [] : ['photo'],
    },
    links:
      alert.alternateTrackingNumber === undefined
        ? []
        : [{ kind: 'partner_leg', trackingNumber: alert.alternateTrackingNumber, carrier: null }],
  };
}

function eventOf(alert: TrackAlert) {
  const location = alert.activityLocation;
  return {
    wireTime: {
      date: alert.localActivityDate,
      time: alert.localActivityTime,
      gmtDate: alert.gmtActivityDate,
      gmtTime: alert.gmtActivityTime,
      gmtOffset: alert.gmtOffset,
    },
    place: placeOf({
      city: location?.city,
      region: location?.stateProvince,
      postalCode: location?.postalCode,
      country: location?.country,
      facility: undefined,
    }),
    text: alert.activityStatus?.description,
    logical: false,
  };
}

function estimateOf(alert: TrackAlert): ReportedEstimate | null {
  const date = dateOf(alert.scheduledDeliveryDate);
  if (date === null) return null;
  return {
    date,
    from: hourOn(alert.scheduledDeliveryDate, alert.deliveryStartTime),
    to: hourOn(alert.scheduledDeliveryDate, alert.deliveryEndTime),
  };
}

function hourOn(date: string | undefined, time: string | undefined): string | null {
  const clock = clockOf(date, time);
  return clock !== null && clock.length > 10 ? clock : null;
}
