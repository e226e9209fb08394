import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../src/platform/settings/yaml-settings.ts';
import {
  allowsBreaking,
  breakingChanges,
  releasedVersion,
} from '../tools/api-changes/breaking-changes.ts';
import {
  type ApiDocument,
  contractOf,
  contractText,
  readContract,
} from '../tools/api-changes/contract.ts';

const real = JSON.parse(readFileSync(`${PROJECT_ROOT}docs/openapi.json`, 'utf8')) as ApiDocument;

/** A small API of the same form as the hub's. */
function api() {
  return {
    parcels: {
      post: {
        parameters: [
          { name: 'dry', in: 'query', required: false, schema: { type: 'boolean' } as object },
        ] as object[],
        requestBody: json({ $ref: '#/components/schemas/NewParcel' }),
        responses: { 201: json({ $ref: '#/components/schemas/Parcel' }), 404: json({}) } as object,
      },
    } as Record<string, object>,
    NewParcel: {
      type: 'object',
      properties: {
        number: { type: 'string', maxLength: 40 },
        kind: { enum: ['letter', 'box'] },
        note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        zone: { type: 'string', pattern: '^[A-Z]+$' },
      } as Record<string, object>,
      required: ['number'],
    },
    Parcel: {
      type: 'object',
      properties: {
        status: { type: 'string', enum: ['new', 'done'] },
        place: {
          type: 'object',
          properties: { city: { type: 'string' } } as Record<string, object>,
          required: ['city'],
        },
        tags: { type: 'array', items: { type: 'string' } },
      } as Record<string, object>,
      required: ['status', 'place'],
    },
  };
}

function json(schema: object) {
  return { required: true, content: { 'application/json': { schema } } };
}

type Api = ReturnType<typeof api>;

function changesBy(change: (api: Api) => void): readonly string[] {
  const contract = (change: (api: Api) => void) => {
    const made = api();
    change(made);
    const { parcels, ...schemas } = made;
    const document = { paths: { '/parcels': parcels }, components: { schemas } };
    return contractOf(document);
  };
  // What is released is read back from its file.
  return breakingChanges(readContract(contractText(contract(() => {}))), contract(change));
}

describe('a breaking change is named:', () => {
  it.each<readonly [string, string, (api: Api) => void]>([
    ['an operation that is gone', 'POST /parcels: is gone', (a) => delete a.parcels['post']],
    [
      'another status of success',
      'POST /parcels -> 201: is gone',
      (a) => Object.assign(a.parcels['post'] ?? {}, { responses: { 200: json({}) } }),
    ],
    [
      'a new required parameter',
      'POST /parcels: query from is new and required',
      (a) =>
        Object.assign(a.parcels['post'] ?? {}, {
          parameters: [
            { name: 'dry', in: 'query', schema: { type: 'boolean' } },
            { name: 'from', in: 'query', required: true, schema: { type: 'string' } },
          ],
        }),
    ],
    [
      'a member of input that is gone',
      'in NewParcel: note is gone',
      (a) => delete a.NewParcel.properties['note'],
    ],
    [
      'a new required member of input',
      'in NewParcel: weight is new and required',
      (a) => {
        a.NewParcel.properties['weight'] = { type: 'number' };
        a.NewParcel.required.push('weight');
      },
    ],
    [
      'a member of input that becomes required',
      'in NewParcel: kind is required now',
      (a) => a.NewParcel.required.push('kind'),
    ],
    [
      'a value that input may no longer have',
      'in NewParcel: kind no longer accepts "box"',
      (a) => Object.assign(a.NewParcel.properties, { kind: { enum: ['letter'] } }),
    ],
    [
      'a type that input may no longer have',
      'in NewParcel: note no longer accepts null',
      (a) => Object.assign(a.NewParcel.properties, { note: { type: 'string' } }),
    ],
    [
      'a lower limit of input',
      'in NewParcel: number is limited to length<=20 now',
      (a) => Object.assign(a.NewParcel.properties, { number: { type: 'string', maxLength: 20 } }),
    ],
    [
      'a pattern of input that is new',
      'in NewParcel: number must match ^[A-Z]+$ now',
      (a) =>
        Object.assign(a.NewParcel.properties, {
          number: { type: 'string', maxLength: 40, pattern: '^[A-Z]+$' },
        }),
    ],
    [
      'another pattern of input',
      'in NewParcel: zone must match ^[A-Y]+$ now',
      (a) =>
        Object.assign(a.NewParcel.properties, { zone: { type: 'string', pattern: '^[A-Y]+$' } }),
    ],
    [
      'input that accepts no further members any more',
      'in NewParcel: it no longer accepts further members',
      (a) => Object.assign(a.NewParcel, { additionalProperties: false }),
    ],
    [
      'a member of output that is gone, once',
      'out Parcel: place is gone',
      (a) => {
        delete a.Parcel.properties['place'];
        a.Parcel.required.pop();
      },
    ],
    [
      'a member of output that may be missing',
      'out Parcel: place may be missing now',
      (a) => a.Parcel.required.pop(),
    ],
    [
      'a new value of output',
      'out Parcel: status can now be "lost"',
      (a) => Object.assign(a.Parcel.properties, { status: { enum: ['new', 'done', 'lost'] } }),
    ],
    [
      'a new type of output, inside a list too',
      'out Parcel: tags[] can now be null',
      (a) =>
        Object.assign(a.Parcel.properties, {
          tags: { type: 'array', items: { type: ['string', 'null'] } },
        }),
    ],
  ])('%s', (_, sentence, change) => {
    expect(changesBy(change)).toEqual([sentence]);
  });
});

it('what is new and optional, or wider in input and narrower in output, breaks nothing', () => {
  const changes = changesBy((a) => {
    a.parcels['get'] = { responses: { 200: json({ $ref: '#/components/schemas/Parcel' }) } };
    Object.assign(a.NewParcel.properties, {
      number: { type: 'string', maxLength: 80 },
      kind: { type: 'string' },
      zone: { anyOf: [{ type: 'string', pattern: '^[A-Z]+$' }, { pattern: '^[a-z]+$' }] },
      color: {
        type: 'object',
        additionalProperties: false,
        properties: { name: { type: 'string', maxLength: 9 } },
        required: ['name'],
      },
    });
    Object.assign(a.Parcel.properties, {
      status: { const: 'new' },
      place: { ...Object(a.Parcel.properties['place']), additionalProperties: false },
      tags: { type: 'array', items: { enum: ['a', 'b c'] } },
      color: { type: ['string', 'null'] },
    });
    a.Parcel.required.push('tags');
  });
  expect(changes).toEqual([]);
});

it('the contract of the whole API survives its file, and has every operation', () => {
  const contract = contractOf(real);
  const read = readContract(`# a comment\n${contractText(contract)}`);
  expect(read).toEqual(contract);
  const operations = Object.entries(real.paths ?? {}).flatMap(([path, item]) =>
    Object.keys(item ?? {}).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect([...read.keys()]).toEqual(expect.arrayContaining(operations));
});

it('the released version is in the head line, which must not be missing', () => {
  expect(releasedVersion('# Waybill 0.1.0: what programs rely on.\nGET /\n')).toBe('0.1.0');
  expect(() => releasedVersion('GET /\n')).toThrow('found "GET /"');
});

it.each([
  ['0.1.0', '0.1.0', false],
  ['0.1.0', '0.1.1', false],
  ['0.1.1', '0.2.0', true],
  ['0.2.0', '0.1.9', false],
  ['0.9.0', '1.0.0', true],
  ['1.0.0', '1.9.0', false],
  ['1.9.0', '2.0.0', true],
])('after %s, version %s may break programs: %j', (earlier, version, allowed) => {
  expect(allowsBreaking(earlier, version)).toBe(allowed);
});
