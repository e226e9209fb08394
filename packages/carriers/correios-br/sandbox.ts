import {
  basicOf,
  bearerOf,
  jsonAnswer,
  jsonOf,
  localTime,
  readScenarios,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
  type VisibleInstance,
} from 'waybill/adapter/sandbox';

const TOKEN = '/token/v1/autentica/cartaopostagem';
const TRACKING = /^\/srorastro\/v1\/objetos\/([A-Z]{2}\d{9}[A-Z]{2})$/;
const TOKEN_LIFE_S = 86_400;
const CARD = '0099999999';

/** The service as clients call it; written without reading access.ts or parse.ts. */
export const sandbox: SandboxCarrier = {
  name: 'correios-br',
  displayName: 'Correios',
  credentials: { user: 'sandbox-user', access_code: 'sandbox-access-code', posting_card: CARD },
  scenarios: readScenarios(new URL('./scenarios.yaml', import.meta.url)).scenarios,
  rates: [{ name: 'second', endpoint: 'api', calls: 5, perS: 1 }],
  accountOf(request, world) {
    if (request.path === TOKEN) return basicOf(request)?.user ?? null;
    const token = world.tokens.check(bearerOf(request));
    return token.state === 'unknown' ? null : token.account;
  },
  answer: (request, world) =>
    request.path === TOKEN ? issueToken(request, world) : tracking(request, world),
  faultAnswer(fault, { path }) {
    const isToken = path === TOKEN;
    switch (fault) {
      case 'unavailable':
        return { status: 503, headers: { 'content-type': 'text/html' }, body: '<html>503</html>' };
      case 'server_error':
        return refused(500, 'Erro interno');
      case 'rate_limited':
        return isToken ? null : throttled();
      case 'token_throttled':
        return isToken ? throttled() : null;
    }
  },
};

function issueToken(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const login = basicOf(request);
  if (login === null || world.credentials(login.user, login.password) !== 'good') {
    return refused(401, 'Usuário ou código de acesso inválido');
  }
  const body = jsonOf(request);
  const hasCard = typeof body === 'object' && body !== null && 'numero' in body;
  if (request.method !== 'POST' || !hasCard) return refused(400, 'Cartão de postagem inválido');
  return jsonAnswer(201, {
    ambiente: 'PRODUCAO',
    token: world.tokens.issue(login.user, TOKEN_LIFE_S),
    expiraEm: stamp(world.nowMs + TOKEN_LIFE_S * 1_000, 'America/Sao_Paulo'),
  });
}

function tracking(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const token = world.tokens.check(bearerOf(request));
  if (token.state !== 'valid') return refused(401, 'Token inválido ou expirado');
  if (!world.spend('api', token.account).ok) return throttled();
  if (!['pt-BR', 'en', 'es-ES'].includes(request.headers['accept-language'] ?? '')) {
    return refused(400, 'SRO-018: idioma');
  }
  const number = TRACKING.exec(request.path)?.[1];
  if (number === undefined || request.method !== 'GET') return refused(404, 'Rota não encontrada');
  const life = world.parcel(number)?.lives.at(-1);
  const unknown = {
    codObjeto: number,
    mensagem: 'SRO-020: Objeto não encontrado na base de dados dos Correios.',
  };
  const objetos = [life === undefined ? unknown : parcel(number, life)];
  return jsonAnswer(200, {
    versao: '3.5.38',
    quantidade: 1,
    objetos,
    resultado: 'Todos os Eventos',
  });
}

/** A parcel, with its newest event first. */
function parcel(codObjeto: string, { events, service }: VisibleInstance) {
  const eventos = events.map(({ codes, text, place, atMs }) => ({
    codigo: codes['event'],
    tipo: (codes['status'] ?? '').padStart(2, '0'),
    dtHrCriado: stamp(atMs, 'America/Sao_Paulo'),
    descricao: text,
    unidade: {
      tipo: 'Unidade de Distribuição',
      endereco: { cidade: place?.city ?? '', uf: place?.region ?? '' },
    },
  }));
  const tipoPostal = { sigla: codObjeto.slice(0, 2), descricao: service, categoria: service };
  return { codObjeto, tipoPostal, eventos: eventos.toReversed() };
}

function stamp(atMs: number, zone: string): string {
  const { date, time } = localTime(atMs, zone);
  return `${date}T${time}`;
}

function refused(status: number, message: string): SandboxAnswer {
  return jsonAnswer(status, { msgs: [message] });
}

function throttled(): SandboxAnswer {
  return { status: 429, headers: {}, body: '' };
}
