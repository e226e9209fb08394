import { jsonOrNull, looseCode } from '../../../kernel/wire/loose.ts';
import { numbers } from '../numbers.ts';
import { LIVES_MAX, RESULTS_MAX } from '../schema.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The parts of a batch's answer by number as asked for, each a whole document in the shape of a
 * single answer. Several results of one number (lives of a recycled one) stay together, also when
 * they stand in several elements. What belongs to nobody asked for is left out, and so are
 * `alerts`, which speak of the whole batch.
 */
export function splitAnswer(
  text: string,
  requested: readonly string[],
): ReadonlyMap<string, string> {
  const root = recordOf(jsonOrNull(text)?.value);
  const output = recordOf(root?.['output']);
  const results = listOf(output?.['completeTrackResults']).slice(0, RESULTS_MAX);
  const byNumber = new Map(requested.map((number) => [numbers.normalize(number), number]));
  const parts = new Map<string, Json[]>();
  for (const result of results) {
    for (const [number, part] of ownersOf(result, byNumber)) {
      parts.set(number, [...(parts.get(number) ?? []), part]);
    }
  }
  const { alerts: _, ...rest } = output ?? {};
  return new Map(
    [...parts].map(([number, completeTrackResults]) => [
      number,
      JSON.stringify({ ...root, output: { ...rest, completeTrackResults } }),
    ]),
  );
}

/**
 * Whose result this is: the number it was asked by, which stands beside its lives; where that is
 * none of ours (a barcode's 34 digits), each life belongs to its own number.
 */
function ownersOf(
  result: unknown,
  byNumber: ReadonlyMap<string, string>,
): readonly (readonly [number: string, part: Json])[] {
  const record = recordOf(result);
  if (record === null) return [];
  const owner = byNumber.get(numberIn(record['trackingNumber']));
  if (owner !== undefined) return [[owner, record]];
  const lives = new Map<string, unknown[]>();
  for (const life of listOf(record['trackResults']).slice(0, LIVES_MAX)) {
    const info = recordOf(recordOf(life)?.['trackingNumberInfo']);
    const of = byNumber.get(numberIn(info?.['trackingNumber']));
    if (of !== undefined) lives.set(of, [...(lives.get(of) ?? []), life]);
  }
  return [...lives].map(([number, trackResults]) => [number, { ...record, trackResults }]);
}

function numberIn(value: unknown): string {
  return numbers.normalize(looseCode.parse(value) ?? '');
}

function recordOf(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
