import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { createProgram } from '../src/cli/program.ts';
import { EVENT_TYPES } from '../src/events/event-types.ts';
import { ERRORS } from '../src/kernel/errors.ts';
import { SETTING_NAMES } from '../src/platform/settings/config.ts';
import { FILES, isProduct } from './tidy/tree.ts';

/**
 * Public names, in the words of docs/glossary.md. A retired word fails wherever it is a part of a
 * name: of `lanes_held` both `lanes` and `held` are looked at. A word that the trade uses in a
 * meaning of its own is allowed there, by the whole name and with the reason.
 */
const RETIRED = new Map<string, string>([
  ['door', 'endpoint, source'],
  ['doors', 'endpoints, sources'],
  ['hear', 'ingest, receive'],
  ['heard', 'ingested, received'],
  ['unheard', 'no_answer'],
  ['hearing', 'observation'],
  ['hearings', 'observations'],
  ['told', 'notified'],
  ['sighting', 'observation'],
  ['sightings', 'observations'],
  ['tidings', 'event, update'],
  ['news', 'event, update'],
  ['life', 'tracking instance'],
  ['lives', 'tracking instances'],
  ['lane', 'partition, pool, queue; a trade lane is one'],
  ['lanes', 'partitions, pools, queues'],
  ['wish', 'delivery request'],
  ['wishes', 'delivery requests'],
  ['wished', 'requested'],
  ['taken', 'accepted, retracted'],
  ['standing', 'active'],
  ['worked', 'history'],
  ['kept', 'retained'],
  ['seen', 'observed'],
  ['aside', 'child process'],
  ['foretell', 'predict'],
  ['foretold', 'predicted'],
  ['belief', 'calibration'],
  ['keepers', 'calibration'],
  ['company', 'cohort'],
  ['bury', 'dead-letter'],
  ['buried', 'dead-lettered'],
  ['nudge', 'wake'],
  ['purse', 'budget'],
  ['gate', 'throttle'],
  ['gates', 'throttles'],
  ['waits', 'waiting_for'],
  ['story', 'scenario'],
  ['stories', 'scenarios'],
  ['in_force', 'active'],
]);

const ALLOWED = new Map<string, string>([
  ['lane', 'a trade lane: origin and destination of parcels'],
  ['company', 'a line of a postal address'],
  ['kept', 'of a duel of models: the champion is kept'],
  ['seen', 'how often and when a code came: what every error tracker calls it'],
  ['first_seen', 'see `seen`'],
  ['last_seen', 'see `seen`'],
  ['life_s', 'how long a carrier’s subscription lives; no parcel is meant'],
]);

/** In sentences these words have their ordinary meaning; the others have none that we need. */
const ORDINARY = new Set([
  'waits',
  'taken',
  'kept',
  'seen',
  'told',
  'standing',
  'worked',
  'life',
  'lives',
]);

function partsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

function retiredIn(names: Iterable<string>): string[] {
  return [...new Set(names)]
    .filter((name) => !ALLOWED.has(name.replace(/^-+/, '')))
    .flatMap((name) => {
      const parts = partsOf(name);
      const pairs = parts.slice(1).map((part, nr) => `${parts[nr]}_${part}`);
      return [...parts, ...pairs].map((part) => [name, part] as const);
    })
    .filter(([, part]) => RETIRED.has(part))
    .map(([name, part]) => `${name}: say ${RETIRED.get(part)}`)
    .sort();
}

const textOf = (path: string): string => FILES.find((file) => file.path === path)?.text ?? '';

/** Names of a description: paths, operations, parameters, members, values, components. */
function* namesIn(node: unknown, under = ''): Generator<string> {
  if (Array.isArray(node)) {
    for (const each of node) yield* namesIn(each, under);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (['paths', 'properties', 'schemas'].includes(key) && isObject(value)) {
      yield* Object.keys(value);
    }
    if (['operationId', 'name', 'const'].includes(key) && typeof value === 'string') yield value;
    if (key === 'enum' && Array.isArray(value))
      yield* value.filter((one) => typeof one === 'string');
    // What an example says are values of parcels, not names of ours.
    if (key !== 'example' && key !== 'examples') yield* namesIn(value, key);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function* keysOf(node: unknown): Generator<string> {
  if (Array.isArray(node)) for (const each of node) yield* keysOf(each);
  else if (isObject(node)) {
    for (const [key, value] of Object.entries(node)) {
      yield key;
      yield* keysOf(value);
    }
  }
}

/** Of metrics: what `name` says, and the labels in the same call. */
function* metricNames(): Generator<string> {
  for (const { text } of FILES.filter(isProduct)) {
    for (const [, name = '', labels = ''] of text.matchAll(
      /name: '(waybill_\w+)'(?:[^}]*?labelNames: \[([^\]]*)\])?/g,
    )) {
      yield name;
      for (const [, label = ''] of labels.matchAll(/'(\w+)'/g)) yield label;
    }
  }
}

function* commandsOf(command: Command): Generator<Command> {
  yield command;
  for (const each of command.commands) yield* commandsOf(each);
}

describe('a retired word stands in no public name', () => {
  it('of the API: paths, operations, parameters, members, values and components', () => {
    const names = [...namesIn(JSON.parse(textOf('docs/openapi.json')))];
    expect(names.length).toBeGreaterThan(1_000);
    expect(retiredIn(names)).toEqual([]);
  });

  it('of events and problems', () => {
    expect(retiredIn([...EVENT_TYPES, ...Object.keys(ERRORS)])).toEqual([]);
  });

  it('of metrics and their labels', () => {
    const names = [...metricNames()];
    expect(names).toContain('waybill_observations_total');
    expect(names).toContain('first');
    expect(retiredIn(names)).toEqual([]);
  });

  it('of settings, and of what policies and rules are written in', () => {
    const written = ['exception-policy', 'notification-rules'].flatMap((name) => [
      ...keysOf(parseYaml(textOf(`config/${name}.yaml`))),
    ]);
    expect(SETTING_NAMES).toContain('WAYBILL_WORK_PROCESS');
    expect(retiredIn([...SETTING_NAMES, ...written])).toEqual([]);
  });

  it('of the command line, nor in its help', () => {
    const commands = [...commandsOf(createProgram())];
    const flags = commands.flatMap((command) => [
      command.name(),
      ...command.options.map(({ flags }) => flags),
    ]);
    expect(flags).toContain('rollback');
    expect(retiredIn(flags)).toEqual([]);
    const said = commands.flatMap((command) => [
      command.description(),
      ...command.options.map(({ description }) => description),
    ]);
    const words = said.flatMap(partsOf).filter((word) => !ORDINARY.has(word));
    expect(retiredIn(words)).toEqual([]);
    expect(said.filter((text) => /\bin force\b/.test(text))).toEqual([]);
  });
});

it('every exception still stands somewhere, so that the list of them cannot grow old', () => {
  const names = new Set(namesIn(JSON.parse(textOf('docs/openapi.json'))));
  expect([...ALLOWED.keys()].filter((name) => !names.has(name))).toEqual([]);
});
