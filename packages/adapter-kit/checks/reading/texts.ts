import {
  type CarrierAdapter,
  jsonOrNull,
  type ParseOutcome,
  type Payload,
  type ReportedFact,
} from 'waybill/adapter';
import { parseSafely } from '../outcome.ts';

/** Fixtures of whole batches hold thousands of texts, and the same few again and again. */
const TEXTS_MAX = 150;

type Reports = Extract<ParseOutcome, { outcome: 'reports' }>;

/** The reports in a payload; null when it brings none, or throws. */
export function reportsIn(adapter: CarrierAdapter, payload: Payload): Reports | null {
  const result = parseSafely(adapter, payload);
  return 'thrown' in result || result.outcome.outcome !== 'reports' ? null : result.outcome;
}

export function factsIn(adapter: CarrierAdapter, payload: Payload): readonly ReportedFact[] {
  return (reportsIn(adapter, payload)?.reports ?? []).flatMap(({ facts }) => facts);
}

const ELEMENT = /<([A-Za-z_][\w.:-]*)>([^<]*)<\/\1>/g;

/** The different texts in a payload's members or elements. */
export function textsOf(text: string): readonly string[] {
  const json = jsonOrNull(text);
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string' && value.trim() !== '') found.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  if (json === null) for (const [, , inner = ''] of text.matchAll(ELEMENT)) visit(inner);
  else visit(json.value);
  return [...found].slice(0, TEXTS_MAX);
}

/** The payload with one text replaced by another wherever it occurs as a whole value. */
export function withText(payload: Payload, before: string, after: string): Payload {
  const json = jsonOrNull(payload.text);
  const text =
    json === null
      ? payload.text.replaceAll(`>${before}<`, () => `>${after}<`)
      : JSON.stringify(json.value, (_key, value: unknown) => (value === before ? after : value));
  return { ...payload, text };
}
