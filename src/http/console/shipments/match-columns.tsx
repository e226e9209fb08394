import type { Problem } from '../../../kernel/errors.ts';
import type { ImportDraft } from '../../../tracking/ports/imports.ts';
import { COLUMNS, columnOf } from '../../api/shipment-imports/columns.ts';
import { Faults } from '../kit/faults.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { Table } from '../kit/pieces.tsx';
import type { DeskPageProps } from '../kit/visit.ts';
import { IMPORT_AT } from './import-pages.tsx';

interface Props extends DeskPageProps {
  readonly draft: ImportDraft;
  /** What was chosen for each column, and why it was rejected. */
  readonly refusal?: { readonly problem: Problem; readonly chosen: readonly string[] };
}

/** A wrapper, because texts are available only during rendering. */
export const MatchPage = (props: Props) => <Page {...props} />;

/** What each column of a file holds, with a select for each, before its rows are registered. */
function Page({ deps, call, draft, refusal }: Props) {
  const words = useMessages().desk.import;
  const chosen = refusal?.chosen ?? draft.columns;
  return (
    <DeskLayout deps={deps} title={words.match} visitor={call.visitor} at={IMPORT_AT}>
      <PageHead
        title={words.match}
        above={[[IMPORT_AT, words.title]]}
        lead={words.matchLead({ rows: draft.rows })}
      />
      <PostForm to={`${IMPORT_AT}/${draft.id}`}>
        {refusal && <Faults problem={refusal.problem} fields={{}} />}
        <Table label={words.match} head={[words.column, words.firstValues, words.field]} stacks>
          {draft.header.fields.map((title, at) => (
            <tr key={at}>
              <th scope="row" class="wrap" id={`title-${at}`}>
                {title.trim() || words.unnamed({ number: at + 1 })}
              </th>
              <td class="wrap soft">{sampleTexts(draft, at)}</td>
              <td>
                <select name={`column-${at}`} aria-labelledby={`title-${at}`}>
                  <option value="">{words.notImported}</option>
                  <Fields title={title} chosen={chosen[at] ?? ''} />
                </select>
              </td>
            </tr>
          ))}
        </Table>
        <div class="row">
          <button type="submit" name="do" value="check">
            {words.check}
          </button>
          <button type="submit" name="do" value="import" class="primary">
            {words.importNow}
          </button>
        </div>
      </PostForm>
    </DeskLayout>
  );
}

const VALUE_CHARS_MAX = 40;

/** The first values of a column, each once and shortened. */
function sampleTexts({ sample }: ImportDraft, at: number): string {
  const values = sample.map(({ fields }) => fields[at]?.trim() ?? '').filter(Boolean);
  const short = values.map((each) =>
    each.length > VALUE_CHARS_MAX ? `${each.slice(0, VALUE_CHARS_MAX)}…` : each,
  );
  return [...new Set(short)].join(' · ');
}

function Fields({ title, chosen }: { readonly title: string; readonly chosen: string }) {
  const { fields, parties, members, metadata } = useMessages().desk.import;
  const [named, inner]: readonly Readonly<Record<string, string>>[] = [fields, members];
  const parts: Readonly<Record<string, string>> = parties;
  const own = metadataColumn(title);
  return (
    <>
      {[...COLUMNS].map(
        ([
          name,
          {
            path: [member, part],
          },
        ]) => (
          <option key={name} value={name} selected={name === chosen}>
            {part === undefined
              ? (named?.[member] ?? member)
              : `${parts[member] ?? member}: ${inner?.[name.slice(member.length + 1)] ?? part}`}
          </option>
        ),
      )}
      {own !== null && (
        <option value={own} selected={own === chosen}>
          {metadata({ key: own.replace('metadata_', '') })}
        </option>
      )}
    </>
  );
}

const KEY_CHARS_MAX = 50;

/**
 * The name under which a column can be imported as metadata; null: its title has no letters or
 * digits.
 */
function metadataColumn(title: string): string | null {
  const key = title
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^(?:metadata_)?_*|_+$/g, '')
    .slice(0, KEY_CHARS_MAX);
  const name = `metadata_${key}`;
  return key !== '' && columnOf(name) !== null ? name : null;
}
