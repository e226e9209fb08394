import type { CompileOutcome } from '../mapping/mapping.ts';
import type { MappingProblem } from '../mapping/problem.ts';
import type { MappedCarrier, Mapping } from '../mapping/rule.ts';
import type { CompileMapping } from './mapping-cache.ts';
import type { MappingText } from './mapping-files-text.ts';

/** A carrier's file and its overlay file, as they were read. */
interface MappingTexts {
  readonly base: MappingText;
  readonly overlay: MappingText;
}

/** The texts of readable files; null if there is no such file. */
interface PlainTexts {
  readonly base: string | null;
  readonly overlay: string | null;
}

interface MappingFileNames {
  readonly base: string;
  readonly overlay: string;
}

/** The active mapping of one carrier, and the files last read. */
export interface MappingState {
  /** The active mapping; null as long as there has never been a good one. */
  readonly mapping: Mapping | null;
  /**
   * The texts compiled last, good or not; null before the first read, and if the last one failed.
   */
  readonly texts: PlainTexts | null;
  /**
   * Whether the active mapping came from a base file, so that its absence now means it was deleted.
   */
  readonly hadBase: boolean;
  /** Whether it came from an overlay file, too. */
  readonly hadOverlay: boolean;
  readonly problems: readonly MappingProblem[];
}

/** The state before the first read. */
export const NO_MAPPING: MappingState = {
  mapping: null,
  texts: null,
  hadBase: false,
  hadOverlay: false,
  problems: [],
};

/**
 * Returns the next state of a carrier's mapping, given the files on disk: the new mapping when both
 * can be read, compile and pass their tests, else the old mapping with the reasons.
 */
export function swapMapping(
  carrier: MappedCarrier,
  state: MappingState,
  found: MappingTexts,
  names: MappingFileNames,
  compile: CompileMapping,
): MappingState {
  const unreadable = [found.base, found.overlay].flatMap((text) =>
    text.kind === 'unreadable' ? [text.problem] : [],
  );
  if (unreadable.length > 0) return { ...state, texts: null, problems: unreadable };
  const texts = { base: textOrNull(found.base), overlay: textOrNull(found.overlay) };
  if (state.texts?.base === texts.base && state.texts.overlay === texts.overlay) return state;
  const outcome = compileTexts(carrier, state, texts, names, compile);
  if (!outcome.ok) return { ...state, texts, problems: outcome.problems };
  const { mapping, warnings } = outcome;
  const [hadBase, hadOverlay] = [texts.base !== null, texts.overlay !== null];
  return { mapping, texts, hadBase, hadOverlay, problems: warnings };
}

function textOrNull(text: MappingText): string | null {
  return text.kind === 'text' ? text.text : null;
}

/**
 * Compiles the base file with the overlay file. An overlay alone is compiled as a whole mapping,
 * but a base file that existed before must not be missing.
 */
function compileTexts(
  carrier: MappedCarrier,
  state: MappingState,
  texts: PlainTexts,
  names: MappingFileNames,
  compile: CompileMapping,
): CompileOutcome {
  if (texts.base === null) {
    if (texts.overlay === null || state.hadBase) {
      return { ok: false, problems: [missingFileProblem(names.base, state.mapping)] };
    }
    return compile(texts.overlay, names.overlay, carrier);
  }
  const base = compile(texts.base, names.base, carrier);
  if (!base.ok || texts.overlay === null) return base;
  const whole = compile(texts.overlay, names.overlay, carrier, base.mapping);
  return whole.ok ? { ...whole, warnings: [...base.warnings, ...whole.warnings] } : whole;
}

function missingFileProblem(file: string, lastGood: Mapping | null): MappingProblem {
  const message =
    lastGood === null
      ? 'this carrier has no mapping'
      : `the last good mapping (version ${lastGood.version.slice(0, 12)}) stays active`;
  const found = `The file does not exist; ${message}.`;
  return { file, line: 0, column: 0, severity: 'error', found, fix: 'Restore it.' };
}
