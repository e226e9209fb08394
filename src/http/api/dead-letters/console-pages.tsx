import type { DeadLetter } from '../../../intake/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { Tabs } from '../../console/kit/choices.tsx';
import { PostForm } from '../../console/kit/fields.tsx';
import { namedBy, useMessages } from '../../console/kit/language.ts';
import { DeskLayout, PageHead } from '../../console/kit/layout.tsx';
import { useCarrierNames } from '../../console/kit/names.ts';
import {
  Action,
  Empty,
  Fact,
  Instant,
  Older,
  RawText,
  Table,
  Tag,
} from '../../console/kit/pieces.tsx';
import type { DeskPageProps } from '../../console/kit/visit.ts';
import type { shownLetter } from './routes.ts';
import { NOTE_CHARS_MAX } from './schema.ts';

interface ListProps extends DeskPageProps {
  readonly letters: readonly DeadLetter[];
  readonly counts: readonly { readonly carrier: string; readonly count: number }[];
  readonly carrier: string | null;
  readonly nextCursor: string | null;
}

interface ReplayAllProps extends DeskPageProps {
  readonly count: number;
  /** Null: all carriers. */
  readonly carrier: string | null;
}

/** Processes all failed updates again, or those of a carrier; nothing while there are none. */
export function ReplayAll({ deps, call: { visitor }, count, carrier }: ReplayAllProps) {
  const words = useMessages().console.deadLetters;
  const called = useCarrierNames(deps);
  if (visitor.power !== 'write' || count === 0) return null;
  return (
    <Action
      to="/console/hub/dead-letters/replay"
      label={
        carrier === null
          ? words.replayAll({ count })
          : words.replayAllFrom({ count, carrier: called(carrier) })
      }
      kind="primary"
      fields={carrier === null ? { all: 'true' } : { carrier }}
    />
  );
}

export function DeadLettersPage({ deps, call, letters, counts, carrier, nextCursor }: ListProps) {
  const { visitor } = call;
  const nowMs = deps.parts.clock.nowMs();
  const words = useMessages().console.deadLetters;
  const called = useCarrierNames(deps);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const shown = carrier === null ? total : (counts.find((c) => c.carrier === carrier)?.count ?? 0);
  return (
    <DeskLayout deps={deps} title={words.title} visitor={visitor} at="/console/hub/dead-letters">
      <PageHead title={words.title} lead={words.lead}>
        <div class="acts">
          <ReplayAll {...{ deps, call, carrier }} count={shown} />
        </div>
      </PageHead>
      {(counts.length > 1 || carrier !== null) && (
        <Tabs
          label={words.carriers}
          tabs={[
            {
              href: '/console/hub/dead-letters',
              name: words.all,
              count: total,
              isCurrent: carrier === null,
            },
            ...counts.map((each) => ({
              href: `/console/hub/dead-letters?carrier=${encodeURIComponent(each.carrier)}`,
              name: called(each.carrier),
              count: each.count,
              isCurrent: carrier === each.carrier,
            })),
          ]}
        />
      )}
      {letters.length === 0 ? (
        <Empty says={words.empty} />
      ) : (
        <>
          <Table label={words.title} head={[...Object.values(words.head), '']} stacks>
            {letters.map((letter) => (
              <tr key={letter.id}>
                <td>
                  <a href={`/console/hub/dead-letters/${letter.id}`}>
                    <Instant at={iso(letter.receivedAtMs)} nowMs={nowMs} />
                  </a>
                </td>
                <td>
                  {called(letter.carrier)} <Source source={letter.source} />
                </td>
                <td class="wrap">
                  <span lang="en">{letter.reason}</span>
                </td>
                <td class="actions">
                  {visitor.power === 'write' && (
                    <>
                      <Action
                        to={`/console/hub/dead-letters/${letter.id}/replay`}
                        label={words.replay}
                        about={words.about({ at: iso(letter.receivedAtMs) })}
                      />
                      <Action
                        to={`/console/hub/dead-letters/${letter.id}/dismiss`}
                        label={words.dismiss}
                        about={words.about({ at: iso(letter.receivedAtMs) })}
                      />
                    </>
                  )}
                </td>
              </tr>
            ))}
          </Table>
          {nextCursor !== null && (
            <Older
              href={`/console/hub/dead-letters?${carrier === null ? '' : `carrier=${encodeURIComponent(carrier)}&`}cursor=${nextCursor}`}
            />
          )}
        </>
      )}
    </DeskLayout>
  );
}

/** How a message arrived. */
function Source({ source }: { readonly source: string }) {
  const words = useMessages();
  const name = namedBy(words.shipmentPage.timeline.sources, source);
  return <span class="soft">{words.console.deadLetters.by({ source: name })}</span>;
}

interface OneProps extends DeskPageProps {
  readonly letter: NonNullable<Awaited<ReturnType<typeof shownLetter>>>;
}

export function DeadLetterPage({ deps, call, letter }: OneProps) {
  const { visitor } = call;
  const { content, dismissed } = letter;
  const words = useMessages().console.deadLetters;
  const path = `/console/hub/dead-letters/${letter.id}`;
  return (
    <DeskLayout deps={deps} title={words.one} visitor={visitor} at="/console/hub/dead-letters">
      <PageHead
        title={words.from({ carrier: useCarrierNames(deps)(letter.carrier) })}
        above={[['/console/hub/dead-letters', words.title]]}
      />
      <p class="reason">
        <span lang="en">{letter.reason}</span>
      </p>
      <dl class="facts">
        <Fact name={words.head.received}>
          <Instant at={letter.received_at} nowMs={deps.parts.clock.nowMs()} />{' '}
          <Source source={letter.source} />
        </Fact>
        <Fact name={words.account}>{letter.account_id ?? words.noAccount}</Fact>
        <Fact name={words.id}>
          <code>{letter.id}</code>
        </Fact>
        {dismissed && (
          <Fact name={words.dismissed}>
            <Instant at={dismissed.at} /> {dismissed.note && `· ${dismissed.note}`}
          </Fact>
        )}
      </dl>
      {visitor.power === 'write' && (
        <div class="row">
          <Action to={`${path}/replay`} label={words.replay} kind="primary" />
          {dismissed === null && (
            <PostForm to={`${path}/dismiss`} class="row">
              <label for="note" class="unseen">
                {words.reason}
              </label>
              <input
                id="note"
                name="note"
                type="text"
                maxLength={NOTE_CHARS_MAX}
                placeholder={words.why}
              />
              <button type="submit">{words.dismiss}</button>
            </PostForm>
          )}
        </div>
      )}
      <section aria-labelledby="content">
        <h2 id="content">
          {words.content}{' '}
          {content?.redacted === false ? (
            <Tag tone="bad">{words.raw}</Tag>
          ) : (
            <Tag>{words.redacted}</Tag>
          )}
        </h2>
        {content === null ? (
          <Empty>{words.deleted}</Empty>
        ) : (
          <>
            <RawText>
              {Object.entries(content.headers)
                .map(([name, value]) => `${name}: ${value}`)
                .join('\n')}
            </RawText>
            <RawText>{content.body}</RawText>
            {content.cut && <p class="soft">{words.cut}</p>}
            {content.redacted && visitor.power === 'write' && (
              <p>
                <a href={`${path}?raw=true`}>{words.show}</a>{' '}
                <span class="soft">{words.logged}</span>
              </p>
            )}
          </>
        )}
      </section>
    </DeskLayout>
  );
}
