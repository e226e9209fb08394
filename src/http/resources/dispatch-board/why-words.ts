import { lengthOf } from './age.ts';
import type { DECISION } from './words/decision.ts';

type Words = (typeof DECISION)['en'];

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
    const found = (words as Readonly<Record<string, string>>)[wordFor(name, value, what)];
    if (found === undefined) return [`${name.replaceAll('_', ' ')} ${String(value)}`];
    const isTime = name.endsWith('_s') || COSTS.includes(name);
    const shown = isTime ? signedLength(Number(value)) : String(value);
    return [found.replace('{}', () => shown)];
  });
  return said.join(', ') || '–';
}

/** Who has had no work for long may cost less than nothing. */
function signedLength(seconds: number): string {
  return seconds < 0 ? `−${lengthOf(-seconds)}` : lengthOf(seconds);
}

function wordFor(name: string, value: unknown, what: string | undefined): string {
  // What the planner means by it.
  if (name === 'idle_s' && what === 'auto') return 'idle_planned';
  if (name === 'bundled' && value === 1) return 'alone';
  return name === 'asked' && value === 1 ? 'asked_one' : name;
}
