import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../../platform/settings/yaml-settings.ts';
import { accuracy } from '../edd-accuracy/schema.ts';
import { eddModel, eddModelList, eddRolledBack } from '../edd-models/routes.ts';
import { prediction } from '../edd-prediction/routes.ts';
import { scores } from '../edd-score/routes.ts';
import { promises } from './schema.ts';

const words = new Set(
  readFileSync(`${PROJECT_ROOT}docs/predictions.md`, 'utf8').match(/[a-z0-9_]+/g),
);

/** Names of all members at any depth of a JSON Schema. */
function membersOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = Object.values(schema).flatMap(membersOf);
  const { properties } = schema as { readonly properties?: object };
  return [...Object.keys(properties ?? {}), ...inner];
}

describe('docs/predictions.md', () => {
  it.each([
    ...([
      ['promises', promises],
      ['accuracy', accuracy],
      ['model', eddModel],
    ] as const),
    ...([
      ['models', eddModelList],
      ['rollback', eddRolledBack],
    ] as const),
    ...([
      ['prediction', prediction],
      ['scores', scores],
    ] as const),
  ])('documents each member of a response: %s', (_, schema) => {
    const members = membersOf(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }));
    expect(members.length).toBeGreaterThan(1);
    expect([...new Set(members)].filter((name) => !words.has(name))).toEqual([]);
  });
});
