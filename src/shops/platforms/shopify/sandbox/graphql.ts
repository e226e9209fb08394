import type * as graphql from '@0no-co/graphql.web';
import { parse } from '@0no-co/graphql.web';

/**
 * Runs GraphQL against plain objects, whose functions are called with the field's arguments. A field
 * that an object does not have is an error, so an object has all fields of its type. Types are not
 * checked here: a function that takes arguments checks them.
 */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface PreparedQuery {
  readonly kind: 'query' | 'mutation';
  /** The points that Shopify would ask for it, roughly: connections count once for each node. */
  readonly cost: number;
  run(root: object): { readonly data: unknown; readonly errors: readonly GraphqlError[] };
}

export interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** A part of a document. Without the package `graphql`, the parser's types do not distinguish kinds. */
type Part<Kind, Node> = Omit<Node, 'kind'> & { readonly kind: Kind };
type Definition =
  | Part<'OperationDefinition', graphql.OperationDefinitionNode>
  | Part<'FragmentDefinition', graphql.FragmentDefinitionNode>;
type Selection =
  | Part<'Field', graphql.FieldNode>
  | Part<'FragmentSpread', graphql.FragmentSpreadNode>
  | Part<'InlineFragment', graphql.InlineFragmentNode>;
type Value =
  | Part<'Variable', graphql.VariableNode>
  | Part<'ListValue', graphql.ListValueNode>
  | Part<'ObjectValue', graphql.ObjectValueNode>
  | Part<'NullValue', graphql.NullValueNode>
  | Part<'BooleanValue', graphql.BooleanValueNode>
  | Part<'IntValue' | 'FloatValue' | 'StringValue' | 'EnumValue', graphql.StringValueNode>;
type SelectionSet = graphql.SelectionSetNode;

const MUTATION_COST = 10;
/** Objects that cost nothing by themselves. */
const FREE = new Set(['pageInfo', 'userErrors']);

/** Reads a document with one operation. Throws for a syntax error. */
export function prepare({ query, variables }: GraphqlRequest): PreparedQuery {
  const definitions = parse(query, { noLocation: true }).definitions as readonly Definition[];
  const operation = definitions.find((each) => each.kind === 'OperationDefinition');
  if (operation === undefined || operation.operation === 'subscription') {
    throw new Error('Must provide a query or a mutation.');
  }
  const values: Record<string, unknown> = {};
  for (const { variable, defaultValue, type } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    values[name] = variables?.[name] ?? (defaultValue && readValue(defaultValue, {}));
    if (values[name] === undefined && type.kind === 'NonNullType') {
      throw new Error(`Variable $${name} of required type was provided invalid value`);
    }
  }
  const { selectionSet } = operation;
  const kind = operation.operation === 'mutation' ? 'mutation' : 'query';
  const fields = { definitions, values };
  const own = kind === 'mutation' ? MUTATION_COST * fieldsOf(selectionSet, fields).length : 0;
  return {
    kind,
    cost: own + costOf(selectionSet, fields),
    run(root) {
      const errors: GraphqlError[] = [];
      return { data: select(selectionSet, root, { ...fields, errors, path: [] }), errors };
    },
  };
}

interface Fields {
  readonly definitions: readonly Definition[];
  readonly values: Readonly<Record<string, unknown>>;
}

interface Run extends Fields {
  readonly errors: GraphqlError[];
  readonly path: readonly (string | number)[];
}

interface Field {
  readonly name: string;
  readonly alias: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly below: SelectionSet | undefined;
}

/** The fields of a selection, with those of its fragments. */
function fieldsOf({ selections }: SelectionSet, run: Fields): readonly Field[] {
  return selections.flatMap((each: Selection): readonly Field[] => {
    if (each.kind === 'InlineFragment') return fieldsOf(each.selectionSet, run);
    if (each.kind === 'FragmentSpread') {
      const fragment = run.definitions.find(
        (other) => other.kind === 'FragmentDefinition' && other.name.value === each.name.value,
      );
      if (fragment === undefined) throw new Error(`No fragment ${each.name.value}`);
      return fieldsOf(fragment.selectionSet, run);
    }
    const given = Object.fromEntries(
      (each.arguments ?? []).map(({ name, value }) => [name.value, readValue(value, run.values)]),
    );
    const { value: name } = each.name;
    return [{ name, alias: each.alias?.value ?? name, given, below: each.selectionSet }];
  });
}

function costOf(selectionSet: SelectionSet, run: Fields): number {
  let cost = 0;
  for (const { name, given, below } of fieldsOf(selectionSet, run)) {
    if (below === undefined) continue;
    const count = typeof given['first'] === 'number' ? given['first'] : 1;
    cost += (FREE.has(name) ? 0 : 1) + count * costOf(below, run);
  }
  return cost;
}

function select(selectionSet: SelectionSet, source: object, run: Run): unknown {
  const data: Record<string, unknown> = {};
  for (const { name, alias, given, below } of fieldsOf(selectionSet, run)) {
    const path = [...run.path, alias];
    try {
      const member = Object.getOwnPropertyDescriptor(source, name);
      if (member === undefined) throw new Error(`Field '${name}' doesn't exist`);
      const value: unknown =
        typeof member.value === 'function' ? member.value(given) : member.value;
      data[alias] = complete(value, below, { ...run, path });
    } catch (error) {
      data[alias] = null;
      const { message } = error instanceof Error ? error : { message: String(error) };
      const extensions = error instanceof FieldError ? { extensions: error.extensions } : {};
      run.errors.push({ message, path, ...extensions });
    }
  }
  return data;
}

/** An error of a field with a code, such as a missing scope. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly extensions: Readonly<Record<string, unknown>>;
  constructor(message: string, extensions: Readonly<Record<string, unknown>>) {
    super(message);
    this.extensions = extensions;
  }
}

function complete(value: unknown, below: SelectionSet | undefined, run: Run): unknown {
  if (Array.isArray(value)) {
    return value.map((each, index) =>
      complete(each, below, { ...run, path: [...run.path, index] }),
    );
  }
  if (typeof value !== 'object' || value === null) {
    if (below !== undefined && value !== null) throw new Error('A scalar has no fields');
    return value;
  }
  if (below === undefined) throw new Error('An object needs a selection of fields');
  return select(below, value, run);
}

function readValue(node: Value, values: Readonly<Record<string, unknown>>): unknown {
  switch (node.kind) {
    case 'Variable':
      return values[node.name.value];
    case 'ListValue':
      return node.values.map((each) => readValue(each, values));
    case 'ObjectValue':
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, readValue(value, values)]),
      );
    case 'IntValue':
    case 'FloatValue':
      return Number(node.value);
    case 'NullValue':
      return null;
    default:
      return node.value;
  }
}
