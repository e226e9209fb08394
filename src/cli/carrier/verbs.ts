import { type Command, InvalidArgumentError, Option } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const writeError = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Adds the verbs for installing carriers, and for authors of adapters. They start no database, and
 * no server but a sandbox.
 */
export function addCarrierVerbs(program: Command): void {
  const carrier = program.command('carrier').description('carrier adapters and their payloads');
  addPackageVerbs(carrier);
  carrier
    .command('new')
    .description('generate an adapter to start from: folder, mapping, fixtures, sandbox')
    .argument('<name>', 'kebab-case: acme-post')
    .option('--package', 'write a separate package, even in a checkout of Waybill')
    .option('--folder <dir>', 'where to write the package; default: a folder of that name here')
    .action(async (name: string, options: { package?: true; folder?: string }) => {
      const { carrierNew } = await import('./new.ts');
      const { package: asPackage = false, folder = null } = options;
      const args = { name, folder, asPackage };
      process.exitCode = await carrierNew(args, process.cwd(), process.env, print, writeError);
    });
  carrier
    .command('checks')
    .description('list the conformance checks by level')
    .option('--json', 'print a JSON object')
    .action(async (options: { json?: true }) => {
      const { carrierChecks } = await import('./run-checks.ts');
      process.exitCode = carrierChecks(options.json === true, print);
    });
  carrier
    .command('test')
    .description('run the conformance suite on a carrier and print its scorecard')
    .argument('<carrier>', 'its name, or the path of its folder or package')
    .option('--level <level>', 'the level it must reach', levelOf)
    .option('--json', 'print a JSON object')
    .option('--write', "save the result as scorecard.json in the carrier's folder")
    .action(async (wanted: string, options: { level?: LevelName; json?: true; write?: true }) => {
      const { carrierTest } = await import('./run-checks.ts');
      const args = {
        wanted,
        level: options.level ?? null,
        json: options.json === true,
        write: options.write === true,
      };
      process.exitCode = await carrierTest(args, process.env, print, writeError);
    });
  carrier
    .command('parse')
    .description('parse payloads, one JSON line per file')
    .argument('<carrier>', 'the carrier: its name, or the path of its folder or package')
    .argument('<files...>', 'files with one payload each')
    .option('--kind <kind>', 'track or webhook; default: guessed from the payload', kindOf)
    .option('--number <number>', 'the number that was polled, if a file contains none')
    .action(
      async (
        name: string,
        files: string[],
        options: { kind?: 'track' | 'webhook'; number?: string },
      ) => {
        const { carrierParse } = await import('./parse.ts');
        const { kind = null, number = null } = options;
        process.exitCode = await carrierParse(
          { carrier: name, files, kind, number },
          process.env,
          print,
          writeError,
        );
      },
    );
  carrier
    .command('expect')
    .description("write the fixtures' expectations beside them, for review")
    .argument('<carrier>', 'its name, or the path of its folder or package')
    .argument('[cases...]', 'cases to write again; default: those without an expectation')
    .option(
      '--kind <kind>',
      'track or webhook; default: webhook if the name begins with push',
      kindOf,
    )
    .option('--status <status>', "HTTP status of a poll's answer", statusOf)
    .action(
      async (
        wanted: string,
        cases: string[],
        options: { kind?: 'track' | 'webhook'; status?: number },
      ) => {
        const { carrierExpect } = await import('./expect.ts');
        const { kind = null, status = null } = options;
        const args = { wanted, cases, kind, httpStatus: status };
        process.exitCode = await carrierExpect(args, print, writeError);
      },
    );
  addCassetteVerbs(carrier);
  carrier
    .command('outcomes', { hidden: true })
    .argument('<entry>')
    .action(async (entry: string) => {
      const { carrierOutcomes } = await import('./outcomes.ts');
      process.exitCode = await carrierOutcomes(entry, process.stdin, print);
    });
}

/** Adds the verbs for operators, who install packages with carriers. */
function addPackageVerbs(carrier: Command): void {
  carrier
    .command('add')
    .description('check a package with a carrier and install it into the data folder')
    .argument('<package>', 'NAME@VERSION, or the path of a .tgz file')
    .action(async (wanted: string) => {
      const { carrierAdd } = await import('./add.ts');
      process.exitCode = await carrierAdd(wanted, process.env, print, writeError);
    });
  carrier
    .command('list')
    .description(
      'list the installed packages: carrier, version, level, hash, and what the hub leaves out',
    )
    .action(async () => {
      const { carrierList } = await import('./installed.ts');
      process.exitCode = await carrierList(process.env, print, writeError);
    });
  carrier
    .command('remove')
    .description('remove an installed package; its parcels stay')
    .argument('<carrier>', 'the carrier, or the name of its package')
    .action(async (wanted: string) => {
      const { carrierRemove } = await import('./installed.ts');
      process.exitCode = await carrierRemove(wanted, process.env, print, writeError);
    });
}

/** As in adapters/conformance-levels.ts, which is loaded only when needed; the compiler compares. */
type LevelName = NonNullable<import('./run-checks.ts').CarrierTestArgs['level']>;
const LEVELS: readonly LevelName[] = ['bronze', 'silver', 'gold', 'platinum'];

function levelOf(text: string): LevelName {
  const level = LEVELS.find((each) => each === text);
  if (level !== undefined) return level;
  throw new InvalidArgumentError(`Expected ${LEVELS.join(', ')}.`);
}

function kindOf(text: string): 'track' | 'webhook' {
  if (text === 'track' || text === 'webhook') return text;
  throw new InvalidArgumentError('Expected track or webhook.');
}

function statusOf(text: string): number {
  if (/^[1-5]\d\d$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected an HTTP status such as 200 or 404.');
}

interface RecordOptions {
  readonly out: string;
  readonly inbound?: string[];
  readonly system: 'production' | 'test' | 'sandbox';
  readonly credentials?: string;
  readonly keepNumbers?: true;
}

/** Adds the verbs that record a carrier's answers and replay them. */
function addCassetteVerbs(carrier: Command): void {
  carrier
    .command('record')
    .description('call a carrier and record the answers, without secrets and personal data')
    .argument('<carrier>', 'its name, or the path of its folder or package')
    .argument('[numbers...]', 'tracking numbers to poll')
    .requiredOption('--out <file>', 'the cassette (…cassette.json); with --inbound a folder')
    .option(
      '--inbound <ids...>',
      'create fixtures from stored inbound messages instead, including dead letters',
    )
    .addOption(
      new Option('--system <system>', 'the system to call')
        .choices(['production', 'test', 'sandbox'])
        .default('sandbox'),
    )
    .option('--credentials <file>', 'a file with one JSON object of strings; - reads it from stdin')
    .option('--keep-numbers', 'do not replace tracking numbers')
    .action(async (name: string, numbers: string[], options: RecordOptions) => {
      const { carrierRecord } = await import('./record.ts');
      const args = {
        carrier: name,
        numbers,
        out: options.out,
        inbound: options.inbound ?? [],
        system: options.system,
        credentials: options.credentials ?? null,
        keepNumbers: options.keepNumbers === true,
      };
      process.exitCode = await carrierRecord(args, process.env, print, writeError);
    });
  carrier
    .command('replay')
    .description('replay a recording through the adapter, one JSON line per number')
    .argument('<file>', 'a file made by `carrier record`')
    .option('--carrier <carrier>', 'an adapter other than the one it names: a name or a path')
    .action(async (file: string, options: { carrier?: string }) => {
      const { carrierReplay } = await import('./replay.ts');
      const args = { file, carrier: options.carrier ?? null };
      process.exitCode = await carrierReplay(args, process.env, print, writeError);
    });
}
