import { readdirSync, readFileSync } from 'node:fs';
import { expect, expectTypeOf, it } from 'vitest';
import { PROJECT_ROOT } from '../platform/settings/yaml-settings.ts';
import { EVENT_TYPES, type EventType, groupEventTypes } from './event-types.ts';

const [first, ...others] = EVENT_TYPES;

it('sorts every type into one group; a missing one is a type error', () => {
  const groups = groupEventTypes({
    some: [first],
    others: EVENT_TYPES.filter((each) => each !== first),
  });
  expect([groups.some.size, groups.others.size]).toEqual([1, others.length]);
  type Groups = Parameters<typeof groupEventTypes<{ readonly some: ['shipment.created'] }>>[0];
  expectTypeOf<Groups['missing']>().toEqualTypeOf<Exclude<EventType, 'shipment.created'>>();
  expect(() => groupEventTypes({ some: EVENT_TYPES, again: [first] })).toThrow('in two groups');
});

it('is the only way to separate several types from the others', () => {
  const literal = `'(?:${EVENT_TYPES.join('|').replaceAll('.', '\\.')})'`;
  const several = new RegExp(
    `(?<!example: )\\[[^[\\]]*${literal}[^[\\]]*${literal}[^[\\]]*\\]|new Set(?:<[^;()]*>)?\\(\\[[^;\\]]*${literal}|new Map(?:<[^;()]*>)?\\(\\[\\s*\\[${literal}|Partial<\\s*Record<\\s*(?:Shipment)?EventType`,
  );
  const files = readdirSync(`${PROJECT_ROOT}src`, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|(?:^|\/)test-/.test(file),
  );
  expect(files.length).toBeGreaterThan(1_000);
  const found = files.filter((file) => {
    const text = readFileSync(`${PROJECT_ROOT}src/${file}`, 'utf8');
    return several.test(text.replaceAll(/groupEventTypes\(\{[\s\S]*?\}\)/g, ''));
  });
  expect(found).toEqual(['events/event-types.ts']);
});
