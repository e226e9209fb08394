import { writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { MIGRATIONS_FOLDER, migrate } from '../src/platform/database/migrate.ts';
import { dumpSchema } from '../src/platform/database/schema-dump.ts';
import { startTestPostgres } from '../src/platform/test-postgres.ts';

/** `npx tsx tools/dump-schema.ts`: writes migrations/schema.sql from a fresh, migrated database. */
const server = await startTestPostgres();
try {
  await migrate(server.url);
  const client = new pg.Client(server.url);
  await client.connect();
  writeFileSync(path.join(MIGRATIONS_FOLDER, 'schema.sql'), await dumpSchema(client));
  await client.end();
} finally {
  await server.stop();
}
