export { type CarrierDocumentation, documentationOf } from './carrier-documentation.ts';
export { type CodeSource, parseSourcesCsv, sourceFaults } from './code-sources.ts';
export { type DocumentedCode, parseCodesCsv } from './codes-csv.ts';
export {
  type Coverage,
  type DocumentedCoverage,
  documentedCoverage,
  storedCoverage,
} from './coverage.ts';
export { compileWithCache } from './files/mapping-cache.ts';
export { contentOf, mappingFrom } from './files/mapping-content.ts';
export {
  type MappingFiles,
  type MappingFilesOptions,
  openMappingFiles,
} from './files/mapping-files.ts';
export { readConfigFile, readMappingText } from './files/mapping-files-text.ts';
export { mappingJsonSchema } from './mapping/document.ts';
export { type CompileOutcome, compileMapping, emptyMapping } from './mapping/mapping.ts';
export { formatProblem, type MappingProblem } from './mapping/problem.ts';
export { type MappedCarrier, type Mapping, showCodes } from './mapping/rule.ts';
export { type Reading, readFact } from './read-fact.ts';
export { describe, ownText, type StatusTexts } from './texts.ts';
