import type { Messages } from '../../../platform/messages/shape.ts';
import { lengthOf } from './age.ts';

type Words = Messages['dispatch']['decision'];
type Terms = Readonly<Record<string, (values: { readonly value: string | number }) => string>>;

/** What is told as a time, by its name in the API, beside what ends with `_s`. */
const COSTS = ['cost', 'next_best_cost'];

/** For people; what has no words yet, under its own name. Pure. */
export function stepWords({ did }: Words, what: string): string {
  return (did as Readonly<Record<string, string>>)[what] ?? what.replaceAll('_', ' ');
}

/** @param what the step that says so; absent: a courier was weighed by it. Pure. */
export function termWords(
  { terms: words }: Words,
  terms: Readonly<Record<string, unknown>>,
  what?: string,
): string {
  const said = Object.entries(terms).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [];
    const isPlanned = name === 'idle_s' && what === 'auto';
    const text = (words as unknown as Terms)[isPlanned ? 'idle_planned' : name];
    if (text === undefined) return [`${name.replaceAll('_', ' ')} ${String(value)}`];
    const isTime = name.endsWith('_s') || COSTS.includes(name);
    const counted = typeof value === 'number' ? value : String(value);
    return [text({ value: isTime ? signedLength(Number(value)) : counted })];
  });
  return said.join(', ') || '–';
}

/** Who has had no work for long may cost less than nothing. */
function signedLength(seconds: number): string {
  return seconds < 0 ? `−${lengthOf(-seconds)}` : lengthOf(seconds);
}
