import { type Command, InvalidArgumentError } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);
const LIMIT = 100;

/** Verbs that look into the inbox of the hub, running or not. */
export function addInboxVerbs(program: Command, mappings: Command): void {
  mappings
    .command('review')
    .description('codes that were seen and no mapping knows')
    .option('--limit <n>', 'at most so many', limitOf, LIMIT)
    .option('--json', 'print one JSON line each')
    .action(async (options: { limit: number; json?: true }) => {
      const { mappingsReview } = await import('./mappings-review.ts');
      const wanted = { limit: options.limit, json: options.json === true };
      process.exitCode = await mappingsReview(process.env, wanted, print);
    });

  const letters = program
    .command('deadletters')
    .description('receipts that could not be understood');
  letters
    .command('list')
    .description('the newest first')
    .option('--limit <n>', 'at most so many', limitOf, LIMIT)
    .option('--json', 'print one JSON line each')
    .action(async (options: { limit: number; json?: true }) => {
      const { deadlettersList } = await import('./deadletters.ts');
      const wanted = { limit: options.limit, json: options.json === true };
      process.exitCode = await deadlettersList(process.env, wanted, print);
    });
  letters
    .command('show')
    .description('one with its headers and its body, as it came')
    .argument('<id>')
    .action(async (id: string) => {
      const { deadlettersShow } = await import('./deadletters.ts');
      process.exitCode = await deadlettersShow(process.env, id, print, complain);
    });
  letters
    .command('replay')
    .description('put back into the inbox, to be read anew')
    .argument('[ids...]')
    .option('--all', 'every one of them')
    .action(async (ids: string[], options: { all?: true }) => {
      const { deadlettersReplay } = await import('./deadletters.ts');
      process.exitCode = await deadlettersReplay(
        process.env,
        options.all === true ? 'all' : ids,
        print,
        complain,
      );
    });
  letters
    .command('dismiss')
    .description('take off the list what nobody will read; it is kept')
    .argument('<ids...>')
    .option('--note <note>', 'why', noteOf)
    .action(async (ids: string[], options: { note?: string }) => {
      const { deadlettersDismiss } = await import('./deadletters.ts');
      const note = options.note ?? null;
      process.exitCode = await deadlettersDismiss(process.env, ids, note, print, complain);
    });
}

const NOTE_CHARS_MAX = 500;

function noteOf(text: string): string {
  if (text.length <= NOTE_CHARS_MAX) return text;
  throw new InvalidArgumentError(`Expected at most ${NOTE_CHARS_MAX} characters.`);
}

function limitOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number from 1.');
}
