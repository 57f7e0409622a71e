import { ENVIRONMENT_NAMES, type Settings, variableOf } from '../contract/variables.ts';

const SECRET_NAMES = ENVIRONMENT_NAMES.filter((name) => variableOf(name)?.secret);

/** Every secret of the configuration, whole and in the parts by which it is used. */
export function secretsOf(settings: Settings): string[] {
  const whole = SECRET_NAMES.map((name) => String(settings[name] ?? ''));
  const lists = [settings.API_KEYS, settings.ADMIN_TOKEN].flatMap((list) => list?.split(',') ?? []);
  const password = URL.parse(settings.REDIS_URL ?? '')?.password ?? '';
  const all = [...whole, ...lists, password, decoded(password), ...headerSecrets(settings)];
  return [...new Set(all)].filter((secret) => secret !== '');
}

/** Shortest value of a header that can be a secret; others, such as a tenant, may occur in any text. */
const MIN_HEADER_SECRET = 8;

function headerSecrets({ OTEL_EXPORTER_OTLP_HEADERS: headers = '' }: Settings): string[] {
  return headers
    .split(',')
    .flatMap((pair) => decoded(pair.slice(pair.indexOf('=') + 1)).split(' '))
    .filter((secret) => secret.length >= MIN_HEADER_SECRET);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
