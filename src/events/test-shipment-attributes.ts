import fc from 'fast-check';
import { z } from 'zod';
import { ATTRIBUTES, attributesOf, type ShipmentAttributes } from './shipment-attributes.ts';

/** Includes characters that must be escaped in an array's or a JSON's text. */
export const text = fc.oneof(
  fc.constantFrom('', 'null', 'NULL', '{}', '{a,b}', '"', '\\', 'Ä,ß', 'Gift', 'gift', "O'Neil"),
  fc.string({ maxLength: 8 }).map((given) => given.replaceAll('\0', '')),
);

/** Values that a schema describes. */
function valuesOf(schema: z.core.JSONSchema.BaseSchema): fc.Arbitrary<unknown> {
  const of = (inner: unknown) => valuesOf(inner as z.core.JSONSchema.BaseSchema);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(of));
  if (schema.enum) return fc.constantFrom<unknown>(...schema.enum);
  switch (schema.type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 9 });
    case 'number':
      return fc.oneof(fc.integer(), fc.constantFrom(0.5, 1e21));
    case 'array':
      return fc.array(of(schema.items), { maxLength: 3 });
    case 'object':
      return schema.properties
        ? fc.record(
            Object.fromEntries(Object.entries(schema.properties).map(([k, v]) => [k, of(v)])),
          )
        : fc.dictionary(text, of(schema.additionalProperties), { maxKeys: 3 });
    default:
      return schema.format === 'date' ? fc.constantFrom('2026-11-23', '2024-02-29') : text;
  }
}

const someMembers = fc.record(
  Object.fromEntries(
    ATTRIBUTES.map(({ column, input }) => [
      column,
      valuesOf(z.toJSONSchema(input, { io: 'input' })).filter(
        (value) => value !== undefined && input.safeParse(value).success,
      ),
    ]),
  ),
);

/** All attributes, with values that the API accepts. */
export const someAttributes: fc.Arbitrary<ShipmentAttributes> = someMembers.map(
  (members) =>
    attributesOf(
      Object.fromEntries(
        ATTRIBUTES.map(({ column, input }) => [column, input.parse(members[column])]),
      ),
    ) as ShipmentAttributes,
);
