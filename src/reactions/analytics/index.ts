export { dropCountsBefore } from './counting.sql.ts';
export { startCounting } from './counting.ts';
export type { ParcelFigures } from './figures-of.ts';
export {
  ANALYTICS_BY,
  type Analytics,
  type AnalyticsBy,
  type AnalyticsGroup,
  readAnalytics,
} from './read.ts';
export type { Rising } from './rising.ts';
