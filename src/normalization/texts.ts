import * as z from 'zod';
import { READ_STATUSES, type ReadStatus, STATUSES } from '../kernel/status.ts';
import { explainIssue } from './files/schema-issue.ts';
import { readYaml } from './files/yaml-source.ts';
import { type MappingProblem, sortProblems } from './mapping/problem.ts';
import type { Reading } from './reading.ts';

/**
 * Our own texts for events, in one language. The carrier's texts are never shown: they may contain
 * a signer's name, and they come in any language.
 */
const text = z.string().trim().min(1).max(200);
const texts = z.record(z.string(), text);

/** All names of a status in texts for customers are in this one file per language. */
const messageDocument = z.strictObject({
  language: z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/),
  /** For a code no mapping knows. */
  unknown: text,
  /** How a status and a reason are joined. */
  with_reason: text.regex(/\{status\}.*\{reason\}|\{reason\}.*\{status\}/),
  statuses: z.record(z.enum([...READ_STATUSES]), text),
  /** A status's headline on a parcel's page, and the sentence below it. */
  headlines: z.record(z.enum(STATUSES), text),
  leads: z.record(z.enum(STATUSES), text),
  /** For the progress bar of the page. */
  steps: z.strictObject({
    ordered: text,
    shipped: text,
    out_for_delivery: text,
    ready_for_pickup: text,
    attempted: text,
    problem: text,
    delivered: text,
    returning: text,
    returned: text,
    cancelled: text,
  }),
  /** The choices of messages for a reader; notifications define which exist. */
  notify_when: texts,
  reasons: texts,
  /** Whole sentences for a status with a reason, where joining the two reads badly. */
  reasons_by_status: z.partialRecord(z.enum([...READ_STATUSES]), texts),
  milestones: texts,
  /** For rules with a text of their own. */
  texts: texts.optional(),
});

export type Messages = Readonly<z.infer<typeof messageDocument>>;

export type MessagesOutcome =
  | { readonly ok: true; readonly messages: Messages }
  | { readonly ok: false; readonly problems: readonly MappingProblem[] };

/** Text of a file in `config/messages/` → messages, or everything that is wrong with it. */
export function compileMessages(yamlText: string, file: string): MessagesOutcome {
  const read = readYaml(yamlText, file);
  if (!read.ok) return { ok: false, problems: sortProblems(read.problems) };
  const parsed = messageDocument.safeParse(read.source.value);
  if (parsed.success) return { ok: true, messages: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) => explainIssue(issue, read.source, file));
  return { ok: false, problems: sortProblems(problems) };
}

/** The input of a description; a `Reading` fits, and so does a shipment's state. */
export type Described = Pick<Reading, 'status' | 'reason'> &
  Partial<Pick<Reading, 'milestone' | 'text' | 'known'>>;

/**
 * One line for customers, from the most specific text available: the rule's own, the milestone's,
 * the reason's, the status's. Never empty.
 */
export function describe(messages: Messages, reading: Described): string {
  const { status, reason, milestone, known } = reading;
  if (known === false) return messages.unknown;
  return (
    own(messages.texts, reading.text) ??
    own(messages.milestones, milestone) ??
    own(messages.reasons_by_status[status], reason) ??
    joined(messages, status, own(messages.reasons, reason)) ??
    messages.statuses[status]
  );
}

function joined(messages: Messages, status: ReadStatus, reason: string | null): string | null {
  if (reason === null) return null;
  return messages.with_reason
    .replace('{status}', () => messages.statuses[status])
    .replace('{reason}', () => reason);
}

function own(
  list: Readonly<Record<string, string>> | undefined,
  key: string | null | undefined,
): string | null {
  if (list === undefined || key === null || key === undefined) return null;
  return Object.hasOwn(list, key) ? (list[key] ?? null) : null;
}
