import { type Command, InvalidArgumentError } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const writeError = (line: string) => void process.stderr.write(`${line}\n`);
const LIMIT = 100;

/** Adds the verbs for the inbox of the hub, running or not. */
export function addInboxVerbs(program: Command, mappings: Command): void {
  addReviewVerbs(mappings);
  const letters = program
    .command('deadletters')
    .description('inbound messages that could not be processed, and events that were skipped');
  addInboundMessageVerbs(letters);
  addEntryVerbs(letters);
}

/** Adds the verbs for codes that no mapping knows. */
function addReviewVerbs(mappings: Command): void {
  mappings
    .command('review')
    .description('list received codes that no mapping knows')
    .option('--limit <n>', 'at most this many', limitOf, LIMIT)
    .option('--json', 'print one JSON line each')
    .action(async (options: { limit: number; json?: true }) => {
      const { mappingsReview } = await import('../mappings/review.ts');
      const wanted = { limit: options.limit, json: options.json === true };
      process.exitCode = await mappingsReview(process.env, wanted, print);
    });

  mappings
    .command('resolve')
    .description(
      'assign a meaning to a code: adds a rule, active at once, and reads its parcels again',
    )
    .argument('<id>', 'an id from `mappings review`')
    .argument('<status>', 'in_transit, exception …; none: it has no effect on the status')
    .option('--reason <reason>', 'sub_status, such as address_not_found', wordOf)
    .option('--milestone <milestone>', 'finer than the status, for texts', wordOf)
    .option('--logical', 'not a scan of the parcel')
    .option('--notify', 'also notify people of changes to past parcels')
    .option('--note <note>', 'a note for later readers', noteOf)
    .action(async (id: string, status: string, options: ResolveFlags) => {
      const { mappingsResolve } = await import('../mappings/review.ts');
      const { reason = null, milestone = null, note = null } = options;
      const { logical = false, notify = false } = options;
      const args = { id, status, reason, milestone, logical, notify, note };
      process.exitCode = await mappingsResolve(process.env, args, print, writeError);
    });
  mappings
    .command('dismiss')
    .description('ignore a code: its parcels are still read as in transit')
    .argument('<id>', 'an id from `mappings review`')
    .option('--note <note>', 'why', noteOf)
    .action(async (id: string, options: { note?: string }) => {
      const { mappingsDismiss } = await import('../mappings/review.ts');
      const note = options.note ?? null;
      process.exitCode = await mappingsDismiss(process.env, id, note, print, writeError);
    });
}

/** Adds the verbs for inbound messages that could not be processed. */
function addInboundMessageVerbs(letters: Command): void {
  letters
    .command('list')
    .description('list them, newest first')
    .option('--limit <n>', 'at most this many', limitOf, LIMIT)
    .option('--json', 'print one JSON line each')
    .action(async (options: { limit: number; json?: true }) => {
      const { deadlettersList } = await import('./dead-letters.ts');
      const wanted = { limit: options.limit, json: options.json === true };
      process.exitCode = await deadlettersList(process.env, wanted, print);
    });
  letters
    .command('show')
    .description('show one with its original headers and body')
    .argument('<id>')
    .action(async (id: string) => {
      const { deadlettersShow } = await import('./dead-letters.ts');
      process.exitCode = await deadlettersShow(process.env, id, print, writeError);
    });
  letters
    .command('replay')
    .description('return to the inbox, to be processed again')
    .argument('[ids...]')
    .option('--all', 'all of them')
    .action(async (ids: string[], options: { all?: true }) => {
      const { deadlettersReplay } = await import('./dead-letters.ts');
      process.exitCode = await deadlettersReplay(
        process.env,
        options.all === true ? 'all' : ids,
        print,
        writeError,
      );
    });
  letters
    .command('dismiss')
    .description('remove from the list; it is kept')
    .argument('<ids...>')
    .option('--note <note>', 'why', noteOf)
    .action(async (ids: string[], options: { note?: string }) => {
      const { deadlettersDismiss } = await import('./dead-letters.ts');
      const note = options.note ?? null;
      process.exitCode = await deadlettersDismiss(process.env, ids, note, print, writeError);
    });
}

/** Adds the verbs for entries of the log that a consumer skipped. */
function addEntryVerbs(letters: Command): void {
  letters
    .command('entries')
    .description('list events that a reaction could not handle and skipped')
    .option('--limit <n>', 'at most this many', limitOf, LIMIT)
    .option('--json', 'print one JSON line each')
    .action(async (options: { limit: number; json?: true }) => {
      const { entriesList } = await import('./dead-entries.ts');
      const wanted = { limit: options.limit, json: options.json === true };
      process.exitCode = await entriesList(process.env, wanted, print);
    });
  letters
    .command('replay-entries')
    .description('have a running hub handle them again')
    .argument('[ids...]')
    .option('--all', 'all of them')
    .action(async (ids: string[], options: { all?: true }) => {
      const { entriesReplay } = await import('./dead-entries.ts');
      const which = options.all === true ? 'all' : ids;
      process.exitCode = await entriesReplay(process.env, which, print, writeError);
    });
  letters
    .command('dismiss-entries')
    .description('remove them from the list')
    .argument('<ids...>')
    .action(async (ids: string[]) => {
      const { entriesDismiss } = await import('./dead-entries.ts');
      process.exitCode = await entriesDismiss(process.env, ids, print, writeError);
    });
}

interface ResolveFlags {
  readonly reason?: string;
  readonly milestone?: string;
  readonly note?: string;
  readonly logical?: true;
  readonly notify?: true;
}

function wordOf(text: string): string {
  if (/^[a-z][a-z0-9_]{0,63}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected lower-case letters, digits and underscores.');
}

const NOTE_CHARS_MAX = 500;

function noteOf(text: string): string {
  if (text.length <= NOTE_CHARS_MAX) return text;
  throw new InvalidArgumentError(`Expected at most ${NOTE_CHARS_MAX} characters.`);
}

function limitOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at least 1.');
}
