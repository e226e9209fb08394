/**
 * Names every change of the API that can break programs written for the last released version.
 *
 *   npm run api:changes              exits with 1 if there are any and the version forbids them
 *   npm run api:changes -- --accept  makes the present API the one to compare with: at a release
 *
 * A version allows them if its first number that is not 0 is higher than in the released version.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  allowsBreaking,
  breakingChanges,
  releasedVersion,
} from './api-changes/breaking-changes.ts';
import {
  type ApiDocument,
  contractOf,
  contractText,
  readContract,
} from './api-changes/contract.ts';

const FILE = fileURLToPath(new URL('api-changes/released.txt', import.meta.url));

const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as ApiDocument & {
  readonly info: { readonly version: string };
};
const contract = contractOf(document);
const { version } = document.info;

if (process.argv.includes('--accept')) {
  const head = `# Waybill ${version}: what programs rely on. \`npm run api:changes -- --accept\` writes it at a release.\n`;
  writeFileSync(FILE, head + contractText(contract));
  process.exit();
}

const released = readFileSync(FILE, 'utf8');
const last = releasedVersion(released);
const changes = breakingChanges(readContract(released), contract);
for (const change of changes) process.stdout.write(`${change}\n`);
const isAllowed = allowsBreaking(last, version);
process.stdout.write(`${changes.length} breaking changes since ${last}\n`);
if (changes.length > 0 && !isAllowed) {
  process.stderr.write(
    `${version} must not break programs for ${last}: keep what they use, or raise the version.\n`,
  );
  process.exit(1);
}
