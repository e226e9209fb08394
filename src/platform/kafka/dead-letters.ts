import type { KafkaRecord } from './record-sink.ts';
import type { ReadRecord } from './record-source.ts';

/** What is wrong with a record, or with a part of it. */
export interface Refusal {
  readonly record: ReadRecord;
  /** The rejected part of the record's value. */
  readonly value: string;
  readonly fault: {
    readonly code: string;
    readonly pointer: string;
    readonly reason: string;
    readonly fix: string;
  };
}

/**
 * Creates a dead letter: the rejected value under its own key and with its own headers, plus
 * headers for its origin and the error. Without the headers `error-…` and `source-…` it can be sent
 * again.
 */
export function deadLetter(
  { record, value, fault }: Refusal,
  topic: string,
  nowMs: number,
): KafkaRecord {
  return {
    topic,
    key: record.key ?? `${record.topic}/${record.partition}`,
    value,
    headers: {
      ...Object.fromEntries(record.headers),
      'error-code': fault.code,
      'error-pointer': fault.pointer,
      'error-reason': fault.reason,
      'error-fix': fault.fix,
      'source-topic': record.topic,
      'source-partition': String(record.partition),
      'source-offset': String(record.offset),
    },
    timestampMs: nowMs,
  };
}
