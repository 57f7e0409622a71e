/**
 * The service's variables, as the commands use them. script/tss loads .env; relative paths in
 * variables start at the repository's folder, as they do for script/start.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readValues } from '../../service/contract/configuration.ts';
import { httpOrigin } from '../../service/contract/http.ts';
import { ENVIRONMENT } from '../../service/contract/variables.ts';
import { CliError, UsageError } from './errors.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The value of a variable; of several admin tokens the first. An error never repeats it.
 *
 * @param remedy how to get one
 * @throws CliError when it is not set, or is not a token
 */
export function requiredVariable(name: 'ADMIN_TOKEN' | 'X_BEARER_TOKEN', remedy: string): string {
  const value = process.env[name];
  if (!value) throw new CliError(`${name} is not set: ${remedy}, in the environment or in .env`);
  const [fault] = readValues({ [name]: ENVIRONMENT[name] }, { [name]: value }).faults;
  if (fault) throw new CliError(`${name}: ${fault.problem}`);
  return name === 'ADMIN_TOKEN' ? value.replace(/,.*/, '') : value;
}

/** Folder of manifest.json and the bundles. */
export function modelsDir(): string {
  return resolve(REPOSITORY, process.env.MODELS_DIR || ENVIRONMENT.MODELS_DIR.default);
}

/** Folder of the prediction log; undefined when the service writes none. */
export function predictionLogDir(): string | undefined {
  const dir = process.env.PREDICTION_LOG_DIR;
  return dir ? resolve(REPOSITORY, dir) : undefined;
}

/** Address of the X API. @throws UsageError when the service would refuse it too */
export function xApiUrl(): string {
  const { X_API_URL } = ENVIRONMENT;
  const { values, faults } = readValues(
    { X_API_URL },
    { X_API_URL: process.env.X_API_URL || undefined },
  );
  const [fault] = faults;
  if (fault) throw new UsageError(`X_API_URL: ${fault.problem}`);
  return values.X_API_URL;
}

/**
 * Address of the service that HOST and PORT describe, seen from this machine.
 *
 * @throws UsageError when PORT is not a port
 */
export function serviceUrl(): string {
  const host = process.env.HOST || ENVIRONMENT.HOST.default;
  const port = process.env.PORT || String(ENVIRONMENT.PORT.default);
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw new UsageError(`PORT must be an integer from 1 to 65535, got '${port}'; or give --url`);
  }
  const reachable = host === '0.0.0.0' || host === '::' ? ENVIRONMENT.HOST.default : host;
  const url = httpOrigin(reachable, port);
  return URL.parse(url)?.origin ?? url;
}

/**
 * Model and worker threads that the service would use.
 *
 * @throws UsageError when the service would refuse a value too
 */
export function engineSettings(): { readonly model: string; readonly workers?: number } {
  const { MODEL_NAME, INFERENCE_WORKERS } = ENVIRONMENT;
  const { values, faults } = readValues(
    { MODEL_NAME, INFERENCE_WORKERS },
    {
      MODEL_NAME: process.env.MODEL_NAME || undefined,
      INFERENCE_WORKERS: process.env.INFERENCE_WORKERS || undefined,
    },
  );
  const [fault] = faults;
  if (fault) throw new UsageError(`${fault.name}: ${fault.problem}`);
  const { MODEL_NAME: model, INFERENCE_WORKERS: workers } = values;
  return { model, ...(workers !== undefined && { workers }) };
}
