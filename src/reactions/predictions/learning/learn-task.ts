import type { LearningTerms, ModelCard, Score } from '../../../prediction/index.ts';
import type { PackedModel } from '../models/read-state.ts';

/** `duel`: a new model against the active one. `refresh`: its trees, with what is known now. */
export type LearnKind = 'duel' | 'refresh';

/** What is to be learned. Parcels and the active model are read where it is done. */
export interface LearnTask {
  readonly kind: LearnKind;
  readonly databaseUrl: string;
  readonly terms: LearningTerms;
  readonly nowMs: number;
}

/** What the process is given. */
export interface ChildTask extends LearnTask {
  /** It takes only what others leave of the machine; false where somebody waits for it. */
  readonly givesWay: boolean;
}

/** What both were judged on, and how they did. */
export interface DuelFigures {
  readonly judgedFromMs: number;
  readonly judgedToMs: number;
  readonly challenger: Score;
  readonly champion: Score | null;
}

/** Which model was active when it looked; null: none. */
export interface ActiveAtStart {
  readonly version: number;
  readonly digest: string | null;
}

interface Learned {
  readonly active: ActiveAtStart | null;
  readonly card: ModelCard;
  readonly packed: PackedModel;
}

/** What it says when it is done. */
export type LearnResult = {
  /** Parcels it read, and those left out because they say what cannot be. */
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
