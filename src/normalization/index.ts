export { type CarrierPapers, papersOf } from './carrier-papers.ts';
export { type DocumentedCode, parseCodesCsv } from './codes-csv.ts';
export {
  type Coverage,
  type DocumentedCoverage,
  documentedCoverage,
  seenCoverage,
} from './coverage.ts';
export { type CompileOutcome, compileMapping, emptyMapping } from './mapping.ts';
export { contentOf, type MappingContent, mappingFrom } from './mapping-content.ts';
export { mappingJsonSchema } from './mapping-document.ts';
export {
  type MappingChange,
  type MappingFiles,
  type MappingFilesOptions,
  openMappingFiles,
} from './mapping-files.ts';
export { readConfigFile, readMappingText } from './mapping-files-text.ts';
export { compileWithKept } from './mapping-kept.ts';
export { formatProblem, type MappingProblem } from './mapping-problem.ts';
export { type MappedCarrier, type Mapping, type MappingRule, showCodes } from './mapping-rule.ts';
export { readFact } from './read-fact.ts';
export type { Reading } from './reading.ts';
export {
  compileMessages,
  type Described,
  describe,
  type Messages,
  type MessagesOutcome,
} from './texts.ts';
