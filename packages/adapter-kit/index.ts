export { type Cassette, cassetteText, readCassette } from './cassettes/cassette.ts';
export {
  type RecordingHttp,
  recordingHttp,
  scrubbedCassette,
} from './cassettes/record-exchanges.ts';
export { type Replay, replayCassette } from './cassettes/replay-cassette.ts';
export {
  createScrubber,
  type Replaced,
  type ScrubOptions,
} from './cassettes/scrub.ts';
export { trackAll } from './cassettes/track-all.ts';
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
