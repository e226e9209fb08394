import { evaluate } from '../../src/prediction/index.ts';
import { withoutCoordinates } from '../../src/prediction/sample/parcel.ts';
import { readParcels } from '../../src/prediction/sample/read-open.ts';
import {
  fallingTo,
  hasOlist,
  OLIST_FILE,
  type OlistOptions,
  olistSplit,
} from '../../test/support/parcels/olist.ts';
import { say } from '../figures/report.ts';

/**
 * Evaluates dates on several splits by time of the same orders, where months drift in both
 * directions: slower into a sales week, slower still in spring, faster after it, and faster by a
 * third within three weeks or at once, which no month in the data did. Arguments name splits; none:
 * all. Each is reported twice: with the coordinates that these orders have, and without them, as
 * parcels on their way are known in an installation. `--without-coordinates` reports only the
 * latter.
 */
const SPLITS: Readonly<Record<string, OlistOptions>> = {
  aug: { from: '2017-08-01', to: '2017-11-01' },
  nov: { from: '2017-11-01', to: '2018-01-01' },
  jan: { from: '2018-01-01', to: '2018-03-01' },
  feb: { from: '2018-02-01', to: '2018-04-01' },
  mar: { from: '2018-03-01' },
  apr: { from: '2018-04-01' },
  'jan-falling': {
    from: '2018-01-01',
    to: '2018-03-15',
    change: fallingTo(0.65, '2018-01-15'),
  },
  'aug-at-once': {
    from: '2017-08-01',
    to: '2017-11-01',
    change: fallingTo(0.65, '2017-09-01', 0),
  },
  'mar-at-once': { from: '2018-03-01', change: fallingTo(0.65, '2018-04-01', 0) },
  'mar-falling': { from: '2018-03-01', change: fallingTo(0.65, '2018-03-10') },
};
const SEED = 1;
/** Minimum of acceptances in a month; fewer say nothing about coverage. */
const MONTH_PARCELS_MIN = 100;

const names = process.argv.slice(2).filter((name) => !name.startsWith('-'));
const KNOWN = process.argv.includes('--without-coordinates') ? [false] : [true, false];
if (!hasOlist())
  say(`no orders at ${OLIST_FILE}; set WAYBILL_SHARED to the folder above data/olist`);
else {
  say(
    'split | coordinates | n | MAE d | /static | /rolling | /promise | ±1 day | bias d | 80 % in d | least month | customer late, earlier d | CPU s',
  );
  for (const name of names.length > 0 ? names : Object.keys(SPLITS)) {
    for (const hasCoordinates of KNOWN) say(rowOf(name, hasCoordinates));
  }
}

function rowOf(name: string, hasCoordinates: boolean): string {
  const options = SPLITS[name];
  if (options === undefined) throw new Error(`no split ${name}; ${Object.keys(SPLITS).join(', ')}`);
  const { train, test } = olistSplit(options);
  const from = process.cpuUsage();
  const known = (csv: string) =>
    hasCoordinates ? parcelsOf(csv) : parcelsOf(csv).map(withoutCoordinates);
  const { figures, baselines } = evaluate(known(train), known(test), SEED);
  const { user, system } = process.cpuUsage(from);
  const { maeDays, customerDate } = figures;
  const months = figures.byMonth.filter(({ n }) => n >= MONTH_PARCELS_MIN);
  const least = Math.min(...months.map(({ coverage80 }) => coverage80));
  return [
    name,
    hasCoordinates ? 'with' : 'without',
    figures.n,
    maeDays.toFixed(2),
    (maeDays / baselines.laneStatic.maeDays).toFixed(2),
    (maeDays / baselines.laneRolling.maeDays).toFixed(2),
    (maeDays / baselines.promise.maeDays).toFixed(2),
    percent(figures.within1Day),
    figures.biasDays.toFixed(2),
    `${percent(figures.coverage80)} in ${figures.width80Days.toFixed(1)}`,
    percent(least),
    `${percent(customerDate.lateShare)}, ${customerDate.daysEarlierThanPromise.toFixed(1)}`,
    ((user + system) / 1e6).toFixed(0),
  ].join(' | ');
}

function parcelsOf(csv: string) {
  const read = readParcels(csv);
  if (!read.ok) throw new Error(`line ${read.line}: ${read.reason}`);
  return read.parcels;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
