import type { Messages } from '../../../platform/messages/shape.ts';
import { lengthOf } from './age.ts';

type Words = Messages['dispatch']['decision'];

/** Terms that are durations besides those ending in `_s`, by their API name. */
const COSTS = ['cost', 'next_best_cost'];

/** The name of a step for people; a step without a text shows its own name. Pure. */
export function stepWords({ did }: Words, what: string): string {
  return (did as Readonly<Record<string, string>>)[what] ?? what.replaceAll('_', ' ');
}

/**
 * Lists terms and their values for people. Pure.
 * @param what the step that the terms belong to; absent: they are criteria of a courier.
 */
export function termWords(
  { terms: words }: Words,
  terms: Readonly<Record<string, unknown>>,
  what?: string,
): string {
  const said = Object.entries(terms).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [];
    const isPlanned = name === 'idle_s' && what === 'auto';
    const key = isPlanned ? 'idle_planned' : name;
    if (!isTerm(words, key)) return [`${name.replaceAll('_', ' ')} ${String(value)}`];
    if (key === 'bundled' || key === 'offered') return [words[key]({ value: Number(value) })];
    const isTime = name.endsWith('_s') || COSTS.includes(name);
    return [words[key]({ value: isTime ? signedLength(Number(value)) : String(value) })];
  });
  return said.join(', ') || '–';
}

/** Formats seconds with a sign, because a courier long without work may have a negative cost. */
function signedLength(seconds: number): string {
  return seconds < 0 ? `−${lengthOf(-seconds)}` : lengthOf(seconds);
}

function isTerm(words: Words['terms'], name: string): name is keyof Words['terms'] {
  return Object.hasOwn(words, name);
}
