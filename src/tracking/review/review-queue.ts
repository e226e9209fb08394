import type { AdapterManifest, CodeMatch } from '../../adapters/contract/contract.ts';
import {
  type InboundMessage,
  inboundMessagesById,
  openInboundMessage,
  redactText,
  redactValue,
  type Vocabulary,
} from '../../intake/index.ts';
import { isUuid } from '../../kernel/ids.ts';
import type { Status } from '../../kernel/status.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import { type DocumentedCode, type Mapping, readFact } from '../../normalization/index.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { payloadOf } from '../record/interpret.ts';
import type { TrackingDeps } from '../tracking.ts';
import { type Guess, guessMeaning } from './guess.ts';
import { type Neighbourhood, neighbourhoodOf } from './neighbours.ts';
import { isSameMatch, suggestedMatch } from './overlay-rule.ts';
import {
  newestTouched,
  type ReviewFilter,
  type ReviewRow,
  reviewEntries,
  reviewEntry,
  settleEntries,
  type TouchedParcel,
  touchedParcels,
} from './review.sql.ts';

export interface ReviewDeps {
  readonly tracking: TrackingDeps;
  /** Returns a carrier's documented codes; empty for one without a list. */
  readonly documented: (carrier: string) => Promise<readonly DocumentedCode[]>;
  /** Returns the words of carriers' texts that may be shown. */
  readonly vocabulary: () => Promise<Vocabulary>;
}

/** A code that no mapping knows, with everything that helps to decide its meaning. */
export interface ReviewItem {
  readonly row: ReviewRow;
  /** The codes on which a rule should match; null when they fit no combination of the adapter's. */
  readonly suggestedMatch: CodeMatch | null;
  /** The carrier's documentation of it. */
  readonly documented: string | null;
  readonly example: ReviewExample | null;
  readonly guess: Guess;
  /** Parcels that had it, counted up to `TOUCHED_MAX`. */
  readonly touched: number;
  readonly touchedIsMore: boolean;
  readonly parcels: readonly {
    readonly shipmentId: string;
    readonly trackingNumber: string;
    readonly status: Status;
  }[];
}

interface ReviewExample {
  readonly inboundMessageId: string;
  readonly source: string;
  readonly receivedAtMs: number;
  /** The carrier's text, with words masked that may be somebody's name. */
  readonly text: string | null;
  /** Its part of the payload, without personal data; null if it cannot be isolated. */
  readonly event: unknown;
}

/** Limit of counting, above which "more than" is shown: counting a million takes a second. */
const TOUCHED_MAX = 10_000;
/** Parcels examined for a guess; a thousand would not lead to another one. */
const SAMPLE_OF_MANY = 8;
const SAMPLE_OF_ONE = 40;
/** Number of inbound messages that are opened for their texts. */
const INBOUND_MESSAGES_READ = 5;
const TEXTS_MAX = 5;

/**
 * Returns a page of the queue with guesses. Entries whose codes a mapping knows by now are settled
 * at the same time, so that a rule written by hand into a file ends them like one made here.
 */
export async function reviewPage(
  deps: ReviewDeps,
  filter: ReviewFilter,
  limit: number,
): Promise<{ items: ReviewItem[]; more: boolean }> {
  const { pipeline } = deps.tracking.db;
  const rows = await reviewEntries(pipeline, limit + 1, filter);
  const known = rows.filter((row) => (filter.state ?? 'open') === 'open' && isKnown(deps, row));
  if (known.length > 0) {
    const atMs = deps.tracking.clock.nowMs();
    const ids = known.map(({ id }) => id);
    await settleEntries(pipeline, ids, { by: 'mapping', note: null, atMs });
    return reviewPage(deps, filter, limit);
  }
  const items: ReviewItem[] = [];
  for (const row of rows.slice(0, limit))
    items.push(await describeEntry(deps, row, SAMPLE_OF_MANY));
  return { items, more: rows.length > limit };
}

/** Returns one entry in detail; null when there is none with that id. */
export async function reviewItem(deps: ReviewDeps, id: string): Promise<ReviewItem | null> {
  if (!isUuid(id)) return null;
  const row = await reviewEntry(deps.tracking.db.pipeline, id);
  return row && describeEntry(deps, row, SAMPLE_OF_ONE);
}

/** Whether the active mapping knows all of an entry's codes by now. */
export function isKnown(
  { tracking }: { readonly tracking: Pick<TrackingDeps, 'mapping'> },
  { carrier, codes }: ReviewRow,
): boolean {
  const mapping = tracking.mapping(carrier);
  if (mapping === null) return false;
  const { known, unheard } = readFact(mapping, { codes, logical: false });
  return known && (unheard?.length ?? 0) === 0;
}

/**
 * Collects what helps to decide on an unknown code: documentation, examples, a guess, and the
 * parcels that it concerns.
 */
async function describeEntry(
  deps: ReviewDeps,
  row: ReviewRow,
  sample: number,
): Promise<ReviewItem> {
  const { tracking } = deps;
  const { pipeline } = tracking.db;
  const adapter = tracking.adapter(row.carrier);
  const match = adapter && suggestedMatch(adapter.manifest, row.codes);
  const parcels = await newestTouched(pipeline, row, sample);
  const documented =
    adapter === null
      ? null
      : documentedText(
          unknownOf(match ?? row.codes, tracking.mapping(row.carrier)),
          row.codes,
          await deps.documented(row.carrier),
          adapter.manifest.codeKinds,
        );
  const { texts, example } = await textsAndExample(deps, row, parcels);
  const neighbours = await neighboursOf(tracking, row, parcels);
  const touched = await touchedParcels(pipeline, row, TOUCHED_MAX + 1);
  return {
    row,
    suggestedMatch: match,
    documented,
    example,
    guess: guessMeaning({ texts, documented, neighbours }),
    touched: Math.min(touched, TOUCHED_MAX),
    touchedIsMore: touched > TOUCHED_MAX,
    parcels: parcels.map((parcel) => ({
      shipmentId: parcel.shipmentId,
      trackingNumber: parcel.trackingNumber,
      status: parcel.status,
    })),
  };
}

/**
 * Returns the codes that no rule mentions; all of them if each is mentioned, but not the
 * combination.
 */
function unknownOf(codes: CodeMatch, mapping: Mapping | null): CodeMatch {
  const unknown = Object.entries(codes).filter(
    ([key, value]) => mapping?.mentioned.get(key)?.has(value) !== true,
  );
  return unknown.length === 0 ? codes : Object.fromEntries(unknown);
}

async function neighboursOf(
  tracking: TrackingDeps,
  { carrier, codes }: ReviewRow,
  parcels: readonly TouchedParcel[],
): Promise<Neighbourhood[]> {
  const ids = parcels.map(({ shipmentId }) => shipmentId);
  const histories = await loadHistories(tracking.db.pipeline, ids);
  const policy = tracking.context().policyOf(carrier);
  return [...histories.values()].flatMap((history) => {
    const found = neighbourhoodOf(history, codes, policy);
    return found === null ? [] : [found];
  });
}

/**
 * Returns the carrier's texts for the codes in some messages, and the first of these messages as an
 * example.
 */
async function textsAndExample(
  deps: ReviewDeps,
  row: ReviewRow,
  parcels: readonly TouchedParcel[],
): Promise<{ texts: string[]; example: ReviewExample | null }> {
  const { db, sealer } = deps.tracking;
  const ids = [...new Set(parcels.map(({ inboundMessageId }) => inboundMessageId))].slice(
    0,
    INBOUND_MESSAGES_READ,
  );
  if (row.exampleInboundMessageId !== null) ids.push(row.exampleInboundMessageId);
  const rows = await inboundMessagesById(db.pipeline, [...new Set(ids)]);
  const texts = new Set<string>();
  let example: ReviewExample | null = null;
  for (const found of rows) {
    const inboundMessage = openInboundMessage(found, sealer);
    if (inboundMessage === null) continue;
    const body = Buffer.from(inboundMessage.body).toString('utf8');
    const ownTexts = textsOfCodes(deps, row, inboundMessage, body);
    if (ownTexts === null) continue;
    const vocabulary = await deps.vocabulary();
    example ??= {
      inboundMessageId: inboundMessage.id,
      source: inboundMessage.source,
      receivedAtMs: inboundMessage.receivedAtMs,
      text: ownTexts[0] === undefined ? null : redactText(ownTexts[0], vocabulary),
      event: exampleEvent(body, row.codes, vocabulary),
    };
    for (const text of ownTexts) if (texts.size < TEXTS_MAX) texts.add(text);
  }
  return { texts: [...texts], example };
}

/**
 * Returns a message's texts for the codes. Null when the message does not contain the codes, as far
 * as its adapter can read it.
 */
function textsOfCodes(
  { tracking }: ReviewDeps,
  { carrier, codes }: ReviewRow,
  inboundMessage: InboundMessage,
  text: string,
): string[] | null {
  const adapter = tracking.adapter(carrier);
  if (adapter === null) return null;
  const outcome = adapter.parse(payloadOf(inboundMessage, text));
  if (outcome.outcome !== 'reports') return null;
  const facts = outcome.reports
    .flatMap((report) => report.facts)
    .filter((fact) => isSameMatch(fact.codes, codes));
  if (facts.length === 0) return null;
  return [...new Set(facts.flatMap((fact) => (fact.text === null ? [] : [fact.text])))];
}

/**
 * Returns the carrier's descriptions of `sought`, which are some of a fact's `codes`; null if its
 * documentation names none of them. The other codes are only used as conditions: their descriptions
 * would be mistaken for descriptions of these. Pure.
 */
function documentedText(
  sought: CodeMatch,
  codes: CodeMatch,
  documented: readonly DocumentedCode[],
  codeKinds: AdapterManifest['codeKinds'] = {},
): string | null {
  const descriptions = documented
    .filter(({ kind, code }) =>
      (codeKinds[kind] ?? []).some(
        (way) =>
          sought[way.key] === code &&
          Object.entries(way.with ?? {}).every(([key, value]) => codes[key] === value),
      ),
    )
    .map(({ description }) => description);
  return descriptions.length === 0
    ? null
    : [...new Set(descriptions)].slice(0, DESCRIPTIONS_MAX).join('; ');
}

/**
 * Limit of descriptions: a code may be in several of a carrier's lists; more than these add
 * nothing.
 */
const DESCRIPTIONS_MAX = 3;

/**
 * Returns the part of a payload that contained the codes, as the carrier sent it, without personal
 * data: the smallest object with all codes. Null if the payload is not JSON or spells them
 * differently. Pure and total.
 */
export function exampleEvent(body: string, codes: CodeMatch, vocabulary: Vocabulary): unknown {
  const wanted = new Set(Object.values(codes).map((code) => code.toLowerCase()));
  if (wanted.size === 0) return null;
  const json = parseJsonOrNull(body);
  const found = json && smallestWith(json.value, wanted);
  if (found === null || found.leaves > LEAVES_MAX) return null;
  return redactValue(found.node, vocabulary);
}

/**
 * Limit of members in an example. An event has a few dozen; more means the whole payload, which is
 * no example of an event.
 */
const LEAVES_MAX = 120;
const NODES_MAX = 50_000;
const DEPTH_MAX = 60;

interface Found {
  readonly node: unknown;
  readonly leaves: number;
}

/**
 * Returns the deepest object whose leaves contain all wanted values, and of several the first; null
 * if there is none.
 */
function smallestWith(root: unknown, wanted: ReadonlySet<string>): Found | null {
  let left = NODES_MAX;
  let best: (Found & { depth: number }) | null = null;
  const walk = (node: unknown, depth: number): { has: Set<string>; leaves: number } => {
    left -= 1;
    if (left < 0 || depth > DEPTH_MAX) return { has: new Set(), leaves: 1 };
    if (typeof node !== 'object' || node === null) {
      const text = String(node).toLowerCase();
      return { has: new Set(wanted.has(text) ? [text] : []), leaves: 1 };
    }
    const has = new Set<string>();
    let leaves = 0;
    for (const child of Object.values(node)) {
      const below = walk(child, depth + 1);
      for (const each of below.has) has.add(each);
      leaves += below.leaves;
    }
    const isObject = !Array.isArray(node);
    if (isObject && has.size === wanted.size && (best === null || depth > best.depth)) {
      best = { node, leaves, depth };
    }
    return { has, leaves };
  };
  walk(root, 0);
  return best;
}
