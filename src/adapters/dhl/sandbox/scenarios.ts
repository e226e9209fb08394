import {
  DAY_MS,
  HOUR_MS,
  type Scenario,
  type ScenarioInstance,
  scenarioOf,
} from '../../../adapter-kit/sandbox.ts';
import {
  AUSTIN,
  BONN,
  CINCINNATI,
  DELIVERED,
  ecommerce,
  ecommerceInstance,
  express,
  expressInstance,
  FLYING,
  LEIPZIG,
  MADRID,
  NEW_YORK,
  PARCEL_ON_VEHICLE,
  PICKED_UP,
  parcelDe,
  parcelDeInstance,
  WITH_COURIER,
} from './script.ts';

const PARCEL_DELIVERED = [...PARCEL_ON_VEHICLE, parcelDe(36.5, 'ZU', BONN)];

/** Parts of one consignment that all answer to the same number, which makes two pages. */
const PARTS = [1, 2, 3, 4, 5, 6, 7].map(
  (part): ScenarioInstance =>
    parcelDeInstance(
      PARCEL_ON_VEHICLE.map((event) => ({ ...event, happensMs: event.happensMs + part * 60_000 })),
    ),
);

/**
 * Waybills of Express (ten digits), NVE of Parcel DE (twenty) with valid check digits, and GM
 * numbers of eCommerce, which have none.
 */
export const scenarios: readonly Scenario[] = [
  scenarioOf(
    'delivered',
    'Express: delivered and signed for',
    '9876500012',
    expressInstance(DELIVERED),
  ),
  scenarioOf(
    'out-for-delivery',
    'Express: with the courier today, with a window',
    '9876500023',
    expressInstance(WITH_COURIER),
  ),
  scenarioOf('in-transit', 'Express: between two airports', '9876500034', expressInstance(FLYING)),
  scenarioOf('picked-up', 'Express: picked up', '9876500045', expressInstance(PICKED_UP)),
  scenarioOf('not-found', 'Unknown to the carrier: 404', '9876500056'),
  scenarioOf(
    'exception-then-delivered',
    'Express: held by customs, delivered a day later',
    '9876500060',
    expressInstance([
      ...FLYING,
      express(20, 'CD', BONN),
      express(43, 'CR', BONN),
      express(45, 'AR', BONN),
      express(46.5, 'WC', BONN),
      express(50.2, 'OK', BONN, { details: { signedBy: 'A. EXAMPLE' } }),
    ]),
  ),
  scenarioOf(
    'attempted-then-pickup',
    'Express: nobody at home; waits in a shop',
    '9876500071',
    expressInstance([...WITH_COURIER, express(26, 'NH', BONN), express(31, 'CC', BONN)]),
  ),
  scenarioOf(
    'two-pieces',
    'Express: two pieces under one waybill, one of them behind',
    '9876500082',
    expressInstance(
      FLYING.map((event, nr) => ({
        ...event,
        details: {
          pieces:
            nr === FLYING.length - 1
              ? 'JD010000000000000011'
              : 'JD010000000000000011 JD010000000000000012',
        },
      })),
      {
        pieces: 2,
        details: { pieces: 'JD010000000000000011 JD010000000000000012' },
      },
    ),
  ),
  scenarioOf(
    'recycled',
    'A waybill used again: delivered 60 days ago, on its way now',
    '9876500093',
    expressInstance(DELIVERED, { startsMs: -60 * DAY_MS, destination: MADRID }),
    expressInstance(FLYING),
  ),
  scenarioOf(
    'several-networks',
    'One number, two networks',
    '9876500104',
    parcelDeInstance(PARCEL_DELIVERED, { startsMs: -20 * DAY_MS }),
    expressInstance(FLYING),
  ),
  scenarioOf(
    'other-network',
    'Another network answers first; the right one must be asked for by name',
    '9876500115',
    parcelDeInstance(PARCEL_DELIVERED, { startsMs: -20 * DAY_MS }),
    expressInstance(WITH_COURIER, { details: { network: 'second' } }),
  ),
  scenarioOf('pages', 'Seven shipments under one number, on two pages', '9876500126', ...PARTS),
  scenarioOf(
    'first-contact-late',
    'Unknown for half an hour after the pickup',
    '9876500130',
    expressInstance(
      PICKED_UP.map((event) => ({
        ...event,
        visibleMs: Math.max(event.happensMs, 1.8 * HOUR_MS),
      })),
    ),
  ),
  scenarioOf(
    'silent-deletion',
    'A mis-scan as delivered that is taken back after two hours without a word',
    '9876500141',
    expressInstance([
      ...WITH_COURIER,
      express(24, 'OK', BONN, { deletedMs: 26 * HOUR_MS }),
      express(28.1, 'OK', BONN, { details: { signedBy: 'A. EXAMPLE' } }),
    ]),
  ),
  scenarioOf(
    'late-facts',
    'A scan that becomes known six hours late, after newer ones',
    '9876500152',
    expressInstance(
      DELIVERED.map((event) =>
        event.codes['status'] === 'AR'
          ? { ...event, visibleMs: event.happensMs + 6 * HOUR_MS }
          : event,
      ),
    ),
  ),
  scenarioOf(
    'pushes-lost',
    'Out for delivery and delivery are never pushed',
    '9876500163',
    expressInstance(
      DELIVERED.map((event) =>
        ['WC', 'OK'].includes(event.codes['status'] ?? '') ? { ...event, push: 'lost' } : event,
      ),
    ),
  ),
  scenarioOf(
    'pushes-twice',
    'Every push comes twice',
    '9876500174',
    expressInstance(DELIVERED.map((event) => ({ ...event, push: 'twice' }))),
  ),
  scenarioOf(
    'pushes-out-of-order',
    'Out for delivery is pushed after the delivery',
    '9876500185',
    expressInstance(
      DELIVERED.map((event) =>
        event.codes['status'] === 'WC' ? { ...event, push: { lateMs: 9 * HOUR_MS } } : event,
      ),
    ),
  ),
  scenarioOf(
    'silence',
    'No update for eight days between two airports',
    '9876500196',
    expressInstance([...PICKED_UP, express(4, 'AF', MADRID), express(196, 'DF', MADRID)]),
  ),
  scenarioOf(
    'returned-express',
    'Express: goes back to its sender',
    '9876500200',
    expressInstance([...WITH_COURIER, express(26, 'NH', BONN), express(98, 'RT', BONN)]),
  ),
  scenarioOf(
    'parcel-de-label',
    'Parcel DE: data and no parcel',
    '00340434290000000012',
    parcelDeInstance([parcelDe(0, 'VA', LEIPZIG)]),
  ),
  scenarioOf(
    'parcel-de-delivered',
    'Parcel DE: delivered; places only for who knows the postal code',
    '00340434290000000029',
    parcelDeInstance(PARCEL_DELIVERED),
  ),
  scenarioOf(
    'parcel-de-pickup',
    'Parcel DE: nobody at home; ready in a locker',
    '00340434290000000036',
    parcelDeInstance([
      ...PARCEL_ON_VEHICLE,
      parcelDe(36, 'ZN', BONN),
      parcelDe(41, 'ZF', BONN, { details: { servicePoint: 'PACKSTATION 101' } }),
    ]),
  ),
  scenarioOf(
    'returned',
    'Parcel DE: sent back; the return is called delivered and is flagged',
    '00340434290000000043',
    parcelDeInstance([
      ...PARCEL_ON_VEHICLE,
      parcelDe(36, 'ZN', BONN),
      parcelDe(132, 'BV', BONN, { details: { returning: 'true' } }),
      parcelDe(180, 'ZU', LEIPZIG, { details: { returning: 'true' } }),
    ]),
  ),
  scenarioOf(
    'label-created',
    'eCommerce: a label and nothing more',
    'GM000000000000000011',
    ecommerceInstance([ecommerce(0, 'LABEL CREATED', CINCINNATI)]),
  ),
  scenarioOf(
    'ecommerce-delivered',
    'eCommerce: delivered by the post, whose number is linked',
    'GM000000000000000022',
    ecommerceInstance(
      [
        ecommerce(0, 'LABEL CREATED', CINCINNATI),
        ecommerce(8, 'PACKAGE RECEIVED AT DHL ECOMMERCE DISTRIBUTION CENTER', CINCINNATI),
        ecommerce(50, 'ARRIVED USPS SORT FACILITY', AUSTIN),
        ecommerce(72, 'OUT FOR DELIVERY', AUSTIN),
        ecommerce(77, 'DELIVERED', AUSTIN),
      ],
      { details: { partnerNumber: '9361210912400000000015' } },
    ),
  ),
  scenarioOf(
    'ecommerce-attempted',
    'eCommerce: nobody at home, delivered the day after',
    'GM000000000000000033',
    ecommerceInstance(
      [
        ecommerce(0, 'LABEL CREATED', CINCINNATI),
        ecommerce(8, 'PACKAGE RECEIVED AT DHL ECOMMERCE DISTRIBUTION CENTER', CINCINNATI),
        ecommerce(72, 'OUT FOR DELIVERY', NEW_YORK),
        ecommerce(77, 'NO ONE HOME', NEW_YORK),
        ecommerce(96, 'OUT FOR DELIVERY', NEW_YORK),
        ecommerce(100, 'DELIVERED', NEW_YORK),
      ],
      { destination: NEW_YORK },
    ),
  ),
  scenarioOf(
    'moving',
    'Express: the whole scenarioOf, from the pickup to the signature',
    '9876500211',
    expressInstance(DELIVERED),
  ),
];
