import { join } from 'node:path';
import { READ_STATUSES, type ReadStatus } from '../../kernel/status.ts';
import {
  type DocumentedCode,
  formatProblem,
  parseCodesCsv,
  readConfigFile,
  showCodes,
} from '../../normalization/index.ts';
import {
  type ChosenVersion,
  dismissReview,
  type ResolveOutcome,
  type ReviewDeps,
  type ReviewItem,
  resolveReview,
  reviewPage,
  startRenormalization,
  vocabularyOfCarriers,
} from '../../tracking/ports/mappings.ts';
import { type MappingMachines, withMappings } from './with-mappings.ts';

type Write = (line: string) => void;

const FAILED = 1;
const UNUSABLE = 2;
const BY = 'cli';

/**
 * Runs `waybill mappings review`, which lists codes that no mapping knows, most frequent first,
 * with a guess.
 */
export async function mappingsReview(
  env: NodeJS.ProcessEnv,
  options: { limit: number; json: boolean },
  write: Write,
): Promise<number> {
  return withMappings(env, async (machines) => {
    const { items } = await reviewPage(await reviewDeps(machines), {}, options.limit);
    for (const item of items) {
      if (options.json) write(JSON.stringify(json(item)));
      else for (const line of lines(item)) write(line);
    }
    if (items.length === 0 && !options.json) write('Every code seen so far is mapped.');
    return 0;
  });
}

export interface ResolveArgs {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly milestone: string | null;
  readonly logical: boolean;
  readonly notify: boolean;
  readonly note: string | null;
}

/**
 * Runs `waybill mappings resolve ID STATUS`, which adds a rule to the deployment's overlay; the
 * parcels are renormalized.
 */
export async function mappingsResolve(
  env: NodeJS.ProcessEnv,
  args: ResolveArgs,
  write: Write,
  writeError: Write,
): Promise<number> {
  const status = READ_STATUSES.find((known) => known === args.status);
  if (status === undefined) {
    writeError(`Expected one of ${READ_STATUSES.join(', ')}; found "${args.status}".`);
    return UNUSABLE;
  }
  return withMappings(env, async ({ tracking, mappings }) => {
    const settle = {
      tracking,
      mappings,
      renormalize: (order: Parameters<typeof startRenormalization>[1]) =>
        startRenormalization(tracking, order),
    };
    const decision = { ...args, status: status satisfies ReadStatus, match: null, by: BY };
    const outcome = await resolveReview(settle, args.id, decision);
    if (outcome.outcome === 'resolved') {
      const { rule, job } = outcome;
      write(`${showCodes(rule.match)} now means ${rule.status}.`);
      write(`Its parcels are read again by job ${job.id} (\`waybill mappings jobs\`).`);
      return 0;
    }
    for (const line of faultOf(outcome, args.id)) writeError(line);
    return FAILED;
  });
}

/**
 * Runs `waybill mappings dismiss ID`: the code needs no attention any more; its facts are still
 * read as moving.
 */
export async function mappingsDismiss(
  env: NodeJS.ProcessEnv,
  id: string,
  note: string | null,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withMappings(env, async ({ tracking }) => {
    const outcome = await dismissReview({ tracking }, id, { by: BY, note });
    if (outcome === 'dismissed') {
      write('Dismissed.');
      return 0;
    }
    writeError(outcome === 'ended' ? `${id} is already resolved or ignored.` : noSuchEntry(id));
    return FAILED;
  });
}

async function reviewDeps({ registry, tracking }: MappingMachines): Promise<ReviewDeps> {
  const documented = async (carrier: string): Promise<readonly DocumentedCode[]> => {
    const folder = registry.home(carrier)?.folder;
    if (folder === undefined) return [];
    const text = await readConfigFile(join(folder, 'codes.csv')).catch(() => null);
    return text === null ? [] : parseCodesCsv(text);
  };
  const all = registry.list().map(({ manifest }) => documented(manifest.name));
  const vocabulary = vocabularyOfCarriers((await Promise.all(all)).flat());
  return { tracking, documented, vocabulary: async () => vocabulary };
}

function json({ row, guess, touched, example, documented, suggestedMatch }: ReviewItem) {
  return {
    id: row.id,
    carrier: row.carrier,
    codes: row.codes,
    seen: row.reports,
    first_seen: new Date(row.firstSeenMs).toISOString(),
    last_seen: new Date(row.lastSeenMs).toISOString(),
    parcels_touched: touched,
    documented,
    suggested_match: suggestedMatch,
    guess,
    text: example?.text ?? null,
    example_inbound_message: row.exampleInboundMessageId,
  };
}

function lines(item: ReviewItem): string[] {
  const { row, guess, touched, example } = item;
  const meaning = guess.reason === null ? guess.status : `${guess.status}, ${guess.reason}`;
  return [
    `${row.carrier}  ${showCodes(row.codes)}  seen ${row.reports} in ${touched} parcels, last ${new Date(row.lastSeenMs).toISOString()}`,
    `  ${row.id}`,
    ...(example?.text ? [`  says: ${example.text}`] : []),
    `  perhaps ${meaning} (${Math.round(guess.certainty * 100)} %)`,
    ...guess.why.map((why) => `    ${why}`),
  ];
}

function faultOf(
  outcome: Exclude<ResolveOutcome, { outcome: 'resolved' }>,
  id: string,
): readonly string[] {
  switch (outcome.outcome) {
    case 'not_found':
      return [noSuchEntry(id)];
    case 'settled':
      return ['A rule already matches these codes; change that one, in the overlay or the file.'];
    case 'rolled_back':
      return rolledBackLines(outcome.carrier, outcome.active);
    case 'no_adapter':
      return ['Its carrier is no longer installed.'];
    case 'bad_match':
      return [outcome.reason];
    case 'invalid':
      return outcome.problems.map(formatProblem);
    case 'conflict':
      return ['The overlay keeps being changed by somebody else; try again.'];
  }
}

function rolledBackLines(carrier: string, active: ChosenVersion): readonly string[] {
  const { version, activatedBy, activatedAtMs, why } = active;
  const at = new Date(activatedAtMs).toISOString();
  return [
    `${carrier} was rolled back to ${version.slice(0, 12)} (by ${activatedBy} at ${at}: ${why}), which does not have the current overlay; a new rule would undo that.`,
    `Activate the files with the overlay first: waybill mappings apply ${carrier} files.`,
  ];
}

function noSuchEntry(id: string): string {
  return `${id} is not in the queue; see \`waybill mappings review\`.`;
}
