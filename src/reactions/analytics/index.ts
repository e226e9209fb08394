export { dropCountsBefore } from './counting.sql.ts';
export { count, startCounting } from './counting.ts';
export { addWeeks, mondayOf } from './parcel.ts';
export {
  ANALYTICS_BY,
  type Analytics,
  type AnalyticsBy,
  type AnalyticsGroup,
  type ParcelFigures,
  type Rising,
  readAnalytics,
} from './read.ts';
