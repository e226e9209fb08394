import type { Messages } from '../platform/messages/shape.ts';
import type { Reading } from './read-fact.ts';

/**
 * The hub's own texts for events, in one language: `config/messages/<language>/status.yaml`. The
 * carrier's texts are never shown: they may contain a signer's name, and they come in any language.
 */
export type StatusTexts = Messages['status'];

/** The input of a description; a `Reading` fits, and so does a shipment's state. */
export type Described = Pick<Reading, 'status' | 'reason'> &
  Partial<Pick<Reading, 'milestone' | 'text' | 'known'>>;

/**
 * Returns one line for customers, from the most specific text available: the rule's own, the
 * milestone's, the reason's, the status's. Never empty.
 */
export function describe(texts: StatusTexts, reading: Described): string {
  const { status, reason, milestone, known } = reading;
  if (known === false) return texts.unknown;
  const label = texts.labels[status];
  const named = ownText(texts.reasons, reason);
  return (
    ownText(texts.texts, reading.text) ??
    ownText(texts.milestones, milestone) ??
    ownText(texts.reasonsByStatus[status], reason) ??
    (named === null ? label : texts.withReason({ status: label, reason: named }))
  );
}

/** Returns a text whose key comes from a mapping or a carrier; null if there is none. */
export function ownText(
  list: Readonly<Record<string, string>>,
  key: string | null | undefined,
): string | null {
  if (key === null || key === undefined) return null;
  return Object.hasOwn(list, key) ? (list[key] ?? null) : null;
}
