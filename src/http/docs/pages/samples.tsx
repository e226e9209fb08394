import { SAMPLE_LANGUAGES, SAMPLE_TABS } from './guides.ts';
import type { DocOperation } from './schema-words.tsx';

/** The choice of the language of samples, which needs no script. */
export function SampleLanguages() {
  return (
    <fieldset class="languages">
      <legend class="unseen">Language of the samples</legend>
      {SAMPLE_LANGUAGES.map(([language, name], i) => (
        <label key={language}>
          <input
            type="radio"
            name="language"
            id={`in-${language}`}
            value={language}
            aria-label={name}
            checked={i === 0}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly operation: Pick<DocOperation, 'security' | 'requestBody' | 'responses'>;
  readonly publicUrl: string;
}

export function Samples(call: Call) {
  const samples = { sh: curl(call), ts: typescript(call), python: python(call) };
  return (
    <div class="samples">
      <div dangerouslySetInnerHTML={{ __html: SAMPLE_TABS }} />
      {SAMPLE_LANGUAGES.map(([language]) => (
        <pre key={language} class={language}>
          <code>{samples[language]}</code>
        </pre>
      ))}
    </div>
  );
}

/** A command to paste: the reader replaces names in capitals. Pure. */
export function curl(call: Call): string {
  const { method } = call;
  const { body, hasKey } = sampleInputs(call);
  return [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"${urlOf(call, (name) => `$${name.toUpperCase()}`)}"`,
    ...(hasKey ? ['-H "Authorization: Bearer $WAYBILL_API_KEY"'] : []),
    ...(body === undefined
      ? []
      : [
          "-H 'Content-Type: application/json'",
          `-d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`,
        ]),
  ].join(' \\\n  ');
}

/** The same with fetch, for TypeScript and JavaScript. Pure. */
export function typescript(call: Call): string {
  const { body, hasKey, hasJson } = sampleInputs(call);
  const url = urlOf(call, (name) => `\${${name}}`);
  const headers = [
    ...(hasKey ? ['    Authorization: `Bearer ${process.env.WAYBILL_API_KEY}`,'] : []),
    ...(body === undefined ? [] : ["    'Content-Type': 'application/json',"]),
  ];
  const options = [
    ...(call.method === 'get' ? [] : [`  method: '${call.method.toUpperCase()}',`]),
    ...(headers.length === 0 ? [] : ['  headers: {', ...headers, '  },']),
    ...(body === undefined ? [] : [`  body: JSON.stringify(${indented(body, 2)}),`]),
  ];
  const rest = options.length === 0 ? '' : `, {\n${options.join('\n')}\n}`;
  return [
    `const response = await fetch(${url.includes('${') ? `\`${url}\`` : `'${url}'`}${rest});`,
    `console.log(${hasJson ? 'await response.json()' : 'response.status'});`,
  ].join('\n');
}

/** The same with requests, for Python. Pure. */
export function python(call: Call): string {
  const { body, hasKey, hasJson } = sampleInputs(call);
  const url = urlOf(call, (name) => `{${name}}`);
  return [
    ...(hasKey ? ['import os'] : []),
    'import requests',
    '',
    `response = requests.${call.method}(`,
    `    ${url.includes('{') ? 'f' : ''}"${url}",`,
    ...(hasKey
      ? [`    headers={"Authorization": f"Bearer {os.environ['WAYBILL_API_KEY']}"},`]
      : []),
    ...(body === undefined ? [] : [`    json=${pythonLiteral(indented(body, 4))},`]),
    ')',
    `print(response.${hasJson ? 'json()' : 'status_code'})`,
  ].join('\n');
}

/** What all samples of an operation depend on. */
function sampleInputs({ operation: { security, requestBody, responses } }: Call) {
  return {
    body: requestBody?.content['application/json']?.example,
    hasKey: Object.keys(security[0] ?? {}).length > 0,
    hasJson: Object.values(responses).some(({ content }) => content?.['application/json']),
  };
}

function urlOf({ path, publicUrl }: Call, variable: (name: string) => string): string {
  return `${publicUrl}/v1${path.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => variable(name))}`;
}

function indented(value: unknown, by: number): string {
  return JSON.stringify(value, null, by).replaceAll('\n', `\n${' '.repeat(by)}`);
}

const CONSTANTS: Readonly<Record<string, string>> = { true: 'True', false: 'False', null: 'None' };

/**
 * Converts indented JSON to a Python literal. `true`, `false` and `null` always end a line; a
 * string never does, because it ends with a quote.
 */
function pythonLiteral(json: string): string {
  return json.replaceAll(
    /\b(?:true|false|null)(?=,?$)/gm,
    (constant) => CONSTANTS[constant] ?? constant,
  );
}
