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

/** Verbs that keep what a carrier said, and play it again. */
export function addCassetteVerbs(carrier: Command): void {
  carrier
    .command('record')
    .description('call a carrier and record the answers, without secrets and personal data')
    .argument('<carrier>', 'its name, or a path to its folder or package')
    .argument('[numbers...]', 'tracking numbers to ask about')
    .requiredOption('--out <file>', 'the cassette (…cassette.json); with --inbound a folder')
    .option('--inbound <ids...>', 'make fixtures of stored receipts instead, dead ones too')
    .addOption(
      new Option('--system <system>', 'whom to ask')
        .choices(['production', 'test', 'sandbox'])
        .default('sandbox'),
    )
    .option('--credentials <file>', 'one JSON object of texts; - reads it from stdin')
    .option('--keep-numbers', 'leave tracking numbers as they are')
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
    .description('replay a recording to the adapter, one JSON line per number')
    .argument('<file>', 'made by `carrier record`')
    .option('--carrier <carrier>', 'another adapter than the one it names: a name or a path')
    .action(async (file: string, options: { carrier?: string }) => {
      const { carrierReplay } = await import('./replay.ts');
      const args = { file, carrier: options.carrier ?? null };
      process.exitCode = await carrierReplay(args, process.env, print, complain);
    });
}
