import { type Command, Option } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const complain = (line: string) => void process.stderr.write(`${line}\n`);

interface RecordOptions {
  readonly out: string;
  readonly inbound?: string[];
  readonly system: 'production' | 'test' | 'sandbox';
  readonly credentials?: string;
  readonly keepNumbers?: true;
}

/** Adds the verbs that record a carrier's answers and replay them. */
export function addCassetteVerbs(carrier: Command): void {
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
      process.exitCode = await carrierRecord(args, process.env, print, complain);
    });
  carrier
    .command('replay')
    .description('replay a recording through the adapter, one JSON line per number')
    .argument('<file>', 'a file made by `carrier record`')
    .option('--carrier <carrier>', 'an adapter other than the one it names: a name or a path')
    .action(async (file: string, options: { carrier?: string }) => {
      const { carrierReplay } = await import('./replay.ts');
      const args = { file, carrier: options.carrier ?? null };
      process.exitCode = await carrierReplay(args, process.env, print, complain);
    });
}
