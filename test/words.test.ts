import type { Command } from 'commander';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { createProgram } from '../src/cli/program.ts';
import { EVENT_TYPES } from '../src/events/event-types.ts';
import { ERROR_CODES } from '../src/kernel/errors.ts';
import { SETTING_NAMES } from '../src/platform/settings/config.ts';
import { FILES, isProduct, type RepositoryFile } from './tidy/tree.ts';

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
      const pairs = parts.slice(1).map((part, index) => `${parts[index]}_${part}`);
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
    expect(retiredIn([...EVENT_TYPES, ...ERROR_CODES])).toEqual([]);
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

/**
 * Words of the old dialect that no engineer of this field writes. No identifier and no SQL
 * contains them, and no sentence.
 */
const NEVER =
  /(?<![a-z])(untold|told|heard|foresee[ns]?|foretell|foretold|laid[ _]over|papers|sightings?|wish(es|ed)?|tidings)(?![a-z])/gi;

/** Words that are wrong as a name nearly always: each exception says why it is right. */
const JUDGED = new Set([
  'asked',
  'kept',
  'taken',
  'seen',
  'look',
  'looks',
  'news',
  'follow',
  'door',
]);

const JUDGED_RIGHTLY = new Map<string, string>([
  ['seen', 'the usual name of the set of things that a loop has visited'],
  ['kept', 'a member of the frozen output of `bench/literature.ts trail simplify`'],
  ['kept_share', 'see `kept`'],
  ['asked', 'a member of fixtures, of `shipment.unassignable` and a message key'],
  ['asked_at', 'when a cassette was recorded; a member of stored cassettes'],
  [
    'click_to_door_min',
    'a frozen figure of `bench/literature.ts dispatch simulate`; the trade says click to door',
  ],
  ['mean_click_to_door_min', 'see `click_to_door_min`'],
  ['ready_to_door_min', 'see `click_to_door_min`'],
  ['clickToDoor', 'see `click_to_door_min`'],
  ['readyToDoor', 'see `click_to_door_min`'],
  ['first_seen', 'how error trackers say when a code first came'],
  ['last_seen', 'see `first_seen`'],
  ['first_seen_at', 'see `first_seen`'],
  ['last_seen_at', 'see `first_seen`'],
  ['first_seen_ms', 'see `first_seen`'],
  ['last_seen_ms', 'see `first_seen`'],
  ['firstSeenMs', 'see `first_seen`'],
  ['lastSeenMs', 'see `first_seen`'],
  ['seen_count', 'see `first_seen`'],
  ['lastSeenAtMs', 'see `first_seen`'],
  ['look', 'a step of the merchants’ setup: logo and colours'],
  ['door', 'where a courier hands a parcel over'],
  ['fedex_door_tag', 'FedEx’s own name for a delivery notice'],
  ['seen_away', 'a message key: last seen so far away'],
  ['taken_off', 'a reason stored with custody: taken off the route'],
  ['states_kept', 'a key of the learning policy, which users may change'],
  ['carrier_asked', 'an attribute stored in the history of cases'],
]);

/** Ours, and neither generated nor of a carrier or another project. */
const isOurCode = ({ path }: RepositoryFile): boolean =>
  /\.(tsx?|m?js)$/.test(path) && !/\.gen\.ts$|\/(fixtures|generated)\//.test(path);

const SOURCES = FILES.filter(isOurCode).filter(({ path }) => path !== 'test/words.test.ts');

const inWords = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[_$#]+/g, ' ');

/** Every identifier of our code, with the first file that has it. */
const IDENTIFIERS: ReadonlyMap<string, string> = (() => {
  const found = new Map<string, string>();
  for (const { path, text } of SOURCES) {
    const kind = path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS;
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false, kind);
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) {
        if (!found.has(node.text)) found.set(node.text, path);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
})();

describe('the words that nobody in this field writes', () => {
  it('stand in no identifier', () => {
    expect(IDENTIFIERS.size).toBeGreaterThan(10_000);
    const found = [...IDENTIFIERS].filter(([name]) => inWords(name).search(NEVER) >= 0);
    expect(found).toEqual([]);
  });

  it('stand in no table, column or statement', () => {
    const lines = FILES.filter(({ path }) => path.endsWith('.sql')).flatMap(({ path, text }) =>
      text.split('\n').map((line) => [path, line] as const),
    );
    expect(lines.length).toBeGreaterThan(1_000);
    expect(lines.filter(([, line]) => inWords(line).search(NEVER) >= 0)).toEqual([]);
  });

  it('stand in no sentence of comments, tests, settings, messages and documents', () => {
    const texts = [
      ...SOURCES.filter(({ path }) => path !== 'test/docs.test.ts'),
      ...FILES.filter(
        ({ path }) => /\.(ya?ml|cjs|md)$/.test(path) && !/fixtures|CHANGELOG/.test(path),
      ),
    ];
    const found = texts.flatMap(({ path, text }) =>
      [...text.matchAll(NEVER)].map(([word]) => `${path}: ${word}`),
    );
    expect(found).toEqual([]);
  });
});

describe('a judged word is a name', () => {
  const judged = [...IDENTIFIERS.keys()].filter((name) =>
    inWords(name)
      .split(' ')
      .some((word) => JUDGED.has(word)),
  );

  it('only where its exception says why', () => {
    const found = judged.filter((name) => !JUDGED_RIGHTLY.has(name));
    expect(found.map((name) => `${name}: ${IDENTIFIERS.get(name)}`)).toEqual([]);
  });

  it('in at most thirty exceptions, all of which are still needed', () => {
    expect(JUDGED_RIGHTLY.size).toBeLessThanOrEqual(30);
    expect([...JUDGED_RIGHTLY.keys()].filter((name) => !judged.includes(name))).toEqual([]);
  });
});
