import { createHash } from 'node:crypto';
import {
  type CarrierAdapter,
  type ParseOutcome,
  reportsAsRead,
} from '../../adapters/contract/contract.ts';
import { instantMs } from '../../kernel/time/place-time.ts';
import { parseJson } from '../../kernel/wire/json.ts';
import type { PollTarget, ProofOffer } from '../due/target.ts';

/** The meaning of one answer about one number, compared with the previous answer. */
export type Judgement =
  /** The carrier repeats its previous answer. */
  | { readonly kind: 'same'; readonly isMissingFacts: boolean }
  | {
      readonly kind: 'changed';
      readonly hash: string;
      readonly identities: readonly string[];
      /** Whether it omits a fact that the previous answer had, or that was pushed since. */
      readonly isMissingFacts: boolean;
      /** The instants of facts that the previous answer did not have, oldest first. */
      readonly newFactsAtMs: readonly number[];
      /** False if it contains no report, so that tracking stores it as unreadable. */
      readonly isReport: boolean;
      readonly proofOffer: ProofOffer | null;
    }
  | { readonly kind: 'miss'; readonly isKnown: boolean }
  /** The answer is about the account or the carrier's systems. */
  | { readonly kind: 'failure'; readonly reason: string };

type PolledTarget = Pick<
  PollTarget,
  'trackingNumber' | 'lastHash' | 'lastIdentities' | 'lastPolledAtMs' | 'lastUpdateAtMs' | 'history'
>;
type Reader = Pick<CarrierAdapter, 'parse'> & {
  readonly manifest: Pick<CarrierAdapter['manifest'], 'volatileFields' | 'historyCap'>;
};

/** Judges an answer. Pure; never throws, for any text and any result of the adapter. */
export function judgeAnswer(
  target: PolledTarget,
  answer: { readonly text: string; readonly httpStatus: number },
  adapter: Reader,
): Judgement {
  const hash = contentHash(answer.text, adapter.manifest.volatileFields);
  if (hash === target.lastHash) {
    // Parsed again only after an update: an unchanged answer may omit facts pushed since.
    const isMissingFacts =
      hadUpdate(target) && lacksPushed(target, read(target, answer, adapter), adapter);
    return { kind: 'same', isMissingFacts };
  }
  const parsed = read(target, answer, adapter);
  const withoutReport = missOrFailure(parsed, target.trackingNumber);
  if (withoutReport !== null) return withoutReport;
  const facts = factsOf(parsed);
  const identities = facts.map(({ identity }) => identity);
  const before = target.lastIdentities ?? [];
  const [has, had] = [new Set(identities), new Set(before)];
  const omitsKnown = listsAll(parsed, adapter) && before.some((identity) => !has.has(identity));
  return {
    kind: 'changed',
    hash,
    // An unreadable answer contains no facts, so the previous one stays the basis of comparison.
    identities: parsed.outcome === 'reports' ? identities : before,
    isMissingFacts: omitsKnown || lacksPushed(target, parsed, adapter),
    newFactsAtMs: facts
      .flatMap(({ identity, atMs }) => (had.has(identity) || atMs === null ? [] : [atMs]))
      .sort((one, another) => one - another),
    isReport: parsed.outcome === 'reports',
    proofOffer: proofOfferOf(parsed),
  };
}

/** Parses an answer. If the adapter throws, the answer is stored nevertheless, as unreadable. */
function read(
  { trackingNumber }: PolledTarget,
  { text, httpStatus }: { readonly text: string; readonly httpStatus: number },
  adapter: Reader,
) {
  try {
    return adapter.parse({ text, httpStatus, kind: 'track', requestedNumber: trackingNumber });
  } catch {
    const reason = 'the adapter failed on it';
    return { outcome: 'unreadable', reason, trackingNumbers: [] } as const;
  }
}

/**
 * Returns the judgement of an answer without a report: a miss or a failure. Null for reports and
 * unreadable answers.
 */
function missOrFailure(parsed: ParseOutcome, trackingNumber: string): Judgement | null {
  if (parsed.outcome === 'unreadable') return null;
  const miss =
    parsed.outcome !== 'reports'
      ? parsed
      : parsed.reports.length > 0
        ? null
        : (parsed.misses.find((each) => each.trackingNumber === trackingNumber) ??
          parsed.misses[0]);
  if (miss === null || miss === undefined) return null;
  if (miss.outcome === 'not_found') return { kind: 'miss', isKnown: false };
  if (miss.outcome === 'not_yet') return { kind: 'miss', isKnown: true };
  return { kind: 'failure', reason: miss.reason };
}

interface KnownFact {
  readonly identity: string;
  readonly atMs: number | null;
}

/** Returns the identities and times of all facts in an answer; none if it contains no reports. */
function factsOf(parsed: ParseOutcome): KnownFact[] {
  if (parsed.outcome !== 'reports') return [];
  return parsed.reports.flatMap(({ facts }) =>
    facts.map(({ identity, piece, time }) => ({
      identity: shortHash(JSON.stringify([identity, piece])),
      atMs: instantMs(time),
    })),
  );
}

/**
 * The proofs listed in the report with the newest fact: earlier instances of the number list theirs
 * too.
 */
function proofOfferOf(parsed: ParseOutcome): ProofOffer | null {
  if (parsed.outcome !== 'reports') return null;
  const offers = parsed.reports.map(({ facts, snapshot, carrierPieceId }): ProofOffer => {
    const instants = facts.flatMap(({ time }) => instantMs(time) ?? []);
    const newest = instants.length === 0 ? null : Math.max(...instants);
    return { kinds: snapshot.proofs, piece: carrierPieceId, as_of_ms: newest };
  });
  const [first = null, ...others] = offers;
  return others.reduce(
    (best, each) => ((each.as_of_ms ?? 0) > (best?.as_of_ms ?? 0) ? each : best),
    first,
  );
}

/**
 * Whether the list of facts is complete. One of the carrier's maximum length has dropped its oldest
 * facts, not retracted them.
 */
function listsAll(parsed: ParseOutcome, { manifest }: Reader): boolean {
  if (parsed.outcome !== 'reports') return false;
  const { maxEvents } = manifest.historyCap;
  const reports = reportsAsRead(parsed);
  const count = reports.reduce((sum, { facts }) => sum + facts.length, 0);
  const isCut = maxEvents !== null && count >= maxEvents;
  return !isCut && reports.every(({ fullHistory }) => fullHistory);
}

/** Pushes may be late, so facts up to this much older than the previous poll are included. */
const PUSHED_LATE_MS = 24 * 3_600_000;
/** Each source rounds the time of a scan in its own way. */
const SAME_INSTANT_MS = 60_000;

/** Whether the number had an update since the last poll. */
function hadUpdate({ lastUpdateAtMs, lastPolledAtMs }: PolledTarget): boolean {
  return lastUpdateAtMs !== null && lastUpdateAtMs > (lastPolledAtMs ?? Number.NEGATIVE_INFINITY);
}

/**
 * Whether the answer contradicts a fact that was only pushed, such as a mistaken scan that the
 * carrier has retracted: the list is complete, reaches back to the fact's time and does not contain
 * it. Checked only on the first poll after an update, so that disagreeing sources cost one more
 * call per update instead of a loop. A list with an unknown time proves nothing.
 */
function lacksPushed(target: PolledTarget, parsed: ParseOutcome, adapter: Reader): boolean {
  if (!hadUpdate(target) || !listsAll(parsed, adapter)) return false;
  const instants = factsOf(parsed).map(({ atMs }) => atMs);
  const known = instants.filter((atMs) => atMs !== null);
  if (known.length === 0 || known.length < instants.length) return false;
  const sinceMs = Math.max(Math.min(...known), (target.lastPolledAtMs ?? 0) - PUSHED_LATE_MS);
  return target.history.some(
    ([, atS]) =>
      atS * 1_000 >= sinceMs &&
      !known.some((atMs) => Math.abs(atMs - atS * 1_000) <= SAME_INSTANT_MS),
  );
}

/** Hashes the content of an answer: members in a fixed order, without the volatile ones. */
export function contentHash(text: string, volatileFields: readonly string[]): string {
  const omitted = new Set(volatileFields);
  let content: string;
  try {
    content = JSON.stringify(canonical(parseJson(text), omitted));
  } catch {
    content = text;
  }
  return createHash('sha256').update(content, 'utf8').digest('base64url').slice(0, 32);
}

/** Returns the value with the members of its objects sorted by name, without the omitted ones. */
function canonical(value: unknown, omitted: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => canonical(each, omitted));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !omitted.has(name))
      .sort(([one], [another]) => (one < another ? -1 : 1))
      .map(([name, member]) => [name, canonical(member, omitted)]),
  );
}

/** Hashes a text to 64 bits, written as PostgreSQL writes a bigint. */
function shortHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest().readBigInt64BE(0).toString();
}
