import { createHash } from 'node:crypto';
import type { CarrierAdapter, ParseOutcome } from '../../adapters/contract.ts';
import { instantMs } from '../../kernel/place-time.ts';
import type { PollTarget, ProofOffer } from '../due/target.ts';

/** What one answer about one number means, next to the one before it. */
export type Judgement =
  /** The carrier says what it said before. */
  | { readonly kind: 'same' }
  | {
      readonly kind: 'changed';
      readonly hash: string;
      readonly identities: readonly string[];
      /** It leaves out a fact that the answer before had. */
      readonly isMissingFacts: boolean;
      /** Instants of facts that the answer before did not have, oldest first. */
      readonly newFactsAtMs: readonly number[];
      /** False: it holds no report, so tracking will keep it as unreadable. */
      readonly isReport: boolean;
      readonly proofOffer: ProofOffer | null;
    }
  | { readonly kind: 'miss'; readonly isKnown: boolean }
  /** The answer is about the account or the carrier's machines. */
  | { readonly kind: 'failure'; readonly reason: string };

type Asked = Pick<PollTarget, 'trackingNumber' | 'lastHash' | 'lastIdentities'>;
type Reader = Pick<CarrierAdapter, 'parse'> & {
  readonly manifest: Pick<CarrierAdapter['manifest'], 'volatileFields' | 'historyCap'>;
};

/** Pure and total: any text, and whatever the adapter makes of it. */
export function judgeAnswer(
  target: Asked,
  answer: { readonly text: string; readonly httpStatus: number },
  adapter: Reader,
): Judgement {
  const hash = contentHash(answer.text, adapter.manifest.volatileFields);
  if (hash === target.lastHash) return { kind: 'same' };
  const parsed = read(answer, adapter);
  const other = otherThanReports(parsed, target.trackingNumber);
  if (other !== null) return other;
  const facts = factsOf(parsed);
  const identities = facts.map(({ identity }) => identity);
  const before = target.lastIdentities ?? [];
  const [has, had] = [new Set(identities), new Set(before)];
  const { maxEvents } = adapter.manifest.historyCap;
  // A list as long as the carrier ever gives has lost its oldest facts, not taken them back.
  const isCut = maxEvents !== null && facts.length >= maxEvents;
  return {
    kind: 'changed',
    hash,
    // What cannot be read says nothing of facts: the answer before it stays what is compared with.
    identities: parsed.outcome === 'reports' ? identities : before,
    isMissingFacts: !isCut && isFull(parsed) && before.some((identity) => !has.has(identity)),
    newFactsAtMs: facts
      .flatMap(({ identity, atMs }) => (had.has(identity) || atMs === null ? [] : [atMs]))
      .sort((one, another) => one - another),
    isReport: parsed.outcome === 'reports',
    proofOffer: proofOfferOf(parsed),
  };
}

/** An adapter's bug must not cost the answer: tracking keeps what cannot be read. */
function read(answer: { readonly text: string; readonly httpStatus: number }, adapter: Reader) {
  try {
    return adapter.parse({ ...answer, kind: 'track' });
  } catch {
    const reason = 'the adapter failed on it';
    return { outcome: 'unreadable', reason, trackingNumbers: [] } as const;
  }
}

function otherThanReports(parsed: ParseOutcome, trackingNumber: string): Judgement | null {
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

interface SeenFact {
  readonly identity: string;
  readonly atMs: number | null;
}

function factsOf(parsed: ParseOutcome): SeenFact[] {
  if (parsed.outcome !== 'reports') return [];
  return parsed.reports.flatMap(({ facts }) =>
    facts.map(({ identity, piece, time }) => ({
      identity: shortHash(JSON.stringify([identity, piece])),
      atMs: instantMs(time),
    })),
  );
}

/** Of the report with the newest fact: a number's older lives offer theirs too. */
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

function isFull(parsed: ParseOutcome): boolean {
  return parsed.outcome === 'reports' && parsed.reports.every(({ fullHistory }) => fullHistory);
}

/** Of the content alone: members in one order, without those that differ with equal news. */
export function contentHash(text: string, volatileFields: readonly string[]): string {
  const left = new Set(volatileFields);
  let content: string;
  try {
    content = JSON.stringify(settled(JSON.parse(text), left));
  } catch {
    content = text;
  }
  return createHash('sha256').update(content, 'utf8').digest('base64url').slice(0, 32);
}

function settled(value: unknown, left: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => settled(each, left));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !left.has(name))
      .sort(([one], [another]) => (one < another ? -1 : 1))
      .map(([name, member]) => [name, settled(member, left)]),
  );
}

/** 64 bits, as PostgreSQL's bigint spells them. */
function shortHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest().readBigInt64BE(0).toString();
}
