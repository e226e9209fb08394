import { SHARED_SCALARS } from '../../src/http/docs/compact.ts';

/**
 * What programs may rely on, without descriptions and examples, as text that shows each change as a
 * changed line. A section is an operation, or a schema that programs send (`in`) or read (`out`).
 * A line in it is a member, `!` if it is always there, and what it can be:
 *
 *     in NewShipment
 *       tracking_number! string length<=40
 *       tags[] string
 *     out Shipment
 *       status! "created" "delivered"
 */
export type Contract = ReadonlyMap<string, Section>;
export type Section = ReadonlyMap<string, Member>;

export interface Member {
  /** In input: it must be sent. In output: it is always there. */
  readonly isAlways: boolean;
  /** Types, values, names of schemas, and limits. */
  readonly words: ReadonlySet<string>;
}

type Direction = 'in' | 'out';

/** The members of JSON Schema that are compared. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly [limit: string]: unknown;
}

interface Content {
  readonly $ref?: string;
  readonly required?: boolean;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface Described {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses?: Readonly<Record<string, Content>>;
}

type Operations = Readonly<Record<string, Readonly<Record<string, Described>>>>;

/** The parts of an OpenAPI document that are compared. */
export interface ApiDocument {
  readonly paths?: Operations;
  readonly webhooks?: Operations;
  readonly components?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The word of an input pattern, and that of input which may have no further members. */
export const PATTERN_WORD = 'pattern=';
export const CLOSED_WORD = 'closed';

/** Limits of input, as `length<=40`. Output within other limits breaks nothing. */
const LIMITS: Readonly<Record<string, string>> = {
  minLength: 'length>=',
  maxLength: 'length<=',
  minimum: '>=',
  maximum: '<=',
  minItems: 'items>=',
  maxItems: 'items<=',
};

/** The contract of a document. Pure. */
export function contractOf(document: ApiDocument): Contract {
  const sections = new Map<string, Map<string, Member>>();
  const waiting: (readonly [Direction, string])[] = [];
  const { paths = {}, webhooks = {}, components = {} } = document;
  const deref = <T extends object>(each: T): T => {
    const [kind = '', name = ''] = '$ref' in each ? String(each.$ref).split('/').slice(2) : [];
    return (components[kind]?.[name] ?? each) as T;
  };

  function describe(section: string, direction: Direction) {
    const members = sections.get(section) ?? new Map<string, Member>();
    sections.set(section, members);
    return function add(at: string, schema: Schema, isAlways: boolean): void {
      const words = new Set(members.get(at)?.words);
      members.set(at, { isAlways, words });
      const to = (name: string) => (at === '' ? name : `${at}.${name}`);
      for (const each of alternativesOf(schema)) {
        for (const word of wordsOf(each, direction)) words.add(word);
        if (each.$ref !== undefined) waiting.push([direction, nameOf(each.$ref)]);
        for (const [name, member] of Object.entries(each.properties ?? {})) {
          add(to(name), member, each.required?.includes(name) === true);
        }
        if (each.items !== undefined) add(`${at}[]`, each.items, false);
        const more = each.additionalProperties;
        if (typeof more === 'object') add(`${at}{}`, more, false);
      }
    };
  }

  function addContent(section: string, at: string, direction: Direction, content: Content) {
    const add = describe(section, direction);
    for (const [type, { schema = {} }] of Object.entries(deref(content).content ?? {})) {
      add(`${at} ${type}`, schema, deref(content).required === true);
    }
  }

  for (const [path, item] of Object.entries(paths)) {
    for (const [method, described] of Object.entries(item)) {
      const section = `${method.toUpperCase()} ${path}`;
      const add = describe(section, 'in');
      for (const parameter of (described.parameters ?? []).map(deref)) {
        const { name, in: place, required = false, schema = {} } = parameter;
        add(`${place} ${name}`, schema, required);
      }
      addContent(section, 'body', 'in', described.requestBody ?? {});
      for (const [status, response] of Object.entries(described.responses ?? {})) {
        if (/^[123]/.test(status)) describe(`${section} -> ${status}`, 'out')('', {}, true);
        if (/^[123]/.test(status)) addContent(`${section} -> ${status}`, 'body', 'out', response);
      }
    }
  }
  for (const [name, item] of Object.entries(webhooks)) {
    for (const { requestBody = {} } of Object.values(item)) {
      addContent(`webhook ${name} -> sent`, 'body', 'out', requestBody);
    }
  }
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [direction, name] = next;
    const section = `${direction} ${name}`;
    const schema = components['schemas']?.[name];
    if (sections.has(section) || schema === undefined) continue;
    describe(section, direction)('', schema as Schema, true);
  }
  return sections;
}

function alternativesOf(schema: Schema): readonly Schema[] {
  const { anyOf, oneOf, allOf, ...own } = schema;
  const inner = [...(anyOf ?? []), ...(oneOf ?? []), ...(allOf ?? [])].flatMap(alternativesOf);
  if (Object.keys(own).length === 0) return inner;
  // It only shortens the document.
  const scalar = SHARED_SCALARS[nameOf(schema.$ref ?? '')] as Schema | undefined;
  return [scalar ?? (own as Schema), ...inner];
}

function wordsOf(schema: Schema, direction: Direction): readonly string[] {
  if (schema.$ref !== undefined) return [nameOf(schema.$ref)];
  const limits = Object.entries(LIMITS)
    .filter(([name]) => direction === 'in' && schema[name] !== undefined)
    .map(([name, word]) => word + schema[name]);
  const values = schema.const === undefined ? schema.enum : [schema.const];
  if (values !== undefined)
    return values.map((value) => JSON.stringify(value).replaceAll(' ', '\\u0020'));
  const types = [schema.type ?? []].flat();
  const rules = direction === 'in' ? rulesOf(schema) : [];
  return [...types.map((type) => typeWord(type, schema.format)), ...limits, ...rules];
}

/** What a format says, its pattern only repeats. */
function rulesOf({ pattern, format, additionalProperties }: Schema): readonly string[] {
  return [
    ...(pattern === undefined || format !== undefined ? [] : [PATTERN_WORD + pattern]),
    ...(additionalProperties === false ? [CLOSED_WORD] : []),
  ];
}

function typeWord(type: string, format: string | undefined): string {
  return type === 'string' && format !== undefined ? `string:${format}` : type;
}

function nameOf(ref: string): string {
  return ref.split('/').at(-1) ?? ref;
}

/** A contract as text, in order of names. */
export function contractText(contract: Contract): string {
  const inOrder = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return inOrder(contract)
    .map(([section, members]) => {
      const lines = inOrder(members).map(
        ([name, { isAlways, words }]) =>
          `  ${[`${name}${isAlways ? '!' : ''}`, ...[...words].sort()].join('\t')}\n`,
      );
      return `${section}\n${lines.join('')}`;
    })
    .join('');
}

/** The contract in a text. */
export function readContract(text: string): Contract {
  const sections = new Map<string, Map<string, Member>>();
  let members = new Map<string, Member>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (!line.startsWith('  ')) {
      members = new Map();
      sections.set(line, members);
      continue;
    }
    const [name = '', ...words] = line.slice(2).split('\t');
    members.set(name.replace(/!$/, ''), { isAlways: name.endsWith('!'), words: new Set(words) });
  }
  return sections;
}
