// Mapping versions and overlays: review unknown codes, activate a version, reread what was stored.

export type {
  ActivateOutcome,
  ActiveMapping,
  ActiveMappings,
  ChosenVersion,
  OverlayOutcome,
  StoredOverlay,
  StoredVersion,
} from '../mappings/active-mappings.ts';
export { openActiveMappings } from '../mappings/open-active-mappings.ts';
export { type SourceFigures, sourceFigures } from '../record/source-figures.sql.ts';
export { type Comparison, compareVersions } from '../renormalize/compare/compare-versions.ts';
export {
  cancelMappingJob,
  type MappingJob,
  mappingJob,
  mappingJobs,
  startDiff,
  startRenormalization,
} from '../renormalize/jobs/jobs.ts';
export {
  openReviewCount,
  REVIEW_STATES,
  type ReviewRow,
  type ReviewState,
} from '../review/review.sql.ts';
export {
  type ReviewDeps,
  type ReviewItem,
  reviewItem,
  reviewPage,
} from '../review/review-queue.ts';
export {
  dismissReview,
  type ResolveOutcome,
  resolveReview,
  type SettleDeps,
} from '../review/settle-review.ts';
export {
  coverageOfStored,
  type StoredCoverage,
  storedCodes,
  vocabularyOfCarriers,
} from '../review/stored-codes.ts';
export { type ReportPreview, reportPreview } from '../views/preview.ts';
