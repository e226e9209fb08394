import {
  localTime,
  type SandboxPlace,
  type VisibleEvent,
  type VisibleInstance,
} from '../../sandbox-kit/index.ts';

/**
 * Makes one `trackResult`, with the members and the order of FedEx's own sandbox answers (virtual
 * responses captured on 2026-04-30) and of its API description. `scans` limits the scans shown, the
 * newest first; the status is that of the newest in any case.
 */
export function trackResult(
  number: string,
  life: VisibleInstance,
  scans = Number.POSITIVE_INFINITY,
) {
  const events = [...life.events].reverse();
  const [newest] = events;
  const carrierCode = life.details['carrierCode'] ?? 'FDXG';
  const delivered = events.find((event) => codeOf(event) === 'DL');
  const pickedUp = events.find((event) => codeOf(event) === 'PU');
  return {
    trackingNumberInfo: {
      trackingNumber: number,
      trackingNumberUniqueId: uniqueId(number, life),
      carrierCode,
    },
    additionalTrackingInfo: {
      nickname: '',
      packageIdentifiers: identifiersOf(life),
      hasAssociatedShipments: life.pieces > 1,
    },
    shipperInformation: { address: address(life.origin) },
    recipientInformation: { address: address(life.destination) },
    latestStatusDetail: newest === undefined ? {} : statusOf(newest),
    dateAndTimes: datesOf(life, delivered, pickedUp),
    availableImages: delivered === undefined ? [] : [{ type: 'SIGNATURE_PROOF_OF_DELIVERY' }],
    specialHandlings: [
      { type: 'DELIVER_WEEKDAY', description: 'Deliver Weekday', paymentType: 'OTHER' },
    ],
    packageDetails: packageOf(life),
    shipmentDetails: { possessionStatus: pickedUp !== undefined },
    scanEvents: events.slice(0, scans).map(scanEvent),
    availableNotifications: ['ON_DELIVERY', 'ON_EXCEPTION', 'ON_ESTIMATED_DELIVERY'],
    deliveryDetails: deliveryOf(delivered),
    originLocation: { locationContactAndAddress: { address: address(life.origin) } },
    lastUpdatedDestinationAddress: address(life.destination),
    serviceDetail: {
      type: life.service,
      description: SERVICES[life.service]?.[0] ?? life.service,
      shortDescription: SERVICES[life.service]?.[1] ?? 'FG',
    },
    standardTransitTimeWindow: { window: {} },
    estimatedDeliveryTimeWindow: windowOf(life, delivered),
    goodsClassificationCode: '',
    returnDetail: {},
  };
}

const SERVICES: Readonly<Record<string, readonly [string, string]>> = {
  FEDEX_GROUND: ['FedEx Ground', 'FG'],
  GROUND_HOME_DELIVERY: ['FedEx Home Delivery', 'HD'],
  PRIORITY_OVERNIGHT: ['FedEx Priority Overnight', 'P-1'],
  INTERNATIONAL_PRIORITY: ['FedEx International Priority', 'IP'],
};

const codeOf = (event: VisibleEvent): string => event.codes['event'] ?? '';

/** The id that distinguishes two instances of one number, such as `12013~122816215025810~FDEG`. */
export function uniqueId(number: string, life: VisibleInstance): string {
  const serial = 10_000 + (Number.parseInt(life.seed.slice(0, 8), 16) % 90_000);
  return `${serial}~${number}~${life.details['carrierCode'] === 'FDXE' ? 'FX' : 'FDEG'}`;
}

function identifiersOf({ details }: VisibleInstance) {
  const identifier = (type: string, value: string) => ({
    type,
    values: [value],
    trackingNumberUniqueId: '',
    carrierCode: '',
  });
  const returned = details['returnNumber'];
  return [
    identifier('CUSTOMER_REFERENCE', 'PO#174724'),
    ...(returned === undefined
      ? []
      : [identifier('RETURNED_TO_SHIPPER_TRACKING_NUMBER', returned)]),
  ];
}

/**
 * The current status. It is the newest scan's, with two exceptions: ready for pickup shows HL, and
 * a return continues to show the delivery exception that began it.
 */
function statusOf(newest: VisibleEvent) {
  const code = codeOf(newest);
  const exception = newest.codes['exception'];
  const shown = code === 'HP' ? 'HL' : code === 'RS' ? 'DE' : code;
  const [derivedCode, derived] = shown === 'HL' ? ['HL', 'Ready for pickup'] : derivedOf(shown);
  return {
    code: shown,
    derivedCode,
    statusByLocale: derived,
    description: shown === 'HL' ? derived : newest.text,
    ...(newest.place === null ? {} : { scanLocation: address(newest.place) }),
    ...(exception === undefined
      ? {}
      : {
          ancillaryDetails: [
            {
              reason: exception,
              reasonDescription: newest.details['exceptionText'] ?? '',
              action: '',
              actionDescription: '',
            },
          ],
        }),
  };
}

/** The summary code of a code. It is coarse, and for a return it is "Delivered". */
function derivedOf(code: string): readonly [string, string] {
  const derived: Readonly<Record<string, readonly [string, string]>> = {
    OC: ['IN', 'Initiated'],
    PU: ['PU', 'Picked up'],
    DO: ['PU', 'Picked up'],
    DL: ['DL', 'Delivered'],
    RS: ['DL', 'Delivered'],
    DE: ['DE', 'Delivery exception'],
    SE: ['SE', 'Shipment exception'],
    CD: ['CD', 'Clearance delay'],
    CA: ['CA', 'Cancelled'],
  };
  return derived[code] ?? ['IT', 'In transit'];
}

function scanEvent(event: VisibleEvent) {
  const [derivedStatusCode, derivedStatus] = derivedOf(codeOf(event));
  const { place } = event;
  return {
    date: stamp(event.atMs, place?.zone ?? 'America/Chicago'),
    eventType: codeOf(event),
    eventDescription: event.text,
    exceptionCode: event.codes['exception'] ?? '',
    exceptionDescription: event.details['exceptionText'] ?? '',
    scanLocation:
      place === null
        ? { residential: false }
        : {
            streetLines: [''],
            ...address(place),
            ...(place.postalCode === '' ? {} : { postalCode: place.postalCode }),
          },
    ...(place?.facility === undefined || event.details['locationType'] === 'DELIVERY_LOCATION'
      ? {}
      : { locationId: place.facility }),
    locationType: event.details['locationType'] ?? 'FEDEX_FACILITY',
    derivedStatusCode,
    derivedStatus,
  };
}

function datesOf(
  life: VisibleInstance,
  delivered: VisibleEvent | undefined,
  pickedUp: VisibleEvent | undefined,
) {
  const { origin, destination, estimate } = life;
  const day = (atMs: number, { zone }: SandboxPlace) => {
    const { date, offset } = localTime(atMs, zone);
    return `${date}T00:00:00${offset}`;
  };
  return [
    ...(delivered === undefined
      ? []
      : [
          {
            type: 'ACTUAL_DELIVERY',
            dateTime: stamp(delivered.atMs, delivered.place?.zone ?? destination.zone),
          },
        ]),
    ...(pickedUp === undefined
      ? []
      : [{ type: 'ACTUAL_PICKUP', dateTime: day(pickedUp.atMs, origin) }]),
    ...(estimate === null || delivered !== undefined
      ? []
      : [
          {
            type: 'ESTIMATED_DELIVERY',
            dateTime:
              estimate.untilMs === null
                ? day(estimate.atMs, destination)
                : stamp(estimate.untilMs, destination.zone),
          },
        ]),
    { type: 'SHIP', dateTime: day(life.startedAtMs, origin) },
  ];
}

/** The estimated window; its beginning comes without an offset, its end with one. */
function windowOf({ estimate, destination }: VisibleInstance, delivered: VisibleEvent | undefined) {
  if (estimate?.untilMs == null || delivered !== undefined) return { window: {} };
  const begins = localTime(estimate.atMs, destination.zone);
  return {
    type: 'ESTIMATED_DELIVERY',
    window: {
      begins: `${begins.date}T${begins.time}`,
      ends: stamp(estimate.untilMs, destination.zone),
    },
  };
}

function packageOf({ weightG, pieces }: VisibleInstance) {
  const GRAMS_PER_POUND = 453.592_37;
  return {
    packagingDescription: { type: 'YOUR_PACKAGING', description: 'Package' },
    physicalPackagingType: 'PACKAGE',
    sequenceNumber: '1',
    count: String(pieces),
    weightAndDimensions: {
      weight: [
        { value: (weightG / GRAMS_PER_POUND).toFixed(1), unit: 'LB' },
        { value: (weightG / 1_000).toFixed(2), unit: 'KG' },
      ],
      dimensions: [
        { length: 22, width: 17, height: 10, units: 'IN' },
        { length: 55, width: 43, height: 25, units: 'CM' },
      ],
    },
    packageContent: [],
  };
}

/**
 * The details of a delivery. The number of attempts stays at zero even after failed ones, as
 * FedEx's own answers show.
 */
function deliveryOf(delivered: VisibleEvent | undefined) {
  return {
    ...(delivered?.place == null
      ? {}
      : {
          actualDeliveryAddress: address(delivered.place),
          locationType: 'SHIPPING_RECEIVING',
          locationDescription: 'Shipping/Receiving',
          receivedByName: delivered.details['receivedBy'] ?? '',
        }),
    deliveryAttempts: '0',
    deliveryOptionEligibilityDetails: [
      { option: 'INDIRECT_SIGNATURE_RELEASE', eligibility: 'INELIGIBLE' },
      { option: 'REDIRECT_TO_HOLD_AT_LOCATION', eligibility: 'POSSIBLY_ELIGIBLE' },
      { option: 'REROUTE', eligibility: 'INELIGIBLE' },
    ],
  };
}

const COUNTRIES: Readonly<Record<string, string>> = { US: 'United States', CA: 'Canada' };

function address({ city, region, country }: SandboxPlace) {
  return {
    ...(city === '' ? {} : { city, stateOrProvinceCode: region }),
    countryCode: country,
    residential: false,
    countryName: COUNTRIES[country] ?? country,
  };
}

function stamp(atMs: number, zone: string): string {
  const { date, time, offset } = localTime(atMs, zone);
  return `${date}T${time}${offset}`;
}
