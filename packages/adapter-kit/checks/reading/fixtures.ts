import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Payload, PayloadKind } from 'waybill/adapter';
import { z } from 'waybill/adapter';

/**
 * A fixture consists of two files in a carrier's `fixtures/`: `<case>.json` (or `.xml`, `.txt`, …),
 * the payload byte for byte, and `<case>.expected.json`:
 *
 * - `kind` (`webhook` or `track`), `http_status` and `asked` (the number of a pull, where the
 *   document names none): what the source knew, if it knew anything;
 * - `same_facts_as`: another case that has every fact of this one from another source, so their
 *   identities must be equal;
 * - `outcome`: the whole `ParseOutcome`.
 *
 * `<case>.headers.json`, `*.md`, cassettes (`conformance-cassettes.ts`) and files in subfolders
 * (`extras/`: answers that are not about parcels, which the carrier's own tests read) are not
 * payloads.
 */
export interface Fixture {
  readonly name: string;
  readonly payload: Payload;
  readonly expected: unknown;
  readonly sameFactsAs: string | null;
}

const expectation = z.strictObject({
  kind: z.enum(['webhook', 'track'] satisfies readonly PayloadKind[]).optional(),
  http_status: z.int().min(100).max(599).optional(),
  asked: z.string().optional(),
  same_facts_as: z.string().optional(),
  outcome: z.looseObject({ outcome: z.string() }),
});

const EXPECTED = '.expected.json';

/** Reads every pair of a folder. Throws, naming the file, when a half is missing or malformed. */
export function readFixtures(folder: string): readonly Fixture[] {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:headers|cassette)\.json$|\.md$/.test(entry.name))
    .map(({ name }) => name);
  const expectations = files.filter((file) => file.endsWith(EXPECTED));
  const payloads = files.filter((file) => !file.endsWith(EXPECTED));
  for (const file of expectations) {
    const name = file.slice(0, -EXPECTED.length);
    if (!payloads.some((payload) => caseName(payload) === name)) {
      throw new Error(`${join(folder, file)}: there is no payload beside it; add ${name}.json`);
    }
  }
  return payloads.sort().map((file) => readFixture(folder, file));
}

function readFixture(folder: string, file: string): Fixture {
  const name = caseName(file);
  const text = readFileSync(join(folder, file), 'utf8');
  const path = join(folder, `${name}${EXPECTED}`);
  let expected: z.output<typeof expectation>;
  try {
    expected = expectation.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${path}: every fixture needs its expectation: ${why}`);
  }
  return {
    name,
    payload: {
      text,
      ...(expected.kind === undefined ? {} : { kind: expected.kind }),
      ...(expected.http_status === undefined ? {} : { httpStatus: expected.http_status }),
      ...(expected.asked === undefined ? {} : { requestedNumber: expected.asked }),
    },
    expected: expected.outcome,
    sameFactsAs: expected.same_facts_as ?? null,
  };
}

function caseName(file: string): string {
  return file.slice(0, file.lastIndexOf('.'));
}
