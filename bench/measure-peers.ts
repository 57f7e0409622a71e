import {
  ARM_MS,
  type Bench,
  MODERATE_CONNECTIONS,
  SATURATING_CONNECTIONS,
  WARM_UP_MS,
  withServer,
} from './bench.ts';
import { CannotRun } from './cannot-run.ts';
import type { Machine } from './machine.ts';
import { textRequests } from './requests.ts';
import { PYTHON_SERVERS, scoreRequest, startPythonServer } from './servers/python-server.ts';
import type { ServerProcess } from './servers/server-process.ts';
import { startService } from './servers/service.ts';
import { type Summary, summarize } from './statistics.ts';

const ROUNDS = 3;
const MIB = 2 ** 20;

/** Share of the vCPUs that may be in use before the start. */
const QUIET = 0.1;

const LOADS = [MODERATE_CONNECTIONS, SATURATING_CONNECTIONS] as const;

interface Contender {
  readonly title: string;
  readonly start: () => Promise<ServerProcess>;
  readonly requests: readonly Buffer[];
}

/** Results of one server in one round, by the number of connections. */
interface Round {
  readonly loads: readonly Answers[];
  /** Proportional memory of all its processes after both loads. */
  readonly mebibytes: number;
}

interface Answers {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/** Results of `script/bench --peers` for one server. */
export interface PeerRow {
  readonly title: string;
  readonly loads: readonly {
    readonly connections: number;
    readonly perSecond: Summary;
    readonly p50Ms: Summary;
    readonly p99Ms: Summary;
    /** Requests without an answer of 200, in all rounds. */
    readonly failed: number;
  }[];
  readonly mebibytes: Summary;
}

/** @throws CannotRun on a machine that does other work */
export function requireQuiet({ busyAtStart = 0 }: Machine): void {
  if (busyAtStart <= QUIET) return;
  const percent = Math.round(busyAtStart * 100);
  throw new CannotRun(
    `${percent} % of the vCPUs are in use; --peers needs a machine that does nothing else`,
  );
}

/** The service beside Python servers of the same graph: each alone, in turn, several rounds. */
export async function measurePeers(bench: Bench): Promise<PeerRow[]> {
  const contenders = contendersOf(bench);
  const rounds = contenders.map((): Round[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) {
      bench.say(`round ${round + 1} of ${ROUNDS}: ${contender.title}`);
      rounds[index]?.push(await measure(bench, contender));
    }
  }
  return contenders.map(({ title }, index) => rowOf(title, rounds[index] ?? []));
}

function contendersOf({ model, texts, say }: Bench): Contender[] {
  const service: Contender = {
    title: 'this service',
    start: () => startService({ model }),
    requests: textRequests(texts),
  };
  const peers = PYTHON_SERVERS.map((server) => ({
    title: server.title,
    start: () => startPythonServer(server, model, say),
    requests: texts.map(({ text }) => scoreRequest(server, text)),
  }));
  return [service, ...peers];
}

async function measure({ load }: Bench, { start, requests }: Contender): Promise<Round> {
  return withServer(start(), async (server) => {
    const loads: Answers[] = [];
    for (const connections of LOADS) {
      const plan = { port: server.port, connections, warmUpMs: WARM_UP_MS, durationMs: ARM_MS };
      const { perSecond, latency, sent, succeeded } = await load.closed({ ...plan, requests });
      const { p50Ms, p99Ms } = latency;
      loads.push({ perSecond, p50Ms, p99Ms, failed: sent - succeeded });
    }
    return { loads, mebibytes: server.proportionalBytesOfAll / MIB };
  });
}

function rowOf(title: string, rounds: readonly Round[]): PeerRow {
  const loads = LOADS.map((connections, index) => {
    const answers = rounds.flatMap(({ loads: measured }) => measured[index] ?? []);
    return {
      connections,
      perSecond: summarize(answers.map(({ perSecond }) => perSecond)),
      p50Ms: summarize(answers.map(({ p50Ms }) => p50Ms)),
      p99Ms: summarize(answers.map(({ p99Ms }) => p99Ms)),
      failed: answers.reduce((sum, { failed }) => sum + failed, 0),
    };
  });
  return { title, loads, mebibytes: summarize(rounds.map(({ mebibytes }) => mebibytes)) };
}
