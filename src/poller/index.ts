/** The poller's port: what other stages may import from it. */

export { accountStates, accountsByState } from './accounts/active.sql.ts';
export { credentialsChanged } from './accounts/credentials-changed.ts';
export { type AccountHealth, type AccountHealthDeps, accountHealth } from './accounts/health.ts';
export { fenceAccountEvents } from './accounts/state.sql.ts';
export type { HealthState } from './accounts/state.ts';
export type { Pauses, Policies } from './budget/spend-plan.ts';
export { consumeLog, type PollerConsumerDeps } from './consume-log.ts';
export {
  type ExplainDeps,
  explainPolling,
  type PollingExplanation,
} from './due/explain-polling.ts';
export { nextTurnAtMs } from './due/next-turn.ts';
export { createPlans, type Plans, type PlansDeps } from './due/plans.ts';
export { runTimers, type TimerDeps } from './due/run-timers.ts';
export type { CarrierAnswer, NotReady } from './extras/ask-carrier.ts';
export {
  type CarrierExtras,
  type CarrierExtrasDeps,
  createCarrierExtras,
  type Offered,
} from './extras/carrier-extras.ts';
export type { ParcelHistory } from './hazard/bins.ts';
export type { PolicyName } from './policy/policy.ts';
export { createPoliciesInUse, type PoliciesInUse } from './relearn/policies-in-use.ts';
export { type RefreshDeps, type RefreshOutcome, requestRefresh } from './request-refresh.ts';
export { dropOldPolling } from './retention.ts';
export type { Pulled } from './run/finish.ts';
export type { CallGuard } from './run/guard.ts';
export { readCsv } from './simulate/read-csv.ts';
export { readJsonLines } from './simulate/read-json-lines.ts';
export { simulate } from './simulate/simulate.ts';
export { simulationJson } from './simulate/simulation-json.ts';
export { simulationPlot } from './simulate/simulation-plot.ts';
export { simulationTable } from './simulate/simulation-table.ts';
export { type Poller, type PollerDeps, startPoller } from './start-poller.ts';
export { type CredentialVerifier, createCredentialVerifier } from './verify/credential-verifier.ts';
export { createWaker } from './wake/waker.ts';
