import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PayloadKind } from '../../adapters/index.ts';
import { findOwnAdapter } from './find-adapter.ts';

export interface CarrierExpectArgs {
  /** A carrier's name, or a path to its folder or package. */
  readonly wanted: string;
  /** The cases to rewrite; none: those that have no expectation yet. */
  readonly cases: readonly string[];
  /** Null: as it was, or `webhook` if the name begins with `push`. */
  readonly kind: PayloadKind | null;
  /** The HTTP status of a pull's answer; null: as it was, or 200. */
  readonly httpStatus: number | null;
}

const EXPECTED = '.expected.json';

/**
 * `waybill carrier expect`: writes the result of `parse` next to fixtures, for the person who ran
 * it to review: from then on the kit requires the adapter to match it. Resolves with the exit code:
 * 1 when there is no such case, 2 when there is no such carrier.
 */
export async function carrierExpect(
  args: CarrierExpectArgs,
  write: (line: string) => void,
  writeError: (line: string) => void,
): Promise<number> {
  let found: Awaited<ReturnType<typeof findOwnAdapter>>;
  try {
    found = await findOwnAdapter(args.wanted, writeError);
  } catch (error) {
    writeError(error instanceof Error ? error.message : String(error));
    return 2;
  }
  const { adapter, home } = found;
  const folder = join(home.folder, 'fixtures');
  const files: readonly string[] = await readdir(folder).catch(() => []);
  const payloads = files
    .filter((file) => !file.endsWith(EXPECTED) && !/\.headers\.json$|\.md$/.test(file))
    .map((file) => ({ file, name: file.slice(0, file.lastIndexOf('.')) }));
  const missing = args.cases.filter((name) => !payloads.some((payload) => payload.name === name));
  for (const name of missing)
    writeError(`${folder} holds no case "${name}"; add ${name}.json first.`);
  if (missing.length > 0) return 1;
  const chosen = payloads.filter(({ name }) =>
    args.cases.length > 0 ? args.cases.includes(name) : !files.includes(name + EXPECTED),
  );
  for (const { file, name } of chosen.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, name + EXPECTED);
    const before: unknown = JSON.parse(await readFile(path, 'utf8').catch(() => '{}'));
    const { kind, http_status, asked, same_facts_as } = headerFor(name, before, args);
    const outcome = adapter.parse({
      text: await readFile(join(folder, file), 'utf8'),
      ...(kind === undefined ? {} : { kind }),
      ...(http_status === undefined ? {} : { httpStatus: http_status }),
      ...(asked === undefined ? {} : { requestedNumber: asked }),
    });
    const content = { kind, http_status, asked, same_facts_as, outcome };
    await writeFile(path, `${JSON.stringify(content, null, 2)}\n`);
    const facts =
      outcome.outcome === 'reports'
        ? `, ${outcome.reports.flatMap((report) => report.facts).length} facts`
        : '';
    const how = kind === 'webhook' ? 'a push' : `a pull, status ${http_status ?? 'none'}`;
    write(`${name}: ${outcome.outcome}${facts} (${how})`);
  }
  if (chosen.length === 0)
    write('Every fixture has an expectation; name the cases to write again.');
  return 0;
}

interface Header {
  readonly kind?: PayloadKind;
  readonly http_status?: number;
  readonly asked?: string;
  readonly same_facts_as?: string;
}

function isHeader(value: unknown): value is Header {
  return typeof value === 'object' && value !== null;
}

/** Returns the given options, or else the expectation's values, or else those from the name. */
function headerFor(name: string, before: unknown, args: CarrierExpectArgs): Header {
  const isKnown = isHeader(before) && 'outcome' in before;
  const known: Header = isKnown ? before : {};
  const kind = args.kind ?? (isKnown ? known.kind : name.startsWith('push') ? 'webhook' : 'track');
  const status = args.httpStatus ?? (isKnown ? known.http_status : 200);
  const { http_status: _status, kind: _kind, ...rest } = known;
  return {
    ...rest,
    ...(kind === undefined ? {} : { kind }),
    ...(status === undefined || kind === 'webhook' ? {} : { http_status: status }),
  };
}
