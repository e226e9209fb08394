import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Writes the next dictionary for a carrier's inbound messages (`src/intake/pack-content.ts`) from
 * its fixtures, never from customers' messages: `npx tsx tools/message-dictionary.ts CARRIER`.
 */
const [carrier = ''] = process.argv.slice(2);
const folder = fileURLToPath(new URL(`../src/adapters/${carrier}/`, import.meta.url));
const BYTES_MAX = 32_768;
/** A shorter match is not worth leaving out: the text around it would lose its context. */
const MATCH_MIN = 24;
const MESSAGE = /^(?!error|problem|token)(?!.*expected).*\.(json|xml)$/;
const PUSH_HEADERS =
  '{"host":"","connection":"keep-alive","content-type":"application/json","accept":"*/*",' +
  '"user-agent":"","accept-encoding":"gzip, deflate","content-length":"';
const POLL_HEADERS = '{":number":"",":status":"200"}';

let dictionary = '';
for (const name of readdirSync(join(folder, 'fixtures')).filter((each) => MESSAGE.test(each))) {
  const text = readFileSync(join(folder, 'fixtures', name), 'utf8');
  const body = name.endsWith('.json') ? JSON.stringify(JSON.parse(text)) : text;
  dictionary += newIn(`${/push|alert|scan/.test(name) ? PUSH_HEADERS : POLL_HEADERS}${body}`);
}
let version = 1;
while (existsSync(join(folder, `dictionary-${version}.txt`))) version += 1;
writeFileSync(join(folder, `dictionary-${version}.txt`), dictionary.slice(-BYTES_MAX));

/** Returns what is not in the dictionary yet. */
function newIn(sample: string): string {
  let added = '';
  for (let at = 0; at < sample.length; ) {
    const known = dictionary + added;
    let length = MATCH_MIN;
    if (!known.includes(sample.slice(at, at + length))) {
      added += sample[at];
      at += 1;
      continue;
    }
    while (at + length < sample.length && known.includes(sample.slice(at, at + length + 1))) {
      length += 1;
    }
    at += length;
  }
  return added;
}
