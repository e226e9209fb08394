import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../events/event-types.ts';
import { productVersion } from '../api/system/description.ts';
import { API_OPERATIONS } from '../testing/test-operations.ts';
import { openApiDocument } from './openapi.ts';

interface Schema {
  readonly $ref?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly discriminator?: { readonly propertyName: string; readonly mapping: object };
}

const document = openApiDocument(productVersion(), API_OPERATIONS);
const schemas = document.components?.schemas as Readonly<Record<string, Schema>>;
const pathOf = (name: string) => `#/components/schemas/${name}`;

/**
 * The classes that client generators create: one for each component, and one for each object or
 * enum within, named after the component and the path of members.
 */
function* classesOf(name: string, schema: Schema): Generator<readonly [string, Schema]> {
  if (schema.$ref !== undefined) return;
  if (schema.enum !== undefined || schema.properties !== undefined) yield [name, schema];
  for (const [member, inner] of Object.entries(schema.properties ?? {})) {
    yield* classesOf(`${name}${pascal(member)}`, inner);
  }
  if (schema.items !== undefined) yield* classesOf(`${name}Item`, schema.items);
  for (const [index, inner] of (schema.anyOf ?? schema.oneOf ?? []).entries()) {
    yield* classesOf(inner.properties === undefined ? name : `${name}Type${index}`, inner);
  }
}

function pascal(member: string): string {
  return member.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

describe('the names of the schemas', () => {
  it('do not collide with each other or with the names that generators derive from them', () => {
    const found = new Map<string, string>();
    const collisions: string[] = [];
    for (const [component, schema] of Object.entries(schemas)) {
      for (const [name, of] of classesOf(component, schema)) {
        const text = JSON.stringify(of.enum ?? of);
        const known = found.get(name.toLowerCase());
        if (known !== undefined && known !== text) collisions.push(`${component}: ${name}`);
        found.set(name.toLowerCase(), text);
      }
    }
    expect(collisions).toEqual([]);
  });

  it('are chosen by us: no suffix distinguishes input from output', () => {
    const names = Object.keys(schemas);
    expect(names.filter((name) => !/^[A-Z][A-Za-z]+$/.test(name))).toEqual([]);
    expect(names.filter((name) => /(?:Input|Output)$/.test(name))).toEqual([]);
  });

  it('stand for a set of values wherever it recurs', () => {
    const named = new Map(
      Object.entries(schemas).flatMap(([name, schema]) =>
        schema.enum === undefined ? [] : [[JSON.stringify(schema), name] as const],
      ),
    );
    const isComponent = (path: string) => /^\/components\/schemas\/\w+$/.test(path);
    const repeated: string[] = [];
    const walk = (node: unknown, path: string) => {
      if (typeof node !== 'object' || node === null) return;
      const name = named.get(JSON.stringify(node));
      if (name !== undefined && !isComponent(path)) repeated.push(path);
      for (const [member, inner] of Object.entries(node)) walk(inner, `${path}/${member}`);
    };
    walk(document, '');
    expect(repeated).toEqual([]);
  });

  it('are given to every object in a choice, which generators could only number', () => {
    const unnamed = Object.entries(schemas).flatMap(([name, { oneOf = [] }]) =>
      oneOf
        .flatMap(({ properties = {} }) => Object.entries(properties))
        .filter(([, inner]) => inner.properties !== undefined)
        .map(([member]) => `${name}: ${member}`),
    );
    expect(unnamed).toEqual([]);
  });
});

describe('the events in the description of the API', () => {
  const nameOf = (type: string) => `${pascal(type.replace('.', '_'))}Event`;

  it('are one schema for each type, discriminated by `type`', () => {
    const { oneOf, discriminator } = schemas['MerchantEvent'] ?? {};
    expect(oneOf).toEqual(EVENT_TYPES.map((type) => ({ $ref: pathOf(nameOf(type)) })));
    expect(discriminator).toEqual({
      propertyName: 'type',
      mapping: Object.fromEntries(EVENT_TYPES.map((type) => [type, pathOf(nameOf(type))])),
    });
    for (const type of EVENT_TYPES) {
      expect(schemas[nameOf(type)]?.properties?.['type']?.const).toBe(type);
    }
  });

  it('have the same schemas in the feed and in webhooks', () => {
    const { items } = schemas['EventPage']?.properties?.['data'] ?? {};
    expect(items).toEqual({ $ref: pathOf('MerchantEvent') });
    const posted = Object.entries(document.webhooks ?? {}).map(([type, item]) => {
      const body = item.post?.requestBody;
      return [type, body && 'content' in body && body.content['application/json']?.schema];
    });
    expect(posted).toEqual(
      [...EVENT_TYPES, 'webhook_endpoint.test'].map((type) => [
        type,
        { $ref: pathOf(nameOf(type)) },
      ]),
    );
  });

  it('have the data of their type: a shipment, other data, or the remainder of an erased one', () => {
    const dataOf = (type: string) => schemas[nameOf(type)]?.properties?.['data'];
    const either = 'EventShipmentOrErased';
    expect(dataOf('shipment.created')).toEqual({ $ref: pathOf(either) });
    expect(schemas[either]?.anyOf).toEqual([
      { $ref: pathOf('EventShipment') },
      { $ref: pathOf('EventErased') },
    ]);
    expect(dataOf('shipment.deleted')).toEqual({ $ref: pathOf('EventErased') });
    for (const [type, member] of [
      ['shipment.exception_opened', 'case'],
      ['shipment.proof_added', 'proof'],
      ['shipment.arriving', 'arriving'],
      ['shipment.assigned', 'courier'],
      ['shipment.unassignable', 'delivery'],
      ['delivery_request.resolved', 'delivery_request'],
    ] as const) {
      const [{ $ref = '' } = {}] = dataOf(type)?.anyOf ?? [];
      const [common, own] = schemas[$ref.slice(pathOf('').length)]?.allOf ?? [];
      expect(common).toEqual({ $ref: pathOf('EventShipment') });
      expect(Object.keys(own?.properties ?? {})).toContain(member);
    }
    for (const type of [
      'carrier_account.push_changed',
      'webhook_endpoint.disabled',
      'shop.disabled',
    ]) {
      expect(JSON.stringify(dataOf(type))).not.toContain('EventShipment');
    }
  });
});
