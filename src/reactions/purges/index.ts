export { SHARED_MAX_AGE_S } from './decide.ts';
export {
  openPurgers,
  PurgeConfigError,
  type PurgerConfig,
  readPurgers,
} from './purge-config.ts';
export { CALL_MS_MAX, startPurges } from './start-purges.ts';
