import type { CodeMatch } from '../../adapters/contract/contract.ts';
import {
  type InboundMessage,
  inboundMessagesById,
  openInboundMessage,
  redactText,
  type Vocabulary,
} from '../../intake/index.ts';
import { isUuid } from '../../kernel/ids.ts';
import type { Status } from '../../kernel/status.ts';
import { type DocumentedCode, type Mapping, readFact } from '../../normalization/index.ts';
import { loadHistories } from '../facts/history.sql.ts';
import { payloadOf } from '../record/interpret.ts';
import type { TrackingDeps } from '../tracking.ts';
import { documentedText } from './documented.ts';
import { exampleEvent } from './example-event.ts';
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
  /** A carrier's documented codes; empty for one without a list. */
  readonly documented: (carrier: string) => Promise<readonly DocumentedCode[]>;
  /** Words of carriers' texts that may be shown. */
  readonly vocabulary: () => Promise<Vocabulary>;
}

/** A code that no mapping knows, with everything that helps to decide its meaning. */
export interface ReviewItem {
  readonly row: ReviewRow;
  /** The match for a rule; null when the codes fit no combination of the adapter's. */
  readonly suggestedMatch: CodeMatch | null;
  /** The carrier's documentation of it. */
  readonly documented: string | null;
  readonly example: ReviewExample | null;
  readonly guess: Guess;
  /** Parcels that carried it, counted up to `TOUCHED_MAX`. */
  readonly touched: number;
  readonly touchedIsMore: boolean;
  readonly parcels: readonly {
    readonly shipmentId: string;
    readonly trackingNumber: string;
    readonly status: Status;
  }[];
}

export interface ReviewExample {
  readonly inboundMessageId: string;
  readonly source: string;
  readonly receivedAtMs: number;
  /** The carrier's text, with words masked that may be somebody's name. */
  readonly text: string | null;
  /** Its part of the payload, redacted; null if it cannot be isolated. */
  readonly event: unknown;
}

/** Above it the number says "more than": counting a million takes a second. */
const TOUCHED_MAX = 10_000;
/** Parcels examined for a guess: a thousand would not agree on anything else. */
const SAMPLE_OF_MANY = 8;
const SAMPLE_OF_ONE = 40;
/** Inbound messages opened for their words. */
const INBOUND_MESSAGES_READ = 5;
const TEXTS_MAX = 5;

/**
 * A page of the queue with guesses. Entries whose codes a mapping knows by now are settled along
 * the way, so a rule written by hand into a file ends them like one made here.
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

/** One entry in detail. Null when there is none with that id. */
export async function reviewItem(deps: ReviewDeps, id: string): Promise<ReviewItem | null> {
  if (!isUuid(id)) return null;
  const row = await reviewEntry(deps.tracking.db.pipeline, id);
  return row && describeEntry(deps, row, SAMPLE_OF_ONE);
}

export function isKnown(
  { tracking }: { readonly tracking: Pick<TrackingDeps, 'mapping'> },
  { carrier, codes }: ReviewRow,
): boolean {
  const mapping = tracking.mapping(carrier);
  if (mapping === null) return false;
  const { known, unheard } = readFact(mapping, { codes, logical: false });
  return known && (unheard?.length ?? 0) === 0;
}

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
  const { texts, example } = await whatWasSaid(deps, row, parcels);
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

/** The codes that no rule mentions; all of them where each is known, but not the combination. */
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

/** The carrier's words beside the codes in some messages, and the first of these as an example. */
async function whatWasSaid(
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
    const said = textsBeside(deps, row, inboundMessage, body);
    if (said === null) continue;
    const vocabulary = await deps.vocabulary();
    example ??= {
      inboundMessageId: inboundMessage.id,
      source: inboundMessage.source,
      receivedAtMs: inboundMessage.receivedAtMs,
      text: said[0] === undefined ? null : redactText(said[0], vocabulary),
      event: exampleEvent(body, row.codes, vocabulary),
    };
    for (const text of said) if (texts.size < TEXTS_MAX) texts.add(text);
  }
  return { texts: [...texts], example };
}

/** Null when the message does not contain the codes, as far as its adapter can read it. */
function textsBeside(
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
