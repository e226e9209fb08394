import { z } from 'zod';
import { looseCode, looseList, looseObject, looseText } from '../../kernel/wire/loose.ts';
import { type CarrierReport, EMPTY_SNAPSHOT, type ReportedEstimate } from '../contract/contract.ts';
import { clockOf, codesOrWords, dateOf, factOf, placeOf } from './facts.ts';
import { numbers } from './numbers.ts';
import { EVENTS_MAX, PACKAGES_MAX, type TrackAlert } from './schema.ts';

/**
 * Converts one Track Alert push: one event of one parcel. Its names differ from the Track API's in
 * nearly every member (`descriptionCode` for `statusCode`, `country` for `countryCode`). Null when
 * it contains neither a code nor an estimate.
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
      proofs: alert.deliveryPhoto ? ['photo'] : [],
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

const FILES_MAX = 50;
const ERRORS_MAX = 20;

const address = looseObject({
  PoliticalDivision2: looseText,
  PoliticalDivision1: looseCode,
  PostcodePrimaryLow: looseCode,
  CountryCode: looseCode,
});

const event = z.object({
  TrackingNumber: looseCode,
  Date: looseCode,
  Time: looseCode,
  ActivityType: looseCode,
  StatusDescription: looseText,
  ActivityLocation: looseObject({ AddressArtifactFormat: address }),
});

const manifest = z.object({
  PickupDate: looseCode,
  Package: looseList(z.object({ TrackingNumber: looseCode }), PACKAGES_MAX),
});

const events = looseList(event, EVENTS_MAX);

const file = z.object({
  Manifest: looseList(manifest, PACKAGES_MAX),
  Origin: events,
  Exception: events,
  Delivery: events,
  Generic: events,
});

const subscription = z.object({ SubscriptionFile: looseList(file, FILES_MAX) });

const answer = z.object({
  QuantumViewResponse: z.object({
    QuantumViewEvents: looseList(
      z.object({ SubscriptionEvents: looseList(subscription, FILES_MAX) }),
      FILES_MAX,
    ),
    // A list from version 2 on; version 1 has an object if there is only one.
    Response: looseObject({
      Error: looseList(z.object({ ErrorCode: looseCode, ErrorDescription: looseText }), ERRORS_MAX),
    }),
  }),
});

type Event = z.output<typeof event>;
type File = z.output<typeof file>;

/** The Track API's status for each kind of event. `VM` of the generic ones voids the label. */
const STATUSES = {
  Origin: { type: 'I', code: 'OR', description: 'Origin Scan' },
  Delivery: { type: 'D', description: 'Delivered' },
  Void: { type: 'M', code: 'MV', description: 'Shipment Voided' },
  Manifest: { type: 'M', code: 'MP' },
} as const;

/**
 * Converts an answer of Quantum View (`QuantumView.yaml` of UPS-API/api-documentation), which
 * covers all parcels of an account, to the members of a Track API answer. Generic events, except
 * for a voided label, belong to other parcels' numbers or to no known one, and are omitted. Null
 * for anything else.
 */
export function quantumViewBody(json: unknown): Record<string, unknown> | null {
  const read = answer.safeParse(json);
  if (!read.success) return null;
  const { QuantumViewEvents: views, Response: response } = read.data.QuantumViewResponse;
  const errors = (response?.Error ?? []).filter((one) => one !== null);
  if (errors.length > 0) {
    const coded = errors.map((one) => ({ code: one.ErrorCode, message: one.ErrorDescription }));
    return { response: { errors: coded } };
  }
  const activities = views
    .flatMap((view) => view?.SubscriptionEvents ?? [])
    .flatMap((one) => one?.SubscriptionFile ?? [])
    .flatMap((one) => (one === null ? [] : activitiesOf(one)));
  return { trackResponse: { shipment: shipmentsOf(activities) } };
}

interface Activity {
  readonly trackingNumber: string;
  readonly activity: Record<string, unknown>;
}

function activitiesOf(given: File): readonly Activity[] {
  const labels = given.Manifest.flatMap((one) =>
    (one?.Package ?? []).map((parcel) => ({
      TrackingNumber: parcel?.TrackingNumber,
      Date: one?.PickupDate,
    })),
  );
  const voids = given.Generic.filter((one) => one?.ActivityType?.toUpperCase() === 'VM');
  return [
    ...labels.flatMap((one) => activityOf(one, STATUSES.Manifest)),
    ...voids.flatMap((one) => activityOf(one, STATUSES.Void)),
    ...given.Origin.flatMap((one) => activityOf(one, STATUSES.Origin)),
    // A reason's code belongs to a list of its own; only the exception itself is certain.
    ...given.Exception.flatMap((one) =>
      activityOf(one, { type: 'X', description: one?.StatusDescription }),
    ),
    ...given.Delivery.flatMap((one) => activityOf(one, STATUSES.Delivery)),
  ];
}

/**
 * Converts one event. Who signed, and where the parcel was left, are next to these members and not
 * read.
 */
function activityOf(given: Partial<Event> | null, status: object): readonly Activity[] {
  if (given?.TrackingNumber === undefined) return [];
  const at = given.ActivityLocation?.AddressArtifactFormat;
  const address = {
    city: at?.PoliticalDivision2,
    stateProvince: at?.PoliticalDivision1,
    postalCode: at?.PostcodePrimaryLow,
    countryCode: at?.CountryCode,
  };
  const activity = { date: given.Date, time: given.Time, status, location: { address } };
  return [{ trackingNumber: given.TrackingNumber, activity }];
}

function shipmentsOf(activities: readonly Activity[]): readonly Record<string, unknown>[] {
  const byNumber = new Map<string, Record<string, unknown>[]>();
  for (const { trackingNumber, activity } of activities) {
    const known = byNumber.get(trackingNumber);
    if (known === undefined) byNumber.set(trackingNumber, [activity]);
    else known.push(activity);
  }
  return [...byNumber].map(([trackingNumber, activity]) => ({
    inquiryNumber: trackingNumber,
    package: [{ trackingNumber, activity }],
  }));
}
