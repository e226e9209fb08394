import type { KafkaRecord } from './record-sink.ts';
import type { ReadRecord } from './record-source.ts';

/** What was wrong with a record, or with a part of it. */
export interface Refusal {
  readonly record: ReadRecord;
  /** What of its value was refused. */
  readonly value: string;
  readonly fault: {
    readonly code: string;
    readonly pointer: string;
    readonly reason: string;
    readonly fix: string;
  };
}

/**
 * A dead letter: what was refused, under its own key and with its own headers, and beside them where it
 * came from and what was wrong. Without the headers `error-…` and `source-…` it can be sent again.
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
