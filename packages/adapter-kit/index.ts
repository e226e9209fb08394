export {
  type Cassette,
  cassetteText,
  type RecordingHttp,
  readCassette,
  recordingHttp,
  scrubbedCassette,
  trackAll,
} from './cassettes/cassette.ts';
export { type Replay, replayCassette } from './cassettes/replay-cassette.ts';
export {
  createScrubber,
  type Replaced,
  type ScrubOptions,
} from './cassettes/scrub.ts';
export {
  type CheckResult,
  type CheckState,
  type CodeCoverage,
  type ConformanceSubject,
  conformanceChecks,
  type MappingReader,
  outcomeProblems,
  type Scorecard,
  scorecardOf,
} from './checks/conformance.ts';
export { scaffold } from './scaffold.ts';
