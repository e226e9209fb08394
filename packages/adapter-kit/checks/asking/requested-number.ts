import { isDeepStrictEqual } from 'node:util';
import {
  type CarrierAdapter,
  type CarrierReport,
  type ParseOutcome,
  type Payload,
  parseJsonOrNull,
} from 'waybill/adapter';
import type { ConformanceCheck, ReadSubject } from '../check.ts';
import type { Fixture } from '../reading/fixtures.ts';

/**
 * Checks that the requested number identifies a parcel only if the document names none. A push has
 * no requested number.
 */
export function requestedNumberChecks({
  adapter,
  fixtures,
}: ReadSubject): readonly ConformanceCheck[] {
  return [
    {
      id: 'parse.asked',
      title: 'uses the number that was asked for only if an answer names none',
      skip: null,
      fix: 'parse.ts: use `requestedNumber` of the contract for a single parcel without a number.',
      problems: () =>
        fixtures.flatMap((fixture) =>
          problemsOf(adapter, fixture).map((problem) => `${fixture.name}: ${problem}`),
        ),
    },
  ];
}

function problemsOf(adapter: CarrierAdapter, { payload: whole }: Fixture): readonly string[] {
  const { requestedNumber: _, ...payload } = whole;
  const read = adapter.parse(payload);
  const named = numbersIn(read);
  const other = otherNumber(adapter, named[0] ?? whole.requestedNumber ?? '');
  const parsed = adapter.parse({ ...payload, requestedNumber: other });
  const isPush = payload.kind === 'webhook';
  if (isPush || named.length > 0) {
    return isDeepStrictEqual(parsed, read)
      ? problemsWithoutNumbers(adapter, payload, read)
      : [`reads otherwise when ${other} was asked for, ${isPush ? 'a push' : 'named or not'}`];
  }
  return unnamedProblems(parsed, other);
}

/** Checks the document again after all of its parcels' numbers were removed. */
function problemsWithoutNumbers(
  adapter: CarrierAdapter,
  payload: Payload,
  read: ParseOutcome,
): readonly string[] {
  const json = parseJsonOrNull(payload.text);
  if (json === null || read.outcome !== 'reports') return [];
  const named = new Set(numbersIn(read));
  const isNamed = (value: unknown) =>
    (typeof value === 'string' || typeof value === 'number') &&
    named.has(adapter.numbers.normalize(String(value)));
  const text = JSON.stringify(withoutValues(json.value, isNamed));
  const number = read.reports[0]?.trackingNumber ?? '';
  const withoutNumber = adapter.parse({ ...payload, text });
  const parsed = adapter.parse({ ...payload, text, requestedNumber: number });
  if (payload.kind === 'webhook') {
    return isDeepStrictEqual(parsed, withoutNumber) ? [] : ['a push without a number takes one'];
  }
  // A document that still names a number, of a sibling or another leg, is about that number.
  if (numbersIn(withoutNumber).length > 0) return [];
  const parcels = new Set(read.reports.map(({ trackingNumber }) => trackingNumber)).size;
  if (parcels > 1 && reportsOf(parsed).length > 0) {
    return [`one number taken for ${parcels} parcels without any`];
  }
  return unnamedProblems(parsed, number);
}

/** Checks that a document without a number is read as at most one parcel, the requested one. */
function unnamedProblems(parsed: ParseOutcome, number: string): readonly string[] {
  const reports = reportsOf(parsed);
  return [
    ...(reports.length > 1 ? [`${reports.length} reports about one number`] : []),
    ...reports
      .filter(({ trackingNumber }) => trackingNumber !== number)
      .map(({ trackingNumber }) => `${trackingNumber} is neither named nor asked for`),
  ];
}

function reportsOf(outcome: ParseOutcome): readonly CarrierReport[] {
  return outcome.outcome === 'reports' ? outcome.reports : [];
}

function numbersIn(outcome: ParseOutcome): readonly string[] {
  if (outcome.outcome !== 'reports') return outcome.trackingNumbers;
  return [
    ...outcome.reports.flatMap(({ trackingNumber, aliases }) => [trackingNumber, ...aliases]),
    ...outcome.misses.map(({ trackingNumber }) => trackingNumber),
  ];
}

/** Another number of the same form, which differs in the last digit. */
function otherNumber({ numbers }: CarrierAdapter, number: string): string {
  const changed = number.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10));
  return numbers.normalize(changed === number ? `${number}1` : changed);
}

/**
 * Removes the members and items for which `isLeftOut` returns true. The JSON of a fixture is
 * shallow.
 */
function withoutValues(value: unknown, isLeftOut: (value: unknown) => boolean): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((item) => (isLeftOut(item) ? [] : [withoutValues(item, isLeftOut)]));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      isLeftOut(member) ? [] : [[name, withoutValues(member, isLeftOut)]],
    ),
  );
}
