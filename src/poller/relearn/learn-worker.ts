import { answerParent } from '../../platform/process/child-process.ts';
import type { ParcelHistory } from '../hazard/bins.ts';
import { type LearnOptions, learn } from '../hazard/learn.ts';
import type { HazardTable } from '../hazard/table.ts';

/** The whole input of the child process. */
export interface LearnTask {
  readonly histories: readonly ParcelHistory[];
  readonly prior: HazardTable;
  readonly options: LearnOptions;
}

void answerParent<LearnTask>(({ histories, prior, options }) => learn(histories, prior, options));
