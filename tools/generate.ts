/**
 * Regenerates the files that are derived from others in this repository.
 *
 *   npm run generate             writes what differs
 *   npm run generate -- --check  writes nothing; exits 1 and names what differs
 *
 * A generator returns the files that should exist; it neither writes nor prints. A generator added
 * to `GENERATORS` is run and checked like the others.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiDocs } from './api-docs.ts';
import { carriersDoc } from './carriers-doc.ts';
import { configurationDoc } from './configuration-doc.ts';
import { databaseFiles } from './database-files.ts';
import type { Generator } from './generated-file.ts';
import { holidays } from './holidays.ts';
import { kafkaSchemas } from './kafka-schemas.ts';
import { mailLayout } from './mail-layout.ts';
import { mappingSchema } from './mapping-schema.ts';
import { messageShape } from './message-shape.ts';
import { scorecards } from './scorecards.ts';

const GENERATORS: readonly Generator[] = [
  messageShape,
  databaseFiles,
  mailLayout,
  holidays,
  mappingSchema,
  kafkaSchemas,
  scorecards,
  carriersDoc,
  configurationDoc,
  apiDocs,
];

const root = fileURLToPath(new URL('..', import.meta.url));
const check = process.argv.includes('--check');
let stale = 0;

for (const generate of GENERATORS) {
  for (const { path, content } of await generate(root)) {
    if ((await readFile(path).catch(() => null))?.equals(Buffer.from(content))) continue;
    stale += 1;
    console.log(`${check ? 'differs' : 'wrote'}: ${relative(root, path)}`);
    if (!check) await writeFile(path, content);
  }
}

if (check && stale > 0) {
  console.error(`${stale} generated file(s) differ from their source: run "npm run generate".`);
  process.exitCode = 1;
}
