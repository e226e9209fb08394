import { z } from 'zod';
import { looseCode, looseList, looseObject, looseText } from '../../../kernel/wire/loose.ts';
import { EVENTS_MAX, PACKAGES_MAX } from '../schema.ts';
import { isMonthFirst, siteClock, siteDay, sitePlace } from './site-clock.ts';
import { codesOfWords } from './words.ts';

const activity = z.object({
  date: looseCode,
  time: looseCode,
  gmtDate: looseCode,
  gmtTime: looseCode,
  gmtOffset: looseCode,
  location: looseText,
  activityScan: looseText,
});

const detail = z.object({
  errorCode: looseCode,
  errorText: looseText,
  requestedTrackingNumber: looseCode,
  trackingNumber: looseCode,
  packageStatus: looseText,
  packageStatusType: looseCode,
  packageStatusCode: looseCode,
  progressBarType: looseCode,
  // The day and hours promised; the site's older answers had `scheduledDeliveryDate` instead.
  sdd: looseCode,
  sdst: looseCode,
  sdt: looseCode,
  scheduledDeliveryDate: looseCode,
  deliveredDate: looseCode,
  deliveredTime: looseCode,
  shipToAddress: looseObject({
    city: looseText,
    state: looseCode,
    zipCode: looseCode,
    country: looseCode,
  }),
  shipmentProgressActivities: looseList(activity, EVENTS_MAX),
});

const answer = z.object({ trackDetails: looseList(detail, PACKAGES_MAX) });

type Activity = z.output<typeof activity>;
type Detail = z.output<typeof detail>;
type Status = Readonly<Record<'type' | 'code' | 'statusCode' | 'description', string | undefined>>;

/**
 * What the tracking page of ups.com is told by `GetStatus`, in the members of the Track API's answer,
 * so that one reader serves both. The shape is documented nowhere: it is known from the site's own
 * pages and from the tests of public clients, and may change any day. Null for anything else, and
 * for an answer that lists no parcel, which has not been seen and may mean anything.
 */
export function siteStatusBody(json: unknown): Record<string, unknown> | null {
  const read = answer.safeParse(json);
  const details = read.success ? read.data.trackDetails : [];
  if (details.every((one) => one === null)) return null;
  return { trackResponse: { shipment: details.map((one) => one && shipmentOf(one)) } };
}

function shipmentOf(given: Detail): Record<string, unknown> {
  const number = given.trackingNumber ?? given.requestedTrackingNumber;
  const { errorCode, errorText } = given;
  const monthFirst = isMonthFirst([
    ...given.shipmentProgressActivities.map((one) => [one?.date, one?.time] as const),
    [given.deliveredDate, given.deliveredTime],
  ]);
  const newest = newestOf(given, monthFirst);
  const status = statusOf(given, number, newest);
  if (status === undefined && given.shipmentProgressActivities.length === 0 && errorCode) {
    return { inquiryNumber: number, warnings: [{ code: missCode(errorCode, errorText) }] };
  }
  const isDelivered = status !== undefined && saysDelivery(status);
  const { city, state: stateProvince, zipCode: postalCode, country } = given.shipToAddress ?? {};
  const address = { city, stateProvince, postalCode, country };
  return {
    inquiryNumber: number,
    package: [
      {
        trackingNumber: number,
        currentStatus: status,
        activity: given.shipmentProgressActivities.map(
          (one) => one && activityOf(one, one === newest ? status : null, isDelivered, monthFirst),
        ),
        packageAddress: [{ type: 'DESTINATION', address }],
        ...datesOf(given, isDelivered, monthFirst),
      },
    ],
  };
}

/** By its clock, not by its place in the list; null without a date that is read. */
function newestOf(given: Detail, monthFirst: boolean | null): Activity | null {
  const keyOf = (one: Activity | null) => {
    const day = siteDay(one?.date, monthFirst);
    return day === undefined ? '' : `${day} ${siteClock(one?.time) ?? ''}`;
  };
  return given.shipmentProgressActivities.reduce<Activity | null>(
    (newest, one) => (keyOf(one) > keyOf(newest) ? one : newest),
    null,
  );
}

/** The site gives a code of its own and a sentence; only the sentence is known. */
function missCode(code: string, words: string | undefined): string {
  return /could not locate the shipment details/i.test(words ?? '') ? 'TW0001' : code;
}

/** Stands where a code would, for words that are none we know or that nothing bears out. */
const UNRECOGNISED = 'UNRECOGNISED_WORDS';

/** Delivered, and delivered by a post office: the wordings that are in `words.ts`. */
const DELIVERED_WORDS = ['011', '026'];
/** With those that only a code tells: to an agent, to a locker. */
const DELIVERIES = [...DELIVERED_WORDS, '143', '156'];

/**
 * Type and code of the parcel, in the lists of the Track API. Type D alone is a family (it has parcels
 * at access points, too), and words alone are a translation: a delivery takes both, or its words twice
 * where there is neither type nor code, or the code of one without known words against it. What does
 * not agree stands as unrecognised; what says something else stands without type D, which would stand
 * for a delivery where the rest is not known.
 */
function statusOf(
  given: Detail,
  number: string | undefined,
  newest: Activity | null,
): Status | undefined {
  const { packageStatus: description, packageStatusCode: code } = given;
  const letter = given.packageStatusType?.toUpperCase();
  if (letter === undefined && code === undefined && description === undefined) return undefined;
  const isFamily = letter === 'D';
  const type = isFamily ? undefined : letter;
  const status3 = /^\d{3}$/.test(code ?? '') ? code : undefined;
  const words = codesOfWords(description);
  const said = words?.['status3'];
  const isSaid = said !== undefined && DELIVERED_WORDS.includes(said);
  const isCoded = status3 !== undefined && DELIVERIES.includes(status3);
  const other = isCoded ? undefined : status3;
  if (other !== undefined) return { type, code: other, statusCode: undefined, description };
  if (said !== undefined && !isSaid) {
    return { type, code: undefined, statusCode: said, description };
  }
  // Three digits are of another list for freight: there only words settle them.
  const isSettled = isSaid || (isCoded && /^1Z/i.test(number ?? ''));
  if (isSettled && (isFamily || (isCoded && type === undefined))) {
    return { type: 'D', code: undefined, statusCode: status3 ?? said, description };
  }
  if (letter === undefined && code === undefined) {
    if (isSaid && isSaidAgain(given, newest)) {
      return { type: 'D', code: undefined, statusCode: said, description };
    }
    const scan = words?.['type'];
    if (scan !== undefined) {
      return { type: scan, code: words?.['code'], statusCode: undefined, description };
    }
  }
  if (type === undefined) return unrecognised(description);
  return { type, code: undefined, statusCode: undefined, description };
}

/** By the newest of the activities, or by the bar above them. */
function isSaidAgain({ progressBarType }: Detail, newest: Activity | null): boolean {
  return [newest?.activityScan, progressBarType].some((words) => {
    const said = codesOfWords(words)?.['status3'];
    return said !== undefined && DELIVERED_WORDS.includes(said);
  });
}

function unrecognised(description: string | undefined): Status {
  return { type: undefined, code: UNRECOGNISED, statusCode: undefined, description };
}

function saysDelivery({ statusCode }: Status): boolean {
  return statusCode !== undefined && DELIVERIES.includes(statusCode);
}

/**
 * Activities have words only; "Delivered" counts where the parcel's own status says so, too. Why a
 * parcel is late is a sentence: the newest one of a parcel that has an exception is that exception.
 */
function activityOf(
  given: Activity,
  current: Status | null | undefined,
  isDelivered: boolean,
  monthFirst: boolean | null,
): Record<string, unknown> {
  const { gmtDate, gmtTime, gmtOffset, activityScan: words } = given;
  return {
    date: siteDay(given.date, monthFirst),
    time: siteClock(given.time),
    gmtDate,
    gmtTime,
    gmtOffset,
    status: words === undefined ? undefined : statusOfWords(words, current, isDelivered),
    location: { address: sitePlace(given.location) },
  };
}

function statusOfWords(
  words: string,
  current: Status | null | undefined,
  isDelivered: boolean,
): Status {
  const said = codesOfWords(words);
  if (said === null && current?.type === 'X') return { ...current, description: words };
  const statusCode = said?.['status3'];
  const isDelivery = statusCode !== undefined && DELIVERED_WORDS.includes(statusCode);
  if (said === null || (isDelivery && !isDelivered)) return unrecognised(words);
  const type = isDelivery ? 'D' : said['type'];
  return { type, code: said['code'], statusCode, description: words };
}

/** Hours are those of the place. Once delivered, a day that was promised is no news. */
function datesOf(given: Detail, isDelivered: boolean, monthFirst: boolean | null) {
  if (isDelivered) {
    const date = siteDay(given.deliveredDate, monthFirst);
    return {
      deliveryDate: [{ type: 'DEL', date }],
      deliveryTime: { type: 'DEL', endTime: siteClock(given.deliveredTime) },
    };
  }
  const { sdd, sdst: startTime, sdt: endTime, scheduledDeliveryDate: older } = given;
  return {
    deliveryDate: [{ type: 'SDD', date: sdd ?? siteDay(older, monthFirst) }],
    deliveryTime: { type: startTime === undefined ? 'CMT' : 'EDW', startTime, endTime },
  };
}
