/** The poller's border: what other stages may ask of it. */
export type { ParcelHistory } from './hazard/history.ts';
export type { PolicyName } from './policy/policy.ts';
export { readCsv } from './simulate/read-csv.ts';
export { readJsonLines } from './simulate/read-json-lines.ts';
export { simulate } from './simulate/simulate.ts';
export { simulationJson } from './simulate/simulation-json.ts';
export { simulationPlot } from './simulate/simulation-plot.ts';
export { simulationTable } from './simulate/simulation-table.ts';
