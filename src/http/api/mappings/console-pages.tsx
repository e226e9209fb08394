import type { MappingProblem } from '../../../normalization/index.ts';
import type { MappingJob, StoredOverlay, StoredVersion } from '../../../tracking/ports/mappings.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { Action, Instant, RawText, Share, Table, Tag, Version } from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';
import { Jobs } from './console-job-pages.tsx';
import type { documentedWithUnmapped, MappingView } from './schema.ts';

interface PageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
}

interface MappingsProps extends PageProps {
  readonly views: readonly MappingView[];
  readonly problems: readonly MappingProblem[];
}

export function MappingsPage({ deps, call, views, problems }: MappingsProps) {
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout assets={deps.assets} title="Mappings" visitor={call.visitor} at="/ops/mappings">
      <h1>Mappings</h1>
      <p class="lead">
        What each carrier’s codes mean. All processes of the hub use the same version.
      </p>
      <Problems problems={problems} />
      <Table
        label="Mappings"
        head={['Carrier', 'Active version', 'Since', 'By', 'Rules', 'Documented codes mapped']}
      >
        {views.map((view) => (
          <tr key={view.carrier}>
            <th scope="row">
              <a href={`/ops/mappings/${view.carrier}`}>{view.display_name}</a>
            </th>
            <td>
              <Version of={view.version} /> {view.rolled_back && <Tag tone="warn">rolled back</Tag>}
            </td>
            <td>
              <Instant at={view.since} nowMs={nowMs} />
            </td>
            <td>{byOf(view.by)}</td>
            <td class="number">{view.rules.toLocaleString('en')}</td>
            <td>
              <Share
                of={view.documented?.share ?? null}
                label={`Documented codes of ${view.display_name} that are mapped`}
              />
            </td>
          </tr>
        ))}
      </Table>
    </Layout>
  );
}

/** Keys are ids, useful to a person only to decide which to revoke. */
function byOf(by: string | null) {
  if (by === null) return <span class="soft">–</span>;
  return by.length > 12 ? <code title={by}>{by.slice(0, 8)}…</code> : by;
}

function Problems({ problems }: { readonly problems: readonly MappingProblem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul class="problems">
      {problems.map((problem) => (
        <li key={`${problem.file}:${problem.line}:${problem.found}`}>
          <Tag tone={problem.severity === 'error' ? 'bad' : 'warn'}>{problem.severity}</Tag>{' '}
          <code>
            {problem.file}
            {problem.line > 0 && `:${problem.line}`}
          </code>{' '}
          <strong>{problem.found}</strong> {problem.fix}
        </li>
      ))}
    </ul>
  );
}

interface MappingProps extends PageProps {
  readonly view: MappingView;
  readonly versions: readonly StoredVersion[];
  readonly overlay: StoredOverlay | null;
  readonly jobs: readonly MappingJob[];
  readonly documented: Awaited<ReturnType<typeof documentedWithUnmapped>>;
  /** A checked or rejected text, shown again with the problems found. */
  readonly checked?: { readonly text: string; readonly problems: readonly MappingProblem[] };
}

export function MappingPage(props: MappingProps) {
  const { deps, call, view, versions, jobs, documented } = props;
  const { visitor } = call;
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout
      assets={deps.assets}
      title={`Mapping of ${view.display_name}`}
      visitor={visitor}
      at="/ops/mappings"
    >
      <p class="crumbs">
        <a href="/ops/mappings">Mappings</a>
      </p>
      <h1>{view.display_name}</h1>
      <dl class="facts">
        <dt>Active</dt>
        <dd>
          <Version of={view.version} /> {view.rules.toLocaleString('en')} rules
        </dd>
        <dt>Since</dt>
        <dd>
          <Instant at={view.since} nowMs={nowMs} /> {view.why && `· ${view.why}`}
        </dd>
        <dt>Documented codes</dt>
        <dd>
          <Share of={documented?.share ?? null} label="Documented codes that are mapped" />{' '}
          {documented && `${documented.mapped} of ${documented.codes}`}
        </dd>
      </dl>
      {view.rolled_back && (
        <p class="notice warn">
          This version was chosen by a rollback. It stays active until the files change or somebody
          activates another version, such as with a change of the overlay.
        </p>
      )}
      {visitor.power === 'write' && <SwitchForm view={view} csrf={visitor.csrf} />}
      <Overlay {...props} />
      <section aria-labelledby="versions">
        <h2 id="versions">Versions</h2>
        <Table label="Versions" head={['Version', 'Rules', 'Origin', 'Stored', 'Last active', '']}>
          {versions.map((stored) => (
            <VersionRow
              key={stored.version}
              stored={stored}
              view={view}
              call={call}
              nowMs={nowMs}
            />
          ))}
        </Table>
      </section>
      <section aria-labelledby="jobs">
        <h2 id="jobs">Jobs</h2>
        <Jobs jobs={jobs} nowMs={nowMs} />
      </section>
      {documented && documented.unmapped.length > 0 && (
        <details>
          <summary>{documented.unmapped.length} documented codes without a rule</summary>
          <ul class="columns">
            {documented.unmapped.map(({ kind, code }) => (
              <li key={`${kind} ${code}`}>
                <span class="soft">{kind}</span> <code>{code}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Layout>
  );
}

function SwitchForm({ view, csrf }: { readonly view: MappingView; readonly csrf: string }) {
  const path = `/ops/mappings/${view.carrier}`;
  return (
    <form method="post" action={`${path}/apply`} class="card stack">
      <h2>Change the active version</h2>
      <input type="hidden" name="csrf" value={csrf} />
      <input type="hidden" name="version" value="files" />
      <input type="hidden" name="expected_generation" value={String(view.generation)} />
      <p class="checks">
        <label>
          <input type="checkbox" name="renormalize" value="true" /> Also renormalize stored parcels
          (read them again)
        </label>
        <label>
          <input type="checkbox" name="notify" value="true" /> Notify people of the changes this
          causes
        </label>
      </p>
      <div class="row">
        <button type="submit">Activate the files plus the hub’s own rules</button>
        {view.previous_version && (
          <button type="submit" formaction={`${path}/rollback`} class="danger">
            Roll back to {view.previous_version.slice(0, 10)}
          </button>
        )}
      </div>
    </form>
  );
}

function Overlay({ call, view, overlay, checked }: MappingProps) {
  const { visitor } = call;
  const text = checked?.text ?? overlay?.text ?? '';
  return (
    <section aria-labelledby="overlay">
      <h2 id="overlay">Overlay (the hub’s own rules)</h2>
      <p class="soft">
        These rules override the files for all merchants.{' '}
        {overlay && text !== '' && (
          <>
            Changed <Instant at={iso(overlay.updatedAtMs)} />
          </>
        )}
      </p>
      {checked && checked.problems.length === 0 && (
        <p class="notice" role="status">
          No problems found.
        </p>
      )}
      <Problems problems={checked?.problems ?? []} />
      {visitor.power === 'write' ? (
        <form method="post" action={`/ops/mappings/${view.carrier}/overlay`} class="stack">
          <input type="hidden" name="csrf" value={visitor.csrf} />
          <input
            type="hidden"
            name="expected_generation"
            value={String(overlay?.generation ?? 0)}
          />
          <label for="text" class="unseen">
            Overlay as YAML
          </label>
          <textarea
            id="text"
            name="text"
            rows={Math.min(24, Math.max(6, text.split('\n').length + 2))}
            spellcheck={false}
            placeholder={`carrier: ${view.carrier}\nrules:\n  - { match: { … }, status: exception }`}
          >
            {/* A browser drops the first line feed inside a text area. */}
            {`\n${text}`}
          </textarea>
          <p class="checks">
            <label>
              <input type="checkbox" name="renormalize" value="true" /> Also renormalize stored
              parcels (read them again)
            </label>
            {view.rolled_back && (
              <label>
                <input type="checkbox" name="end_rollback" value="true" /> Activate it and end the
                rollback
              </label>
            )}
          </p>
          <div class="row">
            <button type="submit" name="do" value="save" class="primary">
              Activate
            </button>
            <button type="submit" name="do" value="check">
              Check only
            </button>
          </div>
        </form>
      ) : (
        <RawText>{text === '' ? '(none)' : text}</RawText>
      )}
    </section>
  );
}

interface VersionRowProps {
  readonly stored: StoredVersion;
  readonly view: MappingView;
  readonly call: PageCall;
  readonly nowMs: number;
}

function VersionRow({ stored, view, call, nowMs }: VersionRowProps) {
  const { version, rules, origin, storedAtMs, activatedAtMs } = stored;
  const path = `/ops/mappings/${view.carrier}`;
  const { csrf, power } = call.visitor;
  const short = version.slice(0, 10);
  return (
    <tr>
      <th scope="row">
        <Version of={version} /> {version === view.version && <Tag tone="good">active</Tag>}
      </th>
      <td class="number">{rules.toLocaleString('en')}</td>
      <td>{origin}</td>
      <td>
        <Instant at={iso(storedAtMs)} nowMs={nowMs} />
      </td>
      <td>
        <Instant at={iso(activatedAtMs)} nowMs={nowMs} />
      </td>
      <td class="actions">
        {version !== view.version && (
          <>
            <Action
              to={`${path}/diff`}
              csrf={csrf}
              label="Compare"
              about={short}
              fields={{ from: 'active', to: version }}
            />
            {power === 'write' && origin !== 'merchant' && (
              <Action
                to={`${path}/apply`}
                csrf={csrf}
                label="Activate"
                about={short}
                fields={{ version, expected_generation: String(view.generation) }}
              />
            )}
          </>
        )}
      </td>
    </tr>
  );
}
