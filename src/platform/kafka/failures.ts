/**
 * The brokers accept no records now. The same may succeed later, and nothing is wrong with a
 * record.
 */
export class KafkaAway extends Error {
  override readonly name = 'KafkaAway';
  /** The code by which platform/database/blame.ts recognises it. */
  readonly code = 'KAFKA_AWAY';
  constructor(cause: unknown) {
    super(`Kafka takes no records: ${sentenceOf(cause)}`, { cause });
  }
}

/** The brokers will never accept this record. */
export class RecordRefused extends Error {
  override readonly name = 'RecordRefused';
}

/**
 * Kafka errors about the content of a record; all others concern the broker that should accept it.
 */
const REFUSALS: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
]);

/** Returns why brokers rejected the content; null if it failed for another reason. */
export function whyRefused(error: unknown): string | null {
  for (const each of withCauses(error)) {
    const name = textOf(each, 'apiId');
    if (name !== null && REFUSALS.has(name)) return name;
  }
  return null;
}

/** Returns the innermost reason in one line: what wraps it only says that something failed. */
export function sentenceOf(error: unknown): string {
  const all = [...withCauses(error)];
  const last = all.findLast((each) => each.message !== '');
  return last === undefined ? String(error) : last.message.replaceAll(/\s+/g, ' ').trim();
}

const DEPTH_MAX = 8;

/** Yields an error and its causes: `cause`, and the members of an aggregate error. */
function* withCauses(error: unknown, depth = 0): Generator<Error> {
  if (!(error instanceof Error) || depth > DEPTH_MAX) return;
  yield error;
  if (error instanceof AggregateError) {
    for (const each of error.errors) yield* withCauses(each, depth + 1);
  }
  yield* withCauses(error.cause, depth + 1);
}

function textOf(error: Error, name: string): string | null {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : null;
}
