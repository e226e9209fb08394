import { join } from 'node:path';
import kanel, {
  type GetMetadata,
  type GetPropertyMetadata,
  type InterfaceDeclaration,
  type Output,
} from 'kanel';
import pg from 'pg';
import { MIGRATIONS_FOLDER, migrate } from '../src/platform/database/migrate.ts';
import { memberOf } from '../src/platform/database/query-rows.ts';
import { dumpSchema } from '../src/platform/database/schema-dump.ts';
import { startTestPostgres } from '../src/platform/test-postgres.ts';
import type { GeneratedFile } from './scorecards.ts';

/**
 * Generates the schema after all migrations: as SQL for reviewers, and as the types of rows for the
 * compiler.
 */
export async function databaseFiles(root: string): Promise<readonly GeneratedFile[]> {
  const server = await startTestPostgres();
  try {
    await migrate(server.url);
    const client = new pg.Client(server.url);
    await client.connect();
    const schema = await dumpSchema(client);
    const { host, port, user, password, database } = client;
    const types = await rowTypes({ host, port, user, password, database });
    await client.end();
    const rows = join(root, 'src/platform/database/rows.gen.ts');
    return [
      { path: join(MIGRATIONS_FOLDER, 'schema.sql'), content: schema },
      { path: rows, content: types },
    ];
  } finally {
    await server.stop();
  }
}

const HEAD = `// Generated from the database schema by "npm run generate". Do not edit.

/** Rows of each table as \`queryRows\` returns them. */
export interface Rows {
`;

async function rowTypes(connection: pg.ClientConfig): Promise<string> {
  let tables = '';
  await kanel.processDatabase({
    connection,
    schemaNames: ['public'],
    filter: ({ kind, name }) => kind === 'table' && !name.startsWith('knex_'),
    generators: [
      kanel.makePgTsGenerator({
        // Without this, kanel prints a warning for each such key.
        customTypeMap: { 'pg_catalog.bytea': 'Buffer' },
        propertySortFunction: (a, b) => a.ordinalPosition - b.ordinalPosition,
        getMetadata,
        getPropertyMetadata,
      }),
    ],
    // This hook renders the types itself and leaves nothing for kanel to write.
    preRenderHooks: [
      (output: Output) => {
        tables = rowsOf(output).map(typeOfRow).join('');
        return {};
      },
    ],
  });
  return `${HEAD}${tables}}\n`;
}

/** Declares only what a query returns, by the table's name. */
const getMetadata: GetMetadata = ({ name }, generateFor, builtin) => ({
  ...builtin,
  name: generateFor === 'selector' ? name : '',
});

const getPropertyMetadata: GetPropertyMetadata = (column, table, _for, builtin) => {
  const type = 'type' in column ? column.type.fullName : '';
  const literals = 'checks' in table ? literalsOf(column.name, table.checks) : null;
  return {
    ...builtin,
    name: memberOf(column.name, type === 'pg_catalog.timestamptz'),
    typeOverride: literals ?? TYPES[type.replace('pg_catalog.', '')] ?? 'string',
  };
};

/** The types as node-postgres parses them; all others are strings. */
const TYPES: Readonly<Record<string, string>> = {
  ...{ bool: 'boolean', bytea: 'Buffer', json: 'unknown', jsonb: 'unknown' },
  ...{ int2: 'number', int4: 'number', float4: 'number', float8: 'number', timestamptz: 'number' },
};

/** The values to which a check limits a column; null: any. */
function literalsOf(column: string, checks: readonly { readonly clause: string }[]): string | null {
  if (column === 'mode') return "'live' | 'test'";
  for (const { clause } of checks) {
    const [, name, list] = /^\(*(\w+) = ANY \(ARRAY\[([^\]]*)\]\)\)*$/.exec(clause) ?? [];
    if (name === column && list) return list.replaceAll('::text', '').replaceAll(', ', ' | ');
  }
  return null;
}

function rowsOf(output: Output): readonly InterfaceDeclaration[] {
  return Object.values(output)
    .flatMap((file) => ('declarations' in file ? file.declarations : []))
    .filter((each): each is InterfaceDeclaration => each.declarationType === 'interface')
    .filter(({ name }) => name !== '')
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function typeOfRow({ name, properties }: InterfaceDeclaration): string {
  const members = properties.map(({ name: member, typeName, dimensions, isNullable }) => {
    const array = dimensions > 0 ? `readonly ${typeName}[]` : typeName;
    return `    readonly ${member}: ${array}${isNullable ? ' | null' : ''};\n`;
  });
  return `  ${name}: {\n${members.join('')}  };\n`;
}
