import {
  type CarrierReport,
  type ParseOutcome,
  type Payload,
  parseJsonOrNull,
  type ReportedFact,
} from 'waybill/adapter';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import type { Fixture } from './fixtures.ts';
import { factsIn, reportsIn } from './texts.ts';

/** Checks for slips that look right in every single fixture: what is left out, or has another unit. */
export function slipChecks(subject: ReadSubject): readonly ConformanceCheck[] {
  const { fixtures } = subject;
  const each = (problemsOf: (fixture: Fixture) => readonly string[]) => (): readonly string[] =>
    fixtures.flatMap((fixture) =>
      [...new Set(problemsOf(fixture))].map((problem) => `${fixture.name}: ${problem}`),
    );
  return [
    {
      id: 'parse.estimates',
      title: 'passes on an estimated delivery that its fixtures have',
      skip: null,
      fix: 'parse.ts: read the member into snapshot.estimatedDelivery.',
      problems: () => droppedEstimate(subject),
    },
    {
      id: 'parse.units',
      title: 'converts weights to grams',
      skip: null,
      fix: 'parse.ts: multiply by the unit of the answer; snapshot.weightG is in grams.',
      problems: each((fixture) => unconvertedWeight(subject, fixture)),
    },
    {
      id: 'identity.event-ids',
      title: 'gives a fact the same identity whatever the id of its event',
      skip: null,
      fix: 'parse.ts: leave ids of events out of identities: many carriers number them anew in each answer.',
      problems: each((fixture) => identityByEventId(subject, fixture)),
    },
    {
      id: 'fixtures.status',
      title: 'has fixtures whose http_status fits their outcome',
      skip: null,
      fix: 'fixtures/<case>.expected.json: set http_status to that of the recorded answer, or omit it.',
      problems: each((fixture) => wrongStatus(subject, fixture)),
    },
  ];
}

const ESTIMATE =
  /^(?:e[dt][ad]|(?:estimated|expected|scheduled|planned)_?(?:delivery|arrival).*|expected)$/i;
const DAY = /^(\d{4})-?(\d\d)-?(\d\d)(?!\d)/;

/** Reports an estimate that no fixture passes on, although at least one has it. */
function droppedEstimate({ adapter, fixtures }: ReadSubject): readonly string[] {
  const reporting = fixtures.flatMap(({ name, payload }) => {
    const reports = reportsIn(adapter, payload)?.reports ?? [];
    return reports.length === 0 ? [] : [{ name, payload, reports }];
  });
  const isPassedOn = reporting.some(({ reports }) =>
    reports.some(({ snapshot }) => snapshot.estimatedDelivery !== null),
  );
  if (isPassedOn) return [];
  return reporting.flatMap(({ name, payload }) => {
    const members = membersOf(payload).filter(
      ({ key, value }) => ESTIMATE.test(key) && DAY.test(String(value)),
    );
    return members
      .slice(0, 1)
      .map(
        ({ key, value }) => `${name}: "${key}" is ${String(value)}, but no fixture has an estimate`,
      );
  });
}

const OTHER_UNIT = /(?:^|[^a-z])(?:kgs?|kilograms?|lbs?|pounds?|oz|ounces?)(?:[^a-z]|$)/i;
/** Lighter than any letter. */
const WEIGHT_G_MIN = 3;

/** Reports a weight that is the answer's number although its unit is not grams. */
function unconvertedWeight({ adapter }: ReadSubject, { payload }: Fixture): readonly string[] {
  const reports = reportsIn(adapter, payload)?.reports ?? [];
  return reports.flatMap(({ snapshot: { weightG } }: CarrierReport): readonly string[] => {
    if (weightG === null) return [];
    if (weightG < WEIGHT_G_MIN) return [`a parcel of ${weightG} g; is that number in kilograms?`];
    const found = membersOf(payload).find(
      ({ key, value, siblings }) =>
        Math.round(Number(value)) === Math.round(weightG) &&
        (OTHER_UNIT.test(spaced(key)) ||
          siblings.some((each) => typeof each === 'string' && OTHER_UNIT.test(each.trim()))),
    );
    return found === undefined ? [] : [`${weightG} g, but "${found.key}" is not in grams`];
  });
}

/** A member's name in words: `weightKg` → `weight Kg`. */
function spaced(key: string): string {
  return key.replaceAll(/([a-z])([A-Z])/g, '$1 $2');
}

const EVENT_ID =
  /^(?:id|_id|uuid|guid|(?:event|scan|checkpoint|object|history|tracking_?event)_?(?:id|uuid))$/i;

/** Reports identities that change together with the ids of events in lists. */
function identityByEventId({ adapter }: ReadSubject, { payload }: Fixture): readonly string[] {
  const json = parseJsonOrNull(payload.text);
  if (json === null) return [];
  const names = new Set<string>();
  const renumber = (value: unknown, isItem: boolean): unknown => {
    if (Array.isArray(value)) return value.map((item) => renumber(item, true));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        const isId = isItem && EVENT_ID.test(key) && ['string', 'number'].includes(typeof member);
        if (isId) names.add(key);
        return [key, isId ? otherId(member) : renumber(member, false)];
      }),
    );
  };
  const text = JSON.stringify(renumber(json.value, false));
  if (names.size === 0) return [];
  const before = factsIn(adapter, payload);
  const after = factsIn(adapter, { ...payload, text });
  // Ids that name codes are read as other codes.
  if (after.length !== before.length || codesOf(after) !== codesOf(before)) return [];
  const isSame = after.every(({ identity }, at) => `${identity}` === `${before[at]?.identity}`);
  return isSame ? [] : [`an identity changes with "${[...names].join('", "')}"`];
}

const codesOf = (facts: readonly ReportedFact[]) => JSON.stringify(facts.map(({ codes }) => codes));

function otherId(id: unknown): unknown {
  return typeof id === 'number'
    ? id + 1
    : String(id).replace(/[0-9a-f](?=[^0-9a-f]*$)/i, (last) => (last === '7' ? '3' : '7'));
}

/** The statuses with which carriers report an outcome, besides 2xx. */
const STATUSES: Readonly<Partial<Record<ParseOutcome['outcome'], readonly number[]>>> = {
  reports: [],
  not_found: [400, 404, 409, 410, 422],
  not_yet: [400, 404, 409, 410, 422],
  auth_error: [400, 401, 403],
  rate_limited: [400, 403, 429, 503],
};
const STATUS_MEMBER = /^(?:http_?)?status(?:_?code)?$/i;

/** Reports a status that contradicts the outcome, or the status that the answer itself states. */
function wrongStatus({ adapter }: ReadSubject, { payload }: Fixture): readonly string[] {
  const { httpStatus } = payload;
  if (httpStatus === undefined) return [];
  const { outcome } = adapter.parse(payload);
  const usual = STATUSES[outcome];
  if (usual !== undefined && httpStatus >= 300 && !usual.includes(httpStatus)) {
    return [`http_status ${httpStatus} does not fit the outcome ${outcome}`];
  }
  // An answer about several parcels states a status for each.
  if (outcome === 'reports') return [];
  const stated = membersOf(payload)
    .filter(({ key, value }) => STATUS_MEMBER.test(key) && /^[45]\d\d$/.test(String(value)))
    .map(({ value }) => Number(value));
  return stated.length === 0 || stated.includes(httpStatus)
    ? []
    : [`http_status is ${httpStatus}, but the answer says ${stated[0]}`];
}

interface Member {
  readonly key: string;
  readonly value: string | number;
  /** All values of its object. */
  readonly siblings: readonly unknown[];
}

/** Every text and number of a JSON payload that has a name. */
function membersOf({ text }: Payload): readonly Member[] {
  const found: Member[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value)) {
      const siblings = Object.values(value);
      for (const [key, member] of Object.entries(value)) {
        if (typeof member === 'string' || typeof member === 'number') {
          found.push({ key, value: member, siblings });
        }
      }
    }
    Object.values(value).forEach(visit);
  };
  visit(parseJsonOrNull(text)?.value);
  return found;
}
