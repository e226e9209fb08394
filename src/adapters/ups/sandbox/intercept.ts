import { z } from 'zod';
import { definedOnly } from '../../../kernel/defined-only.ts';
import {
  DAY_MS,
  type Diversion,
  HOUR_MS,
  jsonAnswer,
  jsonOf,
  localTime,
  readScenarios,
  type SandboxAnswer,
  type SandboxPlace,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleInstance,
} from '../../sandbox-kit/index.ts';
import { errorAnswer } from './errors.ts';

export const INTERCEPT_PATH =
  /^\/api\/deliveryintercept\/v2\/(eligibility\/intercept|willcall|return|reschedule|redirect\/address)\/([^/]+)$/;

/**
 * The form of the header `transid` in DeliveryIntercept.yaml: 3 to 14 characters. Two other headers
 * have fixed values.
 */
const TRANSACTION = /^[a-zA-Z0-9.-]{3,14}$/;
const NUMBER = /^1Z[A-Z0-9]{16}$/;
/** How many days are offered for a later delivery. */
const DAYS_OFFERED = 5;

const phone = z.string().regex(/^\+\d{1,13}$/);
const REQUEST = z.strictObject({
  requestType: z.enum(['WC', 'FD', 'AA', 'RS']),
  requesterContactInfo: z.looseObject({ name: z.string().min(1).max(30), telephone: phone }),
  specialInstructions: z.string().min(1).max(254).nullable(),
  reasonForReturn: z.enum(['AM', 'AN', 'AQ', 'AR', 'AS', 'FA', 'KR', 'KS', 'KV']).optional(),
  deliveryDate: z
    .string()
    .regex(/^\d{8}$/)
    .optional(),
  newDeliveryAddress: z
    .looseObject({
      addressInfo: z.looseObject({
        addressLine1: z.string().min(1).max(50),
        city: z.string().min(1).max(30),
        state: z.string().regex(/^[A-Z]{2}$/),
        postalCode: z.string().regex(/^\d{5}(?:[-\s]\d{4})?$/),
        countryCode: z.string().regex(/^[A-Z]{2}$/),
      }),
    })
    .optional(),
});
type Wanted = z.output<typeof REQUEST>;

/**
 * Answers Delivery Intercept v2: the possible changes for a parcel, and the requests for them. A
 * parcel may be intercepted from its handover until it is on the vehicle, and held even then;
 * afterwards UPS answers that it cannot (the error code is unverified).
 */
export function answerIntercept(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const [, action = '', number = ''] = INTERCEPT_PATH.exec(request.path) ?? [];
  const { headers } = request;
  const isNamed =
    TRANSACTION.test(headers['transid'] ?? '') &&
    headers['platformtype'] === 'XOLT' &&
    headers['inquirytype'] === 'U';
  if (!isNamed || !NUMBER.test(number)) return errorAnswer('badIntercept');
  const life = world.parcel(number)?.lives.at(-1);
  if (life === undefined) return errorAnswer('notTheirs');
  const open = openFor(life);
  const transactionId = headers['transid'] ?? '';
  if (action === 'eligibility/intercept')
    return eligibility(transactionId, life, open, world.nowMs);
  const read = REQUEST.safeParse(jsonOf(request));
  if (!read.success || TYPES[action] !== read.data.requestType) return errorAnswer('badIntercept');
  const isAllowed = read.data.requestType === 'WC' ? open.hold : open.change;
  const diversion = isAllowed ? diversionOf(read.data, life, world.nowMs) : null;
  if (diversion === null || !world.divert(number, diversion)) {
    return jsonAnswer(200, {
      transactionId,
      statusCode: '000',
      statusMsg: 'Success',
      success: false,
      errors: [{ errorCode: '1201', errorMessage: 'The package is not eligible' }],
      subStatusCode: '',
    });
  }
  return jsonAnswer(200, {
    transactionId,
    statusCode: '000',
    statusMsg: 'Success',
    success: true,
    errors: null,
    subStatusCode: '',
  });
}

const TYPES: Readonly<Record<string, Wanted['requestType']>> = {
  willcall: 'WC',
  return: 'RS',
  reschedule: 'FD',
  'redirect/address': 'AA',
};

interface Open {
  readonly hold: boolean;
  readonly change: boolean;
}

/** What is still possible, by the newest scan that moves the parcel. */
function openFor({ events }: VisibleInstance): Open {
  const last = events.findLast(({ codes }) => codes['type'] !== 'U')?.codes ?? {};
  const isMoving = last['type'] === 'I' || (last['type'] === 'X' && last['code'] === 'EJ');
  return { hold: isMoving, change: isMoving && last['code'] !== 'OT' };
}

function eligibility(
  transactionId: string,
  { destination }: VisibleInstance,
  open: Open,
  nowMs: number,
): SandboxAnswer {
  const value = (isOpen: boolean) => ({
    createEligibility: isOpen ? 'ELIGIBLE' : 'NOT_ELIGIBLE',
    modifyEligibility: 'NOT_ELIGIBLE',
    cancelEligibility: 'NOT_ELIGIBLE',
  });
  const days = daysAfter(nowMs, destination.zone).map(({ date }) => ({ date }));
  return jsonAnswer(200, {
    response: {
      transactionId,
      statusCode: '000',
      statusMsg: 'SUCCESS',
      success: true,
      errors: null,
      warnings: null,
      commonEligibilityMap: [
        {
          interceptFeature: 'FD',
          eligibilityValue: {
            ...value(open.change),
            ...(open.change ? { dateOptionsforFutureDelivery: days } : {}),
          },
        },
        { interceptFeature: 'WC', eligibilityValue: value(open.hold) },
        { interceptFeature: 'SDWC', eligibilityValue: value(false) },
        { interceptFeature: 'RD', eligibilityValue: value(open.change) },
        {
          interceptFeature: 'RTS',
          eligibilityValue: {
            ...value(open.change),
            reasonOptionsForRTS: [
              { id: 'AM', value: 'Cancelled Order' },
              { id: 'AN', value: 'Duplicate Order' },
              { id: 'KV', value: 'Other' },
            ],
          },
        },
      ],
    },
  });
}

/** The next days except Sundays, such as `20250110`, at this hour. */
function daysAfter(nowMs: number, zone: string) {
  return Array.from({ length: DAYS_OFFERED + 1 }, (_, index) => (index + 1) * DAY_MS)
    .map((afterMs) => ({ afterMs, date: localTime(nowMs + afterMs, zone).date }))
    .filter(({ date }) => new Date(date).getUTCDay() !== 0)
    .slice(0, DAYS_OFFERED)
    .map(({ afterMs, date }) => ({ afterMs, date: date.replaceAll('-', '') }));
}

/** The events of the requested change; null when it is impossible. */
function diversionOf(wanted: Wanted, life: VisibleInstance, nowMs: number): Diversion | null {
  const { destination, origin, events } = life;
  const here = events.findLast(({ place }) => place !== null)?.place ?? origin;
  switch (wanted.requestType) {
    case 'WC':
      return {
        events: [
          later(0.2, 'heldForSender', here),
          later(8, 'arrived', here),
          later(9, 'heldForPickup', here),
          later(30, 'delivered', here, { receivedBy: 'OLLINS', leftAt: 'UPS Customer Center' }),
        ],
      };
    case 'RS':
      if (wanted.reasonForReturn === undefined) return null;
      return {
        events: [
          later(0.2, 'returning', here),
          later(24, 'departed', here),
          later(50, 'returned', origin),
        ],
      };
    case 'FD': {
      const offered = daysAfter(nowMs, destination.zone);
      const afterMs = offered.find(({ date }) => date === wanted.deliveryDate)?.afterMs;
      if (afterMs === undefined) return null;
      return {
        events: [
          later(0.2, 'heldForLater', here),
          { ...later(0, 'onVehicle', here), afterMs: afterMs - 4 * HOUR_MS },
          { ...later(0, 'delivered', destination), afterMs },
        ],
        expectedAtMs: nowMs + afterMs,
      };
    }
    case 'AA': {
      const address = wanted.newDeliveryAddress?.addressInfo;
      if (address === undefined) return null;
      const { city, state: region, postalCode, countryCode: country } = address;
      const place: SandboxPlace = { city, region, postalCode, country, zone: destination.zone };
      return {
        events: [
          later(0.2, 'toOtherAddress', here),
          later(26, 'onVehicle', here),
          later(30, 'delivered', place),
        ],
        expectedAtMs: nowMs + 30 * HOUR_MS,
      };
    }
  }
}

function later(
  hours: number,
  scan: string,
  place: SandboxPlace,
  details?: Readonly<Record<string, string>>,
): Diversion['events'][number] {
  return {
    ...named(scan),
    place,
    afterMs: hours * HOUR_MS,
    ...definedOnly({ details }),
  };
}

const { scans } = readScenarios(new URL('../scenarios.yaml', import.meta.url));

function named(scan: string): Pick<Diversion['events'][number], 'codes' | 'text'> {
  const found = scans[scan];
  if (found === undefined) throw new Error(`scenarios.yaml has no scan "${scan}"`);
  return { codes: found.codes, text: found.text };
}
