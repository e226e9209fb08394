import { PROOF_DOCUMENT } from '../schema.ts';
import { PanelForm, type PanelProps, TroubleNote } from './panel-form.tsx';

/**
 * Proofs show names and front doors, so nobody sees them by accident or without stating who they
 * are. They open beside the page, so the reader can return to it.
 */
export function ProofForm(props: PanelProps) {
  const { context, panel } = props;
  const texts = context.language.page.proof;
  const { proofs } = panel;
  return (
    <section class="panel card" aria-labelledby="proof-title">
      <h2 id="proof-title">{texts.title}</h2>
      {panel.trouble?.form === 'proof' && <TroubleNote {...props} />}
      <PanelForm {...props} to="proof" id="proof" beside>
        <p class="word">{texts.lead}</p>
        <label class="consent">
          <input type="checkbox" name="consent" value="yes" required />
          <span>{texts.consent}</span>
        </label>
        <div class="line">
          {proofs.map(({ id, kind }) => (
            <button key={id} type="submit" name="proof" value={id} class="second">
              {wordOf(texts, kind)}
              {placeOf(proofs, id)}
            </button>
          ))}
          {panel.hasProofDocument && (
            <button type="submit" name="proof" value={PROOF_DOCUMENT} class="second">
              {texts.download_proof_document}
            </button>
          )}
        </div>
        {proofs.length > 0 && <p class="hint">{texts.new_tab}</p>}
      </PanelForm>
    </section>
  );
}

function wordOf(
  { kinds, submit }: PanelProps['context']['language']['page']['proof'],
  kind: string,
): string {
  const known: Readonly<Record<string, string>> = kinds;
  return (Object.hasOwn(known, kind) ? known[kind] : undefined) ?? submit;
}

/** The number of a proof, such as ` (2)`, when there are several of one kind. */
function placeOf(proofs: PanelProps['panel']['proofs'], id: string): string {
  const kind = proofs.find((each) => each.id === id)?.kind;
  const alike = proofs.filter((each) => each.kind === kind);
  return alike.length === 1 ? '' : ` (${alike.findIndex((each) => each.id === id) + 1})`;
}
