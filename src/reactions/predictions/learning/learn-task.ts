import { runInChildProcess } from '../../../platform/process/child-process.ts';
import type { LearningTerms, ModelCard, Score } from '../../../prediction/index.ts';
import type { PackedModel } from '../models/active-model.ts';

/** `duel`: a new model against the active one. `refresh`: its trees, with what is known now. */
export type LearnKind = 'duel' | 'refresh';

/** The task of the child process. It reads parcels and the active model itself. */
export interface LearnTask {
  readonly kind: LearnKind;
  readonly databaseUrl: string;
  readonly terms: LearningTerms;
  readonly nowMs: number;
}

/** The input of the child process. */
export interface ChildTask extends LearnTask {
  /** Whether the process uses only spare CPU; false while somebody waits for it. */
  readonly givesWay: boolean;
}

/** The data on which both were judged, and their scores. */
export interface DuelFigures {
  readonly judgedFromMs: number;
  readonly judgedToMs: number;
  readonly challenger: Score;
  readonly champion: Score | null;
}

/** The model active at the start; null: none. */
export interface ActiveAtStart {
  readonly version: number;
  readonly digest: string | null;
}

interface Learned {
  readonly active: ActiveAtStart | null;
  readonly card: ModelCard;
  readonly packed: PackedModel;
}

/** The result of the child process. */
export type LearnResult = {
  /** The number of parcels read, and of those left out because of impossible data. */
  readonly parcels: number;
  readonly leftOut: number;
} & (
  | ({ readonly outcome: 'first' | 'won' } & Learned & {
        readonly why: string;
        readonly duel: DuelFigures;
      })
  | ({ readonly outcome: 'lost' } & Omit<Learned, 'packed'> & {
        readonly why: string;
        readonly duel: DuelFigures;
      })
  | ({ readonly outcome: 'refreshed' } & Learned)
  /** There is too little to learn from. */
  | { readonly outcome: 'too_few'; readonly why: string }
  /** There is no model to refresh. */
  | { readonly outcome: 'nothing'; readonly why: string }
);

/** Learns in a process of its own, which ends at once when `signal` is aborted. */
export type LearnInChildProcess = (task: LearnTask, signal: AbortSignal) => Promise<LearnResult>;

export function learnInChildProcess({
  givesWay,
}: Pick<ChildTask, 'givesWay'>): LearnInChildProcess {
  return async (task, signal) => {
    const file = new URL('./learn-worker.ts', import.meta.url);
    const childTask: ChildTask = { ...task, givesWay };
    // The result needs no check: it comes from our own code of the same version.
    return (await runInChildProcess(file, childTask, { signal })) as LearnResult;
  };
}
