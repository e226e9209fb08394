import { errorText } from '../../platform/messages/error-text.ts';
import { createLog } from '../../platform/observability/log.ts';
import { readPredictionPolicy } from '../../prediction/index.ts';
import {
  type ListedModel,
  learnInChildProcess,
  learnOnce,
  modelList,
  ROLLBACK_REFUSALS,
  rollBack,
} from '../../reactions/predictions/index.ts';
import { withDatabase } from '../with-database.ts';

type Write = (line: string) => void;

const FAILED = 1;
const BY = 'cli';

/** Runs `waybill edd models`. Resolves with the exit code. */
export function eddModels(env: NodeJS.ProcessEnv, json: boolean, write: Write): Promise<number> {
  return withDatabase(env, async ({ database }) => {
    const models = await modelList(database.pipeline);
    if (json) write(JSON.stringify({ data: models }));
    else if (models.length === 0)
      write('There is no model yet; `waybill edd learn` trains one now.');
    else for (const model of models) write(lineOf(model));
    return 0;
  });
}

/** Runs `waybill edd rollback [VERSION]`. Resolves with the exit code. */
export function eddRollback(
  env: NodeJS.ProcessEnv,
  { version, json }: { readonly version: number | null; readonly json: boolean },
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ database: db, clock }) => {
    const outcome = await rollBack({ db, clock }, version, BY);
    if (outcome.outcome === 'refused') {
      writeError(errorText(ROLLBACK_REFUSALS[outcome.why]));
      return FAILED;
    }
    const { from, to } = outcome;
    if (json) write(JSON.stringify({ version: to, instead_of: from }));
    else write(`Version ${to} is active${from === null ? '' : `, replacing version ${from}`}.`);
    return 0;
  });
}

/**
 * Runs `waybill edd learn`: trains and compares models now, in a child process. Resolves with the
 * exit code.
 */
export function eddLearn(
  env: NodeJS.ProcessEnv,
  json: boolean,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ config, database: db, databaseUrl, clock }) => {
    const { learning: terms } = await readPredictionPolicy(config.prediction);
    const log = createLog({ level: 'warn' });
    const report = await learnOnce(
      { db, databaseUrl, clock, log, terms, learn: learnInChildProcess({ givesWay: false }) },
      { kind: 'duel', dueMs: null, signal: new AbortController().signal },
    );
    const { outcome, version, why, parcels, leftOut: left_out } = report;
    if (json) write(JSON.stringify({ outcome, version, why, parcels, left_out }));
    else write(`${version === null ? outcome : `version ${version}: ${outcome}`}: ${why}.`);
    if (outcome !== 'busy' && outcome !== 'overtaken') return 0;
    writeError('Try again in a few minutes; `waybill edd models` shows which one is active.');
    return FAILED;
  });
}

function lineOf({ version, fate, made_at, why, state }: ListedModel): string {
  const damage = state === 'damaged' ? ', damaged' : '';
  return `${version}  ${fate}${damage}  ${made_at}  ${why}`;
}
