import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type MovePage,
  type MoveProgress,
  type MoveService,
  moveIn,
  moveOut,
  NOT_MOVED,
  PUBLIC_URLS,
  progressBefore,
  progressFile,
  readMoveCsv,
  readService,
  ServiceUnavailable,
  writeProgress,
} from '../../http/index.ts';
import { FileUnreadable } from '../../intake/index.ts';
import { Problem } from '../../kernel/errors.ts';
import type { Mode, Tenant } from '../../kernel/tenant.ts';
import { visibleMerchants } from '../../merchants/index.ts';
import { errorText } from '../../platform/messages/error-text.ts';
import { createEgress, type Egress } from '../../platform/net/egress.ts';
import { type MappingMachines, withMappings } from '../mappings/with-mappings.ts';

type Write = (line: string) => void;

interface MoveOptions {
  readonly service: MoveService;
  /** The slug of the merchant. */
  readonly merchant: string;
  readonly mode: Mode;
}

export interface MoveFromOptions extends MoveOptions {
  /** The CSV file; null: none. */
  readonly file: string | null;
  /** Null: the key is in WAYBILL_MOVE_KEY. */
  readonly keyFile: string | null;
  /** The service's API; null: the public one. */
  readonly url: string | null;
  readonly isDryRun: boolean;
  readonly isRestarted: boolean;
  readonly json: boolean;
}

export interface MoveToOptions extends MoveOptions {
  /** `-`: stdout. */
  readonly file: string;
}

const STAYS = 'What was moved so far stays';
const FILE_FAULTS: readonly unknown[] = ['ENOENT', 'EACCES', 'EISDIR', 'ENOSPC'];
const FAILED = 1;
const UNUSABLE = 2;

/** Runs `waybill move from`. */
export async function moveFrom(
  env: NodeJS.ProcessEnv,
  options: MoveFromOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  const key = await keyOf(env, options);
  const fault = faultOf(options, key);
  if (fault !== null) {
    writeError(fault);
    return UNUSABLE;
  }
  const say = options.json ? writeError : write;
  return withMerchant(env, options, writeError, async (machines, tenant) => {
    const egress = createEgress({ allow: machines.config.egressAllow });
    try {
      const report = await run(machines, tenant, { ...options, key: key ?? '' }, egress, say);
      if (options.json) write(JSON.stringify(report));
      else for (const line of reportLines(report, options.isDryRun)) write(line);
      return 0;
    } catch (error) {
      const reason = reasonOf(error, options.file);
      if (reason === null) throw error;
      const isContinued = options.service !== 'csv';
      const stays = isContinued ? `${STAYS}; the same command continues from there.` : `${STAYS}.`;
      writeError(options.isDryRun ? reason : `${reason} ${stays}`);
      return FAILED;
    } finally {
      egress.close();
    }
  });
}

/** Runs `waybill move to`. */
export async function moveTo(
  env: NodeJS.ProcessEnv,
  options: MoveToOptions,
  writeError: Write,
): Promise<number> {
  return withMerchant(env, options, writeError, async ({ tracking, registry }, tenant) => {
    const text = Readable.from(moveOut(tracking, registry, tenant, options.service));
    // People's data: nobody else on this machine may read the file.
    const isStdout = options.file === '-';
    const asNew = { flags: 'wx', mode: 0o600 };
    const target = isStdout ? process.stdout : createWriteStream(options.file, asNew);
    try {
      await pipeline(text, target, { end: !isStdout });
      return 0;
    } catch (error) {
      const reason = reasonOf(error, options.file);
      if (reason === null) throw error;
      writeError(reason);
      return FAILED;
    }
  });
}

function withMerchant(
  env: NodeJS.ProcessEnv,
  { merchant: slug, mode }: MoveOptions,
  writeError: Write,
  work: (machines: MappingMachines, tenant: Tenant) => Promise<number>,
): Promise<number> {
  return withMappings(env, async (machines) => {
    const merchants = await visibleMerchants(machines.database.pipeline);
    const merchant = merchants.find((each) => each.slug === slug);
    if (merchant !== undefined) return work(machines, { merchantId: merchant.id, mode });
    const known = merchants.map((each) => each.slug).join(', ') || 'none yet';
    writeError(`--merchant: there is no merchant "${slug}"; expected one of: ${known}.`);
    return UNUSABLE;
  });
}

async function keyOf(
  env: NodeJS.ProcessEnv,
  { keyFile }: Pick<MoveFromOptions, 'keyFile'>,
): Promise<string | null> {
  const text = keyFile === null ? env['WAYBILL_MOVE_KEY'] : await readText(keyFile);
  return text?.trim() || null;
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

function faultOf({ service, file, url }: MoveFromOptions, key: string | null): string | null {
  if (service === 'csv')
    return file === null ? 'Name the CSV file: waybill move from csv FILE' : null;
  if (key === null) {
    return `Put the API key of ${service} into WAYBILL_MOVE_KEY, or name a readable file with --key-file.`;
  }
  if (/[^\x21-\x7e]/.test(key)) {
    return 'The API key contains a space or a character outside ASCII.';
  }
  if (url !== null && !URL.canParse(url)) return `--url: expected a URL; found "${url}"`;
  return null;
}

async function run(
  { config, tracking, registry, clock }: MappingMachines,
  tenant: Tenant,
  options: MoveFromOptions & { readonly key: string },
  egress: Egress,
  say: Write,
): Promise<MoveProgress> {
  const { service, isDryRun } = options;
  const file = progressFile(config.data, tenant, service);
  const isFresh = isDryRun || options.isRestarted || service === 'csv';
  const before = isFresh ? NOT_MOVED : await progressBefore(file, options.key);
  if (before.cursor !== null) {
    say(`Continuing after ${before.moved + before.alreadyThere} parcels.`);
  }
  let pages: AsyncIterable<MovePage>;
  if (service === 'csv') {
    pages = readMoveCsv(registry, createReadStream(options.file ?? ''), clock.nowMs());
  } else {
    const { key, mode, url } = options;
    const onPause = (ms: number, why: string) =>
      say(`Waiting ${Math.ceil(ms / 1_000)} s (${why}).`);
    const deps = { egress, pause: (ms: number) => pause(ms), nowMs: () => clock.nowMs(), onPause };
    const access = { service, key, mode, url: url ?? PUBLIC_URLS[service] };
    pages = readService(deps, registry, access, before.cursor);
  }
  return moveIn(tracking, tenant, pages, {
    ...{ service, isDryRun, before },
    onProgress: async (progress) => {
      if (!isDryRun && service !== 'csv') await writeProgress(file, options.key, progress);
      const { moved, alreadyThere, refusedCount } = progress;
      say(`${moved} moved, ${alreadyThere} already there, ${refusedCount} refused`);
      return true;
    },
  });
}

function reportLines(
  { moved, alreadyThere, refusedCount, refused, warnings }: MoveProgress,
  isDryRun: boolean,
): readonly string[] {
  return [
    isDryRun ? 'Dry run, nothing was changed. A move would give:' : 'Finished:',
    ...[`  moved          ${moved}`, `  already there  ${alreadyThere}`],
    `  refused        ${refusedCount}`,
    ...refused.map(lineOf),
    ...(refused.length < refusedCount ? [`    and ${refusedCount - refused.length} more`] : []),
    ...(warnings.length > 0 ? ['  with warnings', ...warnings.map(lineOf)] : []),
  ];
}

function lineOf({ id, reason }: MoveProgress['refused'][number]): string {
  return `    ${printable(id)}: ${printable(reason)}`;
}

/** The texts come from outside, and a terminal obeys control characters. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
}

/** What went wrong outside of the hub; null: it is a fault of the hub. */
function reasonOf(error: unknown, file: string | null): string | null {
  if (error instanceof ServiceUnavailable) return error.message;
  if (error instanceof FileUnreadable) return error.sentence;
  if (error instanceof Problem) return errorText(error.detail);
  // Faults of writing name no path.
  const { code, path = file } = Object(error);
  if (code === 'EEXIST') return `${path} exists already; name a new file.`;
  return FILE_FAULTS.includes(code) ? `${path} cannot be read or written (${code}).` : null;
}
