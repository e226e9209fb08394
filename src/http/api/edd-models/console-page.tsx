import type { ListedModel } from '../../../reactions/predictions/index.ts';
import { Action, Empty, Instant, Table, Tag, type Tone } from '../../console/kit/pieces.tsx';
import { Layout } from '../../console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../console/operators/visit.ts';

export const AT = '/ops/edd/models';

interface PageProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly models: readonly ListedModel[];
  /** Why the active model cannot be used; null: it can, or there is none. */
  readonly problem: string | null;
}

const TONES: Readonly<Record<ListedModel['fate'], Tone>> = {
  active: 'good',
  retired: 'plain',
  refused: 'warn',
};

/** The active model, and earlier ones. */
export function ModelsPage({ deps, call, models, problem }: PageProps) {
  const { visitor } = call;
  const nowMs = deps.parts.clock.nowMs();
  const active = models.find(({ fate }) => fate === 'active') ?? null;
  return (
    <Layout assets={deps.assets} visitor={visitor} title="Predictions" at={AT}>
      <h1>Predictions</h1>
      <p class="lead">
        One model learns from the live parcels of all merchants. Its statistics are refreshed each
        night. Each Sunday, unless prediction.yaml says otherwise, a new model is trained; it
        replaces the active one only if it is better on the latest weeks.
      </p>
      {problem !== null && (
        <p class="notice warn">
          The active model cannot be used: {problem}. Until you roll back or a new model is learned,
          dates come from carriers or from counting working days.
        </p>
      )}
      {active === null ? (
        <Empty>
          There is no model yet: dates come from carriers or from counting working days.
        </Empty>
      ) : (
        <Card model={active} nowMs={nowMs} />
      )}
      {models.length > 0 && (
        <section aria-labelledby="versions">
          <h2 id="versions">Versions</h2>
          <Table label="Versions" head={['Version', 'State', 'Learned', 'Why', '']} stacks>
            {models.map((model) => (
              <tr key={model.version}>
                <td>{model.version}</td>
                <td>
                  <Tag tone={TONES[model.fate]}>{model.fate}</Tag>{' '}
                  {model.state === 'damaged' && <Tag tone="bad">damaged</Tag>}
                </td>
                <td>
                  <Instant at={model.made_at} nowMs={nowMs} />
                </td>
                <td class="wrap">{model.why}</td>
                <td>
                  {visitor.power === 'write' &&
                    model.fate === 'retired' &&
                    model.state === 'kept' && (
                      <Action
                        to={`${AT}/rollback`}
                        csrf={visitor.csrf}
                        kind="danger"
                        label="Activate"
                        about={`version ${model.version}`}
                        fields={{ version: String(model.version) }}
                      />
                    )}
                </td>
              </tr>
            ))}
          </Table>
        </section>
      )}
    </Layout>
  );
}

/** The active model's training data and accuracy. */
function Card({ model, nowMs }: { readonly model: ListedModel; readonly nowMs: number }) {
  const { card, duel } = model;
  const weeks = card?.last_weeks;
  return (
    <>
      <dl class="facts">
        <dt>Active</dt>
        <dd>Version {model.version}</dd>
        <dt>Since</dt>
        <dd>
          <Instant at={model.decided_at} nowMs={nowMs} /> · {model.why}
        </dd>
        <dt>Trained on deliveries up to</dt>
        <dd>
          <Instant at={model.knows_until} nowMs={nowMs} />
        </dd>
        {card && (
          <>
            <dt>Learned from</dt>
            <dd>
              {card.parcels.toLocaleString('en')} delivered parcels, {card.first_day} to{' '}
              {card.last_day}
            </dd>
            <dt>Decision trees trained</dt>
            <dd>
              <Instant at={card.trees_at} nowMs={nowMs} />
            </dd>
          </>
        )}
      </dl>
      {weeks && (
        <section aria-labelledby="weeks">
          <h2 id="weeks">Accuracy</h2>
          <Table
            label="Accuracy"
            head={[
              '',
              'Parcels',
              'Loss (lower is better)',
              'Mean error',
              'Late',
              'Inside the 80 % window',
              'Width',
            ]}
            stacks
          >
            <tr>
              <td>Recent weeks</td>
              <td>{weeks.n}</td>
              <td>–</td>
              <td>{days(weeks.mae_days)}</td>
              <td>{percent(weeks.late_share)}</td>
              <td>{percent(weeks.coverage_80)}</td>
              <td>{days(weeks.width_80_days)}</td>
            </tr>
            {duel && scoreRow('When it was chosen', duel.challenger)}
            {duel?.champion &&
              scoreRow('The previous model when this one was chosen', duel.champion)}
          </Table>
        </section>
      )}
      {card && card.features.length > 0 && (
        <details>
          <summary>Most important features</summary>
          <ul class="columns">
            {card.features.map(({ name, share }) => (
              <li key={name}>
                <code>{name}</code> <span class="soft">{percent(share)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

type Score = NonNullable<ListedModel['duel']>['challenger'];

/**
 * A function that returns a row, not a component: the stacking table labels the cells of its own
 * rows.
 */
function scoreRow(name: string, score: Score) {
  return (
    <tr>
      <td>{name}</td>
      <td>{score.n}</td>
      <td>{score.pinball === null ? '–' : score.pinball.toFixed(4)}</td>
      <td>{days(score.mae_days)}</td>
      <td>{percent(score.late_share)}</td>
      <td>{percent(score.coverage_80)}</td>
      <td>{days(score.width_80_days)}</td>
    </tr>
  );
}

function days(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(2)} d`;
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}
