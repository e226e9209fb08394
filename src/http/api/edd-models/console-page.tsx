import type { ListedModel } from '../../../reactions/predictions/index.ts';
import { useMessages, useNumbers } from '../../console/kit/language.ts';
import { DeskLayout, PageHead, PageTabs } from '../../console/kit/layout.tsx';
import {
  Action,
  Empty,
  Fact,
  Filled,
  Instant,
  Table,
  Tag,
  type Tone,
} from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';

export const AT = '/console/hub/edd/models';

interface PageProps extends DeskPageProps {
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
  const words = useMessages().console.predictions;
  const { visitor } = call;
  const nowMs = deps.parts.clock.nowMs();
  const active = models.find(({ fate }) => fate === 'active') ?? null;
  return (
    <DeskLayout deps={deps} visitor={visitor} title={words.title} at="/console/hub/edd/accuracy">
      <PageHead title={words.title} />
      <PageTabs of="dates" at={AT} />
      <p class="lead">{words.lead}</p>
      {problem !== null && (
        <p class="notice warn">
          <Filled
            text={words.unusable({ problem: '{problem}' })}
            parts={{ problem: <span lang="en">{problem}</span> }}
          />
        </p>
      )}
      {active === null ? <Empty says={words.none} /> : <Card model={active} nowMs={nowMs} />}
      {models.length > 0 && (
        <section aria-labelledby="versions">
          <h2 id="versions">{words.versions}</h2>
          <Table
            label={words.versions}
            head={[words.version, words.state, words.learned, words.why, '']}
            stacks
          >
            {models.map((model) => (
              <tr key={model.version}>
                <td>{model.version}</td>
                <td>
                  <Tag tone={TONES[model.fate]}>{words.fates[model.fate]}</Tag>{' '}
                  {model.state === 'damaged' && <Tag tone="bad">{words.damaged}</Tag>}
                </td>
                <td>
                  <Instant at={model.made_at} nowMs={nowMs} />
                </td>
                <td class="wrap" lang="en">
                  {model.why}
                </td>
                <td>
                  {visitor.power === 'write' &&
                    model.fate === 'retired' &&
                    model.state === 'kept' && (
                      <Action
                        to={`${AT}/rollback`}
                        kind="danger"
                        label={words.activate}
                        about={words.ofVersion({ version: model.version })}
                        fields={{ version: String(model.version) }}
                      />
                    )}
                </td>
              </tr>
            ))}
          </Table>
        </section>
      )}
    </DeskLayout>
  );
}

/** The active model's training data and accuracy. */
function Card({ model, nowMs }: { readonly model: ListedModel; readonly nowMs: number }) {
  const words = useMessages().console.predictions;
  const inFigures = useNumbers();
  const { days, percent, scoreRow } = useScores();
  const { card, duel } = model;
  const weeks = card?.last_weeks;
  return (
    <>
      <dl class="facts">
        <Fact name={words.active}>{words.versionNr({ version: model.version })}</Fact>
        <Fact name={words.since}>
          <Instant at={model.decided_at} nowMs={nowMs} /> · <span lang="en">{model.why}</span>
        </Fact>
        <Fact name={words.trainedUpTo}>
          <Instant at={model.knows_until} nowMs={nowMs} />
        </Fact>
        {card && (
          <>
            <Fact name={words.learnedFrom}>
              {words.parcelsFromTo({
                parcels: inFigures(card.parcels),
                first: card.first_day,
                last: card.last_day,
              })}
            </Fact>
            <Fact name={words.treesTrained}>
              <Instant at={card.trees_at} nowMs={nowMs} />
            </Fact>
          </>
        )}
      </dl>
      {weeks && (
        <section aria-labelledby="weeks">
          <h2 id="weeks">{words.accuracy}</h2>
          <Table
            label={words.accuracy}
            head={[
              '',
              words.parcels,
              words.loss,
              words.meanError,
              words.late,
              words.inWindow,
              words.width,
            ]}
            stacks
          >
            <tr>
              <td>{words.recentWeeks}</td>
              <td>{weeks.n}</td>
              <td>–</td>
              <td>{days(weeks.mae_days)}</td>
              <td>{percent(weeks.late_share)}</td>
              <td>{percent(weeks.coverage_80)}</td>
              <td>{days(weeks.width_80_days)}</td>
            </tr>
            {duel && scoreRow(words.whenChosen, duel.challenger)}
            {duel?.champion && scoreRow(words.previousThen, duel.champion)}
          </Table>
        </section>
      )}
      {card && card.features.length > 0 && (
        <details>
          <summary>{words.features}</summary>
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

/** Writes figures as the reader does. */
function useScores() {
  const words = useMessages().console.predictions;
  const inFigures = useNumbers();
  const days = (value: number | null) =>
    value === null ? '–' : words.days({ days: inFigures(value, 2) });
  const percent = (share: number | null) =>
    share === null ? '–' : `${inFigures(100 * share, 1)} %`;
  return {
    days,
    percent,
    /** Not a component: the stacking table labels the cells of its own rows. */
    scoreRow: (name: string, score: Score) => (
      <tr>
        <td>{name}</td>
        <td>{score.n}</td>
        <td>{score.pinball === null ? '–' : inFigures(score.pinball, 4)}</td>
        <td>{days(score.mae_days)}</td>
        <td>{percent(score.late_share)}</td>
        <td>{percent(score.coverage_80)}</td>
        <td>{days(score.width_80_days)}</td>
      </tr>
    ),
  };
}
