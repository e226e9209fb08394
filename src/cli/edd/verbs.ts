import { type Command, InvalidArgumentError } from 'commander';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const writeError = (line: string) => void process.stderr.write(`${line}\n`);

const WITHOUT_COORDINATES = [
  '--without-coordinates',
  "ignore the file's coordinates: the hub has none for live parcels",
] as const;

interface CoordinateOptions {
  readonly withoutCoordinates?: true;
}

interface EvaluateOptions extends CoordinateOptions {
  readonly train: string;
  readonly test: string;
  readonly seed: number;
  readonly json?: true;
}

interface TrainOptions extends CoordinateOptions {
  readonly data: string;
  readonly out: string;
  readonly seed: number;
}

const coordinateOption = ({ withoutCoordinates }: CoordinateOptions) => ({
  withoutCoordinates: withoutCoordinates === true,
});

/**
 * Adds the verbs `waybill edd …` for delivery dates. The first three only compute: no server and no
 * database.
 */
export function addEddVerbs(program: Command): void {
  const edd = program.command('edd').description('train and evaluate delivery date models');
  edd
    .command('evaluate')
    .description('evaluate delivery dates on past parcels, against simple baselines')
    .requiredOption('--train <file>', 'parcels to train on: CSV, optionally gzipped')
    .requiredOption('--test <file>', 'parcels to predict at acceptance, in order of time')
    .option('--seed <number>', 'the same seed gives the same figures', seed, 1)
    .option(...WITHOUT_COORDINATES)
    .option('--json', 'print a JSON object')
    .action(async (options: EvaluateOptions) => {
      const { eddEvaluate } = await import('./evaluate.ts');
      const args = { ...options, json: options.json === true, ...coordinateOption(options) };
      process.exitCode = await eddEvaluate(args, print, writeError);
    });
  edd
    .command('train')
    .description('train a model from parcels and print its card')
    .requiredOption('--data <file>', 'parcels: CSV, optionally gzipped')
    .option('--out <file>', 'output file; .gz compresses it', 'edd-model.json')
    .option('--seed <number>', 'the same seed gives the same model', seed, 1)
    .option(...WITHOUT_COORDINATES)
    .action(async (options: TrainOptions) => {
      const { eddTrain } = await import('./train.ts');
      process.exitCode = await eddTrain(
        { ...options, ...coordinateOption(options) },
        print,
        writeError,
      );
    });
  edd
    .command('score')
    .description('predict dates for parcels in transit, one JSON line each')
    .argument('<file>', 'parcels: CSV or a JSON array with the same names')
    .option('--model <file>', 'file written by `edd train`', 'edd-model.json')
    .option('--at <time>', 'as of this time; default: each acceptance')
    .action(async (parcels: string, options: { model: string; at?: string }) => {
      const { eddScore } = await import('./score.ts');
      const args = { parcels, model: options.model, at: options.at ?? null };
      process.exitCode = await eddScore(args, print, writeError);
    });
  addModelVerbs(edd);
}

/** Adds the verbs for the models of a deployment. */
function addModelVerbs(edd: Command): void {
  edd
    .command('models')
    .description('list the trained models, and why each was adopted or rejected')
    .option('--json', 'print a JSON object')
    .action(async (options: { json?: true }) => {
      const { eddModels } = await import('./models.ts');
      process.exitCode = await eddModels(process.env, options.json === true, print);
    });
  edd
    .command('rollback')
    .description('activate an older model')
    .argument('[version]', 'version; default: the previously active one', version)
    .option('--json', 'print a JSON object')
    .action(async (to: number | undefined, options: { json?: true }) => {
      const { eddRollback } = await import('./models.ts');
      const args = { version: to ?? null, json: options.json === true };
      process.exitCode = await eddRollback(process.env, args, print, writeError);
    });
  edd
    .command('learn')
    .description('train a model now; it is used only if it beats the active one')
    .option('--json', 'print a JSON object')
    .action(async (options: { json?: true }) => {
      const { eddLearn } = await import('./models.ts');
      process.exitCode = await eddLearn(process.env, options.json === true, print, writeError);
    });
}

function version(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a version: a whole number from the list.');
}

function seed(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of at most nine digits.');
}
