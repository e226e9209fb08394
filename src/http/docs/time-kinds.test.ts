import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  clockTime,
  givenClockTime,
  givenObservation,
  givenTimeZone,
  localTime,
  timeZone,
} from '../../kernel/time/time-kinds.ts';
import { productVersion } from '../api/system/description.ts';
import { API_OPERATIONS } from '../testing/test-operations.ts';
import { SHARED_SCALARS } from './compact.ts';
import { openApiDocument } from './openapi.ts';

interface JsonSchema {
  readonly type?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: unknown;
  readonly const?: unknown;
  readonly $ref?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

interface Member {
  /** `/components/schemas/Event/occurred_at` */
  readonly at: string;
  readonly name: string;
  /** Without null; for a list, its items. */
  readonly schemas: readonly JsonSchema[];
}

const document = openApiDocument(productVersion(), API_OPERATIONS);
const members = [...membersIn(document, '')];

/** Members of every schema, and parameters of every operation. */
function* membersIn(node: unknown, at: string): Generator<Member> {
  if (typeof node !== 'object' || node === null) return;
  const { properties, name, schema, in: place } = node as JsonSchema & Record<string, unknown>;
  if (properties !== undefined && typeof properties === 'object') {
    for (const [member, timed] of Object.entries(properties)) {
      yield { at: `${at}/${member}`, name: member, schemas: meant(timed) };
    }
  }
  if (typeof name === 'string' && typeof place === 'string') {
    yield { at: `${at}?${name}`, name, schemas: meant(schema as JsonSchema) };
  }
  for (const [key, inner] of Object.entries(node)) {
    if (key !== 'example' && key !== 'examples') yield* membersIn(inner, `${at}/${key}`);
  }
}

function meant(schema: JsonSchema): JsonSchema[] {
  const scalar = SHARED_SCALARS[schema.$ref?.split('/').at(-1) ?? ''];
  if (scalar !== undefined) return [scalar];
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap(meant);
  if (schema.items !== undefined) return meant(schema.items);
  return schema.type === 'null' ? [] : [schema];
}

const patternOf = (kind: z.ZodType) => z.toJSONSchema(kind, { io: 'input' }).pattern;
const KINDS: ReadonlyMap<string, string> = new Map([
  [`${patternOf(localTime)}`, 'local time'],
  [`${patternOf(clockTime)}`, 'time of day'],
  [`${patternOf(givenClockTime)}`, 'time of day'],
  [`${patternOf(givenObservation)}`, 'observation'],
  [`${patternOf(timeZone)}`, 'time zone'],
  [`${patternOf(givenTimeZone)}`, 'time zone'],
]);

/** Null: not a time, or in a special format. */
function kindOf({ format, pattern }: JsonSchema): string | null {
  if (format === 'date-time') return 'instant';
  if (format === 'date') return 'date';
  return KINDS.get(String(pattern)) ?? null;
}

/** Certainly not a time: a choice, a number, an object, or another name. */
function isOther(schema: JsonSchema): boolean {
  const isText = [schema.type].flat().includes('string');
  return !isText || schema.enum !== undefined || schema.const !== undefined;
}

/** Names of members that are times, each with its possible kinds. */
const BY_NAME: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^scanned_at$/, ['observation']],
  [/_(at|after|since|until|seen)$|^(since|until|as_of)$/, ['instant']],
  [/^(submit|answer|deliver)_by$/, ['instant']],
  [/^estimated_(pickup_time|arrival)$|^timestamp$/, ['instant']],
  [/_date$|^dates?$|_on$|_day$/, ['date']],
  [/_local$/, ['local time']],
  [/^time_zone$|_zone$/, ['time zone']],
  [/^(opens|closes)$/, ['time of day']],
  [/^(from|to|counted_from|judged_from|judged_to)$/, ['instant', 'date', 'time of day']],
  [/^(at|ts|times|hour)$/, ['instant']],
];
/**
 * Not times: a version of a mapping, a status, an address. Exceptions: a page's form field is any
 * text; positions may have milliseconds, as phones have.
 */
const NO_TIMES =
  /DiffOrder|RollbackOrder|MappingJob|NotificationRule(?:Output)?\/to$|\/Redirect\/|urlencoded|PositionBatch\//;

describe('a time in the description of the API', () => {
  it('has the kind that its name implies', () => {
    const odd = members.flatMap(({ at, name, schemas }) => {
      const wanted = BY_NAME.find(([pattern]) => pattern.test(name))?.[1];
      if (wanted === undefined || NO_TIMES.test(at)) return [];
      return schemas
        .filter((schema) => !isOther(schema) && !wanted.includes(kindOf(schema) ?? ''))
        .map((schema) => `${at}: ${JSON.stringify(schema).slice(0, 120)}`);
    });
    expect(odd).toEqual([]);
  });

  it('has a name that implies it', () => {
    const unnamed = members.flatMap(({ at, name, schemas }) => {
      const kinds = schemas.flatMap((schema) => kindOf(schema) ?? []);
      if (kinds.length === 0 || BY_NAME.some(([pattern]) => pattern.test(name))) return [];
      return [`${at}: ${kinds.join(', ')}`];
    });
    expect(unnamed).toEqual([]);
  });

  it('occurs in many places, so the search is not vacuous', () => {
    const timed = members.filter(({ schemas }) => schemas.some((each) => kindOf(each) !== null));
    expect(timed.length).toBeGreaterThan(150);
  });

  it('in an estimated delivery always has the same members', () => {
    const estimates = members.filter(({ name }) => name === 'from_local');
    expect(estimates.length).toBeGreaterThanOrEqual(4);
    for (const { at } of estimates) {
      const beside = members
        .filter(
          (each) => each.at.slice(0, at.lastIndexOf('/')) === at.slice(0, at.lastIndexOf('/')),
        )
        .map(({ name }) => name);
      for (const name of ['date', 'from', 'to', 'to_local', 'precision', 'time_zone']) {
        expect(beside, `${at} beside ${name}`).toContain(name);
      }
    }
  });
});
