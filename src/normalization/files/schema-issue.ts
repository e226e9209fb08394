import type * as z from 'zod';
import type { MappingProblem } from '../mapping/problem.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/**
 * Limit of unknown keys that are reported: more than a person corrects at once, and each is
 * searched for in its map.
 */
const KEYS_MAX = 20;

/** Explains a zod issue as problems with file, line, column and a fix; one for each unknown key. */
export function explainIssue(
  issue: z.core.$ZodIssue,
  source: YamlSource,
  file: string,
): MappingProblem[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  const name = path.length === 0 ? 'The file' : showPath(path);
  const problem = (
    place: { line: number; column: number },
    found: string,
    fix: string,
  ): MappingProblem => ({ file, ...place, severity: 'error', found, fix });

  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .slice(0, KEYS_MAX)
      .map((key) =>
        problem(
          source.placeOfKey([...path, key]),
          `Unknown key ${JSON.stringify(key)}${path.length === 0 ? '' : ` in ${name}`}.`,
          'Remove it or correct its spelling; the schema on line 1 lists the allowed keys.',
        ),
      );
  }
  const actual = valueAt(source.value, path);
  if (actual === undefined) {
    return [problem(source.placeOf(path), `${name} is missing.`, 'Add it.')];
  }
  const place = source.placeOf(path);
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map(String).join(', ');
    return [problem(place, `${name} is ${show(actual)}.`, `Write one of: ${allowed}.`)];
  }
  if (issue.code === 'invalid_type') {
    return [problem(place, `${name} is ${show(actual)}.`, `Write a ${issue.expected} here.`)];
  }
  if (issue.code === 'invalid_format') {
    const fix = 'Write lower-case letters, digits and underscores, beginning with a letter.';
    return [problem(place, `${name} is ${show(actual)}.`, fix)];
  }
  return [problem(place, `${name} is ${show(actual)}: ${issue.message}.`, 'See the schema.')];
}

/** Returns a path as text, such as `rules[3].status`. */
function showPath(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('');
}

const SHOWN_MAX = 60;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = Reflect.get(at, step);
  }
  return at;
}
