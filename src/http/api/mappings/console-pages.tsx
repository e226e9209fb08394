import type { MappingProblem } from '../../../normalization/index.ts';
import type { MappingJob, StoredOverlay, StoredVersion } from '../../../tracking/ports/mappings.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { Find, findIn } from '../../console/kit/choices.tsx';
import { PostForm } from '../../console/kit/fields.tsx';
import { useMessages, useNumbers } from '../../console/kit/language.ts';
import { DeskLayout, PageHead, PageTabs } from '../../console/kit/layout.tsx';
import { useCarrierNames } from '../../console/kit/names.ts';
import {
  Action,
  Empty,
  Fact,
  Filled,
  Instant,
  RawText,
  Share,
  ShowAll,
  Table,
  Tag,
  Version,
} from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import { Jobs } from './console-job-pages.tsx';
import type { documentedWithUnmapped, MappingView } from './schema.ts';

const AT = '/console/hub/mappings';

interface MappingsProps extends DeskPageProps {
  readonly views: readonly MappingView[];
  readonly problems: readonly MappingProblem[];
}

export function MappingsPage({ deps, call, views, problems }: MappingsProps) {
  const words = useMessages().console.mappings;
  const { find } = useMessages().desk.carriers;
  const { empty: none } = useMessages().console.carriers;
  const called = useCarrierNames(deps);
  const inFigures = useNumbers();
  const nowMs = deps.parts.clock.nowMs();
  const { matches } = findIn(call.query);
  // A column that says the same in each row says nothing.
  const sharesDiffer = views.some(({ documented }) => (documented?.share ?? 1) < 1);
  const sorted = views
    .filter(({ carrier }) => matches(called(carrier)))
    .toSorted((a, b) => called(a.carrier).localeCompare(called(b.carrier)));
  return (
    <DeskLayout deps={deps} title={words.title} visitor={call.visitor} at={AT}>
      <PageHead title={words.title}>
        <Find {...{ at: AT, label: find, fields: {} }} />
      </PageHead>
      <PageTabs of="mappings" at={AT} />
      <p class="lead">{words.lead}</p>
      <Problems problems={problems} />
      {sorted.length === 0 ? (
        <Empty says={none} action={<ShowAll href={AT} />} />
      ) : (
        <Table
          label={words.title}
          head={[
            words.carrier,
            words.rules,
            ...(sharesDiffer ? [words.documentedMapped] : []),
            words.origin,
          ]}
          stacks="lines"
        >
          {sorted.map((view) => (
            <tr key={view.carrier}>
              <th scope="row">
                <a href={`/console/hub/mappings/${view.carrier}`}>{called(view.carrier)}</a>
              </th>
              <td class="number">{inFigures(view.rules)}</td>
              {sharesDiffer && (
                <td>
                  {view.documented?.share !== 1 && (
                    <Share
                      of={view.documented?.share ?? null}
                      label={words.documentedOf({ carrier: called(view.carrier) })}
                    />
                  )}
                </td>
              )}
              <td>
                {view.by === 'files' ? (
                  words.origins.files
                ) : (
                  <>
                    <Instant at={view.since} nowMs={nowMs} /> · {byOf(view.by)}
                  </>
                )}{' '}
                {view.rolled_back && <Tag tone="warn">{words.rolledBack}</Tag>}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </DeskLayout>
  );
}

/** Keys are ids, useful to a person only to decide which to revoke. */
function byOf(by: string | null) {
  if (by === null) return <span class="soft">–</span>;
  return by.length > 12 ? <code title={by}>{by.slice(0, 8)}…</code> : by;
}

function Problems({ problems }: { readonly problems: readonly MappingProblem[] }) {
  const { severities } = useMessages().console.mappings;
  if (problems.length === 0) return null;
  return (
    <ul class="problems">
      {problems.map((problem) => (
        <li key={`${problem.file}:${problem.line}:${problem.found}`}>
          <Tag tone={problem.severity === 'error' ? 'bad' : 'warn'}>
            {severities[problem.severity]}
          </Tag>{' '}
          <code>
            {problem.file}
            {problem.line > 0 && `:${problem.line}`}
          </code>{' '}
          <span lang="en">
            <strong>{problem.found}</strong> {problem.fix}
          </span>
        </li>
      ))}
    </ul>
  );
}

interface MappingProps extends DeskPageProps {
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
  const versionRow = useVersionRow(props);
  const words = useMessages().console.mappings;
  const inFigures = useNumbers();
  const { visitor } = call;
  const name = useCarrierNames(deps)(view.carrier);
  const nowMs = deps.parts.clock.nowMs();
  return (
    <DeskLayout
      deps={deps}
      title={words.ofCarrier({ carrier: name })}
      visitor={visitor}
      at="/console/hub/mappings"
    >
      <PageHead title={name} above={[['/console/hub/mappings', words.title]]} />
      <dl class="facts card">
        <Fact name={words.active}>
          <Version of={view.version} /> · {words.countedRules({ rules: inFigures(view.rules) })}
        </Fact>
        <Fact name={words.lastChange}>
          <Instant at={view.since} nowMs={nowMs} />{' '}
          {view.why && view.by !== 'files' && <span lang="en">· {view.why}</span>}
        </Fact>
        <Fact name={words.documented}>
          <Share of={documented?.share ?? null} label={words.documentedLabel} />{' '}
          {documented && (
            <span class="soft">
              {words.mappedOf({ mapped: documented.mapped, codes: documented.codes })}
            </span>
          )}
        </Fact>
      </dl>
      {view.rolled_back && <p class="notice warn">{words.byRollback}</p>}
      {visitor.power === 'write' && <SwitchForm view={view} />}
      <Overlay {...props} />
      <section aria-labelledby="versions">
        <h2 id="versions">{words.versions}</h2>
        <Table
          label={words.versions}
          head={[words.version, words.rules, words.origin, words.stored, words.lastActive, '']}
          stacks
        >
          {versions.map(versionRow)}
        </Table>
      </section>
      <section aria-labelledby="jobs">
        <h2 id="jobs">{words.jobs}</h2>
        <Jobs deps={deps} jobs={jobs} nowMs={nowMs} />
      </section>
      {documented && documented.unmapped.length > 0 && (
        <details>
          <summary>{words.unmapped({ count: documented.unmapped.length })}</summary>
          <ul class="columns">
            {documented.unmapped.map(({ kind, code }) => (
              <li key={`${kind} ${code}`}>
                <span class="soft">{kind}</span> <code>{code}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </DeskLayout>
  );
}

function SwitchForm({ view }: { readonly view: MappingView }) {
  const words = useMessages().console.mappings;
  const path = `/console/hub/mappings/${view.carrier}`;
  return (
    <PostForm to={`${path}/apply`} class="card stack">
      <h2>{words.change}</h2>
      <input type="hidden" name="version" value="files" />
      <input type="hidden" name="expected_generation" value={String(view.generation)} />
      <p class="checks">
        <label>
          <input type="checkbox" name="renormalize" value="true" /> {words.alsoRenormalize}
        </label>
        <label>
          <input type="checkbox" name="notify" value="true" /> {words.notify}
        </label>
      </p>
      <div class="row">
        <button type="submit">{words.activateFiles}</button>
        {view.previous_version && (
          <button type="submit" formaction={`${path}/rollback`} class="danger">
            {words.rollBackTo({ version: view.previous_version.slice(0, 10) })}
          </button>
        )}
      </div>
    </PostForm>
  );
}

function Overlay({ call, view, overlay, checked }: MappingProps) {
  const words = useMessages().console.mappings;
  const { visitor } = call;
  const text = checked?.text ?? overlay?.text ?? '';
  return (
    <section aria-labelledby="overlay">
      <h2 id="overlay">{words.overlay}</h2>
      <p class="soft">
        {words.overlayLead}{' '}
        {overlay && text !== '' && (
          <Filled
            text={words.changed({ at: '{at}' })}
            parts={{ at: <Instant at={iso(overlay.updatedAtMs)} /> }}
          />
        )}
      </p>
      {checked && checked.problems.length === 0 && (
        <p class="notice" role="status">
          {words.noProblems}
        </p>
      )}
      <Problems problems={checked?.problems ?? []} />
      {visitor.power === 'write' ? (
        <PostForm to={`/console/hub/mappings/${view.carrier}/overlay`} class="stack">
          <input
            type="hidden"
            name="expected_generation"
            value={String(overlay?.generation ?? 0)}
          />
          <label for="text" class="unseen">
            {words.overlayText}
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
              <input type="checkbox" name="renormalize" value="true" /> {words.alsoRenormalize}
            </label>
            {view.rolled_back && (
              <label>
                <input type="checkbox" name="end_rollback" value="true" /> {words.endRollback}
              </label>
            )}
          </p>
          <div class="row">
            <button type="submit" name="do" value="save" class="primary">
              {words.activate}
            </button>
            <button type="submit" name="do" value="check">
              {words.checkOnly}
            </button>
          </div>
        </PostForm>
      ) : (
        <RawText>{text === '' ? words.none : text}</RawText>
      )}
    </section>
  );
}

/** Not a component: the table aligns and labels the cells of its rows. */
function useVersionRow({ deps, view, call }: MappingProps) {
  const words = useMessages().console.mappings;
  const inFigures = useNumbers();
  const nowMs = deps.parts.clock.nowMs();
  const path = `/console/hub/mappings/${view.carrier}`;
  const { power } = call.visitor;
  return ({ version, rules, origin, storedAtMs, activatedAtMs }: StoredVersion) => {
    const short = version.slice(0, 10);
    return (
      <tr key={version}>
        <th scope="row">
          <Version of={version} />{' '}
          {version === view.version && <Tag tone="good">{words.isActive}</Tag>}
        </th>
        <td class="number">{inFigures(rules)}</td>
        <td>{words.origins[origin]}</td>
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
                label={words.compare}
                about={short}
                fields={{ from: 'active', to: version }}
              />
              {power === 'write' && origin !== 'merchant' && (
                <Action
                  to={`${path}/apply`}
                  label={words.activate}
                  about={short}
                  fields={{ version, expected_generation: String(view.generation) }}
                />
              )}
            </>
          )}
        </td>
      </tr>
    );
  };
}
