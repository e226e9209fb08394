import { type CompileOutcome, compileMapping } from './mapping.ts';
import type { MappingProblem } from './mapping-problem.ts';
import type { MappedCarrier, Mapping } from './mapping-rule.ts';

/** A carrier's file and the file laid over it, as text; null: there is no such file. */
export interface MappingTexts {
  readonly base: string | null;
  readonly overlay: string | null;
}

export interface MappingFileNames {
  readonly base: string;
  readonly overlay: string;
}

/** What is in force for one carrier, and what was last looked at. */
export interface MappingState {
  /** Null while there never was a good one. */
  readonly mapping: Mapping | null;
  /** Last compiled, good or not; null before the first look. */
  readonly texts: MappingTexts | null;
  /** The mapping in force came with a base file, so its absence now means it was deleted. */
  readonly hadBase: boolean;
  readonly problems: readonly MappingProblem[];
}

/**
 * The next state of a carrier's mapping, given the texts on disk: the new mapping when both
 * texts compile and pass their tests, else the old mapping with the reasons.
 */
export function swapMapping(
  carrier: MappedCarrier,
  state: MappingState,
  texts: MappingTexts,
  names: MappingFileNames,
): MappingState {
  if (state.texts?.base === texts.base && state.texts.overlay === texts.overlay) return state;
  const outcome = compileTexts(carrier, state, texts, names);
  if (!outcome.ok) return { ...state, texts, problems: outcome.problems };
  const { mapping, warnings } = outcome;
  return { mapping, texts, hadBase: texts.base !== null, problems: warnings };
}

function compileTexts(
  carrier: MappedCarrier,
  state: MappingState,
  texts: MappingTexts,
  names: MappingFileNames,
): CompileOutcome {
  if (texts.base === null) {
    if (texts.overlay === null || state.hadBase) {
      return { ok: false, problems: [missing(names.base, state.mapping)] };
    }
    return compileMapping(texts.overlay, names.overlay, carrier);
  }
  const base = compileMapping(texts.base, names.base, carrier);
  if (!base.ok || texts.overlay === null) return base;
  const whole = compileMapping(texts.overlay, names.overlay, carrier, base.mapping);
  return whole.ok ? { ...whole, warnings: [...base.warnings, ...whole.warnings] } : whole;
}

function missing(file: string, lastGood: Mapping | null): MappingProblem {
  const kept =
    lastGood === null
      ? 'this carrier has no mapping'
      : `the last good mapping (version ${lastGood.version.slice(0, 12)}) stays in force`;
  const found = `The file is not there; ${kept}.`;
  return { file, line: 0, column: 0, severity: 'error', found, fix: 'Put it back.' };
}
