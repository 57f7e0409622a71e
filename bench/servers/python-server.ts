import { fileURLToPath } from 'node:url';
import { CACHE_DIR } from '../assets.ts';
import { renderRequest } from '../load/http-connection.ts';
import type { BenchModel } from '../models.ts';
import { python } from '../python.ts';
import { freePort, ServerProcess } from './server-process.ts';

const FOLDER = fileURLToPath(new URL('../peers/python-servers', import.meta.url));
const START_TIMEOUT_MS = 180_000;

/** A server of bench/peers/python-servers. */
export interface PythonServer {
  readonly title: string;
  /** Module of Python, and its arguments. */
  readonly args: (port: number) => readonly string[];
  readonly readyPath: string;
  readonly bodyOf: (text: string) => object;
}

const ofText = (text: string) => ({ text });

export const PYTHON_SERVERS: readonly PythonServer[] = [
  {
    title: 'FastAPI, two processes, micro-batches',
    args: (port) => [
      ...['-m', 'uvicorn', 'fastapi_server:app', '--workers=2', `--port=${port}`],
      ...['--log-level=warning', '--no-access-log'],
    ],
    readyPath: '/ready',
    bodyOf: ofText,
  },
  {
    title: 'LitServe, two workers',
    args: (port) => ['litserve_server.py', String(port)],
    readyPath: '/health',
    bodyOf: ofText,
  },
  {
    title: 'BentoML, two workers',
    args: (port) => [
      ...['-m', 'bentoml', 'serve', 'bentoml_server:Sentiment', '--host=127.0.0.1'],
      `--port=${port}`,
    ],
    readyPath: '/readyz',
    bodyOf: (text) => ({ texts: [text] }),
  },
];

/** @throws CannotRun */
export async function startPythonServer(
  { args, readyPath }: PythonServer,
  { graphPath, tokenizerPath, bundle }: BenchModel,
  say: (text: string) => void,
): Promise<ServerProcess> {
  const interpreter = python('python-servers', say);
  const port = await freePort();
  return ServerProcess.start({
    command: interpreter,
    args: args(port),
    cwd: FOLDER,
    env: {
      GRAPH: graphPath,
      TOKENIZER: tokenizerPath,
      MAX_TOKENS: String(bundle.maxTokens),
      PAD_ID: String(bundle.padId),
      HOME: CACHE_DIR,
      BENTOML_DO_NOT_TRACK: 'true',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    readyPath,
    port,
    startTimeoutMs: START_TIMEOUT_MS,
  });
}

export function scoreRequest({ bodyOf }: PythonServer, text: string): Buffer {
  return renderRequest('POST', '/score', bodyOf(text));
}
